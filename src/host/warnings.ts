/** What a {@link Warning} is about. The union is closed and each code is stable; the message is for people. */
export type WarningCode =
  /** A record, a frame, a request or an answer could not be published. */
  | 'publishFailed'
  /** A frame of a stream, a heartbeat request or an answer to one cannot be read. */
  | 'malformedFrame'
  /** A frame of an unknown type came, and was dropped. */
  | 'unknownFrame'
  /** A consumer's control frame cannot be read, or grants what was never sent. */
  | 'malformedControl'
  /** Two producers serve one stream, for want of a queue group: one of this package was told to stop, a plain one cannot be. */
  | 'secondProducer'
  /** An open request was refused; the message holds what its consumer is told. */
  | 'requestRefused'
  /** The server does not let the connection publish something that a client of it sends: see `operation` and `subject`. */
  | 'notPermitted'
  /** The server ended a subscription of the client. */
  | 'subscriptionLost'
  /** A handler's source failed after its stream was over, so that nobody else can be told. */
  | 'sourceFailed'
  /** A callback of the application threw: an observer, a listener or `onSlow`. */
  | 'callbackThrew'
  /** An actor of the client ended with an error: a fault of this package or of an observer. */
  | 'actorBroke'
  /** `drain()` ran out of time before every reader had everything and every source had finished. */
  | 'drainIncomplete';

/** Something that is worth knowing where one looks for a fault, and no fault by itself. */
export interface DebugNote {
  readonly message: string;
  /** The subject of the message, or of the stream, that it is about. */
  readonly subject?: string;
}

/** Something that went wrong where no call and no stream could tell of it. */
export interface Warning extends DebugNote {
  readonly code: WarningCode;
  /** Where the code is `notPermitted`: what the server refuses to do with the subject. */
  readonly operation?: 'publish' | 'subscribe';
  /** What user code threw, or what the NATS client said. */
  readonly error?: unknown;
}
