import { decodeValue, type Codec } from '../values/codec.js';
import type { HeadersInput } from '../transport/headers.js';
import type { Clock } from '../host/clock.js';
import type { QueuedRecord } from './record-queue.js';

/** How a stream is read, and when it is left; every option may be absent. */
export interface OpenStreamOptions {
  /** Cancels the stream when it aborts. */
  readonly signal?: AbortSignal;
  /**
   * Headers of the open request, for the producer's `accept` and its handler: a value, or several, by name. Names are
   * printable ASCII without colons and spaces, values have no line breaks. A Go producer ignores them.
   */
  readonly headers?: HeadersInput;
  /** The stream ends with the reason `timedOut` after so many milliseconds, whatever comes meanwhile. */
  readonly timeoutMs?: number;
  /**
   * Takes each record as it comes, instead of the iterator: for paths on which a promise a record is too much. Nobody
   * waits for a promise that it gives back. What it throws, or its promise rejects with, cancels the stream.
   */
  readonly onRecord?: (record: Uint8Array) => void;
  /** The same with each record as a value, decoded with the client's codec. */
  readonly onObject?: (value: unknown) => void;
  /**
   * Is told once that the queue of a plain producer's stream is three quarters full, before it is full and the stream
   * ends with `slowReader`; and again where it was half empty in between.
   */
  readonly onSlow?: (waiting: { readonly records: number; readonly bytes: number }) => void;
}

/** What takes each record of a stream; undefined where its reader iterates. */
export function readerOf(
  { onRecord, onObject }: OpenStreamOptions,
  codec: Codec | undefined,
): ((record: QueuedRecord) => unknown) | undefined {
  if (onRecord !== undefined) return (record) => onRecord(record.data);
  if (onObject === undefined) return undefined;
  return (record) => onObject(decodeValue(record, codec));
}

/**
 * Cancels the stream when the signal of its reader aborts or its deadline has passed.
 *
 * @returns What gives back the deadline's timer and the signal's listener.
 */
export function watchReader(
  { signal, timeoutMs }: OpenStreamOptions,
  clock: Clock,
  cancel: (reason: 'cancelled' | 'timedOut', text: string) => void,
): () => void {
  const onAbort = (): void => cancel('cancelled', 'the signal aborted');
  signal?.addEventListener('abort', onAbort, { once: true });
  const deadline =
    timeoutMs === undefined
      ? undefined
      : clock.setTimeout(() => cancel('timedOut', `the deadline of ${timeoutMs} ms has passed`), timeoutMs);
  return () => {
    if (deadline !== undefined) clock.clearTimeout(deadline);
    signal?.removeEventListener('abort', onAbort);
  };
}
