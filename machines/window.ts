/** How much of one stream may be under way: sent, and not consumed by the reader. */
export interface Window {
  readonly records: number;
  /** Bytes of records. A record that is larger than this travels alone. */
  readonly bytes: number;
}

/**
 * Whether so many records, or bytes of records, are half of a window. A consumer grants when so much was consumed, and
 * its producer counts on it.
 */
export function isHalfOf(window: Window, records: number, bytes: number): boolean {
  return records * 2 >= window.records || bytes * 2 >= window.bytes;
}

/** What a consumer says of a stream, all counted from its beginning, so that a later word holds all of an earlier one. */
export interface Grant {
  /** The number of the first item that has not come. */
  readonly next: number;
  /** How many records, and bytes of records, the reader has consumed. */
  readonly consumed: number;
  readonly consumedBytes: number;
}
