/** What a {@link DebugNote} is about. The codes are stable; the message is for people. */
export type DebugCode =
  /** A request is sent again: the connection was lost before a producer had answered. */
  | 'askedAgain'
  /** The silence timeout of a stream is raised to what its producer announced. */
  | 'silenceTimeoutRaised'
  /** A frame of the extension is of a kind that a later revision may know. */
  | 'unknownKind';

/** Something that is not a fault, but worth knowing when debugging one. */
export interface DebugNote {
  readonly code: DebugCode;
  readonly message: string;
  /** The subject of the message or stream concerned. */
  readonly subject?: string;
}
