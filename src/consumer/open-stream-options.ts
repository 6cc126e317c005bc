import { decodeValue, type Codec } from '../values/codec.js';
import type { HeadersInput } from '../transport/headers.js';
import type { Clock } from '../host/clock.js';
import type { QueuedRecord } from './record-queue.js';

/** Options of `openStream`: how a stream is read, and when it is cancelled. */
export interface OpenStreamOptions {
  /** Cancels the stream when it aborts. */
  readonly signal?: AbortSignal;
  /**
   * Headers of the open request, for the producer's `accept` and its handler: one value or several per name. Names are
   * printable ASCII without colons or spaces; values contain no line breaks. Go producers ignore them.
   *
   * @default none
   */
  readonly headers?: HeadersInput;
  /**
   * Deadline of the whole stream, in milliseconds: it then ends with the reason `timedOut`, even while records arrive.
   *
   * @default no deadline
   */
  readonly timeoutMs?: number;
  /**
   * Called with each record as it arrives, instead of iterating: for hot paths on which a promise per record costs too
   * much. A promise that it returns is not awaited. If it throws, or that promise rejects, the stream is cancelled.
   */
  readonly onRecord?: (record: Uint8Array) => void;
  /** Like `onRecord`, with each record decoded with the client's codec. */
  readonly onObject?: (value: unknown) => void;
  /**
   * Called when the queue of a plain producer's stream becomes three quarters full; if it fills up, the stream ends
   * with `slowReader`. Called again only after the queue has been half empty in between.
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
  if (signal === undefined && timeoutMs === undefined) return nothing;
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

function nothing(): void {
  // Nothing is watched.
}
