/**
 * The codes of a close frame that have a name. Any other integer is legal on the wire.
 * Source: PROTOCOL.md, Close; the same numbers and names as the Go package's, but for one.
 */
export const CloseCode = {
  /** The source ended by itself: the stream is complete. */
  Normal: 1000,
  /** The producer stopped the stream: it shuts down, the stream was removed, or its reader is believed gone. */
  GoingAway: 1001,
  /** Never sent, only told to a reader whose frame cannot be read. */
  UnsupportedData: 1003,
  /** Never sent, only told to a reader whose stream broke without a close. */
  AbnormalClosure: 1006,
  /** The open request cannot be read, or its addresses do not fit together. */
  BadRequest: 4000,
  /** The producer does not accept the request. No code of the Go package's, as the next three are not. */
  Refused: 4003,
  /** The reader has granted nothing for as long as the producer lets one. */
  Unread: 4008,
  /** The producer serves as many streams as it may: all in all, of this consumer, or of this handler. */
  TooManyStreams: 4029,
  /**
   * The server does not let a client publish what the stream needs; sent where it refuses heartbeat requests to the
   * consumer, or frames to the inbox.
   */
  NotPermitted: 4030,
  /** The source failed; the text says why. */
  InternalServerError: 5000,
} as const;

export type CloseCode = (typeof CloseCode)[keyof typeof CloseCode];
