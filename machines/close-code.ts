/**
 * The codes of a close frame that have a name. Any other integer is legal on the wire.
 * Source: PROTOCOL.md, Close; the same numbers and names as the Go package's, but for one.
 */
export const CloseCode = {
  /** The source ended by itself: the stream is complete. */
  Normal: 1000,
  /** The producer stopped the stream: it shuts down, or believes that the reader has gone. */
  GoingAway: 1001,
  /** The peer sent something that cannot be read. */
  UnsupportedData: 1003,
  /** The stream broke without a close frame. Never sent, only told to the reader. */
  AbnormalClosure: 1006,
  /** The request cannot be understood, or its addresses do not fit together. */
  BadRequest: 4000,
  /** The server does not let a client publish what the stream needs. No code of the Go package's. */
  NotPermitted: 4030,
  /** The source failed. */
  InternalServerError: 5000,
} as const;

export type CloseCode = (typeof CloseCode)[keyof typeof CloseCode];
