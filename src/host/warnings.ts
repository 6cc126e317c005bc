/** What a {@link Warning} is about. The codes are stable and there are no others; the message is for people. */
export type WarningCode =
  /** A message (a record, another frame, a request or an answer) could not be published. */
  | 'publishFailed'
  /** A stream frame, a heartbeat request or the answer to one is malformed. */
  | 'malformedFrame'
  /** A frame of an unknown type was received and dropped. */
  | 'unknownFrame'
  /** A long heartbeat request was dropped, because too many of them wait: its producer asks again. */
  | 'heartbeatDropped'
  /** A consumer's control frame is malformed, or acknowledges records that were never sent. */
  | 'malformedControl'
  /** Two producers serve one stream, for lack of a queue group. One of this package is told to stop; a plain one cannot be. */
  | 'secondProducer'
  /** An open request was refused; the message is what its consumer is told. */
  | 'requestRefused'
  /** The server's permissions deny a subject that the client needs: see `operation` and `subject`. */
  | 'notPermitted'
  /** The server ended a subscription of the client. */
  | 'subscriptionLost'
  /** A handler's source failed after its stream was over, where nothing else can report it. */
  | 'sourceFailed'
  /** A callback of the application threw: an observer, a listener or `onSlow`. */
  | 'callbackThrew'
  /** An actor of the client stopped with an error: a bug in this package or in an observer. */
  | 'actorBroke'
  /** `drain()` timed out before every reader had everything and every source had finished. */
  | 'drainIncomplete';

/** A failure that no call and no stream can report. */
export interface Warning {
  readonly code: WarningCode;
  readonly message: string;
  /** The subject of the message or stream concerned. */
  readonly subject?: string;
  /** If the code is `notPermitted`: which operation on the subject the server denies. */
  readonly operation?: 'publish' | 'subscribe';
  /** What application code threw, or the error of the NATS client. */
  readonly error?: unknown;
}
