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
    reason: 'The guards of the two alternatives never hold together: a close has one code.',
    are: /swaps the alternatives isNormal and isNotPermitted/,
  },
  {
    reason: 'The guards of the two alternatives never hold together: who has a registered stream is no new consumer.',
    are: /swaps the alternatives isRegistered and isNewConsumer/,
  },
  {
    reason: 'A stream that was announced may be asked for at once as well: it costs two messages, and nothing else.',
    are: /drops the transition on stream\.added if isAnnounced/,
  },
];
