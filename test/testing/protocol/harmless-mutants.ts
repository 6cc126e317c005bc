/** A mistake that no property can notice, because nothing that the protocol promises depends on what it changes. */
export interface HarmlessMutants {
  readonly reason: string;
  /** By `place: description`. */
  readonly are: RegExp;
}

/**
 * Why each mutant that no property notices is harmless. Each of them differs from the state tables of PROTOCOL.md all the
 * same, so that the tests of these notice it.
 */
export const harmlessMutants: readonly HarmlessMutants[] = [
  {
    reason:
      'A stream that closes at once is forgotten in the same step in which it leaves, and the client reports an id that ' +
      'it does not know just like one that has left.',
    are: /^consumerStream\.(opening|active) → on\.(frame\.close\[\d\]|frame\.noResponders|app\.close|link\.closed)\.actions\[1\]|^consumerStream\.opening\.unsent → on\.app\.cancel\.actions\[1\]/,
  },
  {
    reason:
      'How long a stream is cancelling changes nothing on the wire, for the same reason: it is the picture of what is ' +
      'still under way. Its cancellation buffer ends it in any case.',
    are: /^consumerStream\.cancelling → on\.(frame|heartbeat)|^consumerStream\.opening\.unsent → on\.app\.cancel: |^consumerClient\.open\.answers → on\.heartbeat\.requested\.actions\[2\]/,
  },
  {
    reason: 'A sign of life while the connection is down is followed by another when it is back.',
    are: /^consumerStream\.opening\.suspended → on\.heartbeat\.alive/,
  },
  {
    reason:
      'The ids that were asked are read while a request is under way and replaced by the next; to forget them between ' +
      'the two makes equal states equal, and saves the model checker states.',
    are: /drops the action forgetAsked/,
  },
  {
    reason: 'After the last miss the next one is the last again, whether it is counted as such or not.',
    are: /(heartbeatRequestTimeout|unanswerable)\[0\]\.actions\[1\]: drops the action countMiss/,
  },
  {
    reason:
      'What the answer to an introduction tells, or the lack of one, the round after it finds as well, and the worst ' +
      'cases count from that round. A new stream has cleared the misses when it is introduced.',
    are: /^heartbeat\.open\.exchange\.introducing → (after\.heartbeatRequestTimeout|on\.heartbeat\.(answered\.actions|unanswerable)|on\.link\.lost\.actions\[0\])(?!.*( the guard | forgetAsked|\[0\]\.actions\[1\]))/,
  },
  {
    reason:
      'Where the server says that nobody subscribes, a miss is told sooner than the request timeout tells it, and what ' +
      'is new waits for the next round so that misses do not follow each other faster than a consumer can reconnect: ' +
      'real time, of which the model knows only that the worst cases allow it.',
    are: /^heartbeat\.open\.exchange\.asking → on\.heartbeat\.unanswerable(\[1\]: |\[\d\].*forgetFresh)/,
  },
  {
    reason:
      'When the connection is back a round is due at once, which replaces what was due before; without it the round ' +
      'comes an interval later, which the worst cases allow.',
    are: /^heartbeat\.open\.ticker\.\w+ → on\.link\.(lost|restored)\.actions\[0\]/,
  },
  {
    reason:
      'The guards of the two alternatives never hold together, or where both do, the second exchange follows the first ' +
      'within the worst cases; and only a registered stream closes.',
    are: /swaps the alternatives (isRegistered and isNewConsumer|isRoundDue and hasFreshStreams)|stream\.closed\[1\]\.guard: drops the guard isRegistered/,
  },
  {
    reason: 'A heartbeat is stopped with its last stream, so that no round falls due without one.',
    are: /^heartbeat\.open\.exchange\.introducing → on\.round\.due\.guard: drops the guard hasStreams/,
  },
];
