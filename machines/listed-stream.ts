/** A stream as heartbeat requests and answers list it. */
export interface ListedStream {
  /** The subject on which the stream was requested. Reports are matched by stream id alone; this is only carried. */
  readonly subject: string;
  readonly streamId: string;
  /** How the stream was closed, where its inbox cannot be reached and the request has to say so. */
  readonly close?: ListedClose;
}

/** A close that comes in a heartbeat request: never 1000, since nobody knows what came before it. */
export interface ListedClose {
  readonly code: number;
  readonly text: string;
}
