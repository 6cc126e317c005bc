/** A stream as heartbeats name it. */
export interface ListedStream {
  /** The subject on which the stream was requested. Reports are matched by stream id alone; this is only carried. */
  readonly subject: string;
  readonly streamId: string;
}
