/** The flow-control window of a stream: how much may be in flight, that is sent but not yet consumed by the reader. */
export interface Window {
  readonly records: number;
  /** Bytes of records. A larger record is sent when nothing else is in flight. */
  readonly bytes: number;
}

/**
 * Whether so many records, or bytes of records, are half of a window. A consumer grants when so much was consumed, and
 * its producer counts on it.
 */
export function isHalfOf(window: Window, records: number, bytes: number): boolean {
  return records * 2 >= window.records || bytes * 2 >= window.bytes;
}

/** A consumer's acknowledgement and credit, all counted from the start of the stream, so that the latest one suffices. */
export interface Grant {
  /** The number of the next item expected. */
  readonly next: number;
  /** How many records, and bytes of records, the reader has consumed. */
  readonly consumed: number;
  readonly consumedBytes: number;
}
