import { messageOf } from '../errors.js';
import type { WireRecord } from '../wire/index.js';

/** What a record takes beside its bytes while it waits: its promise, its listener, its place. */
const recordOverheadBytes = 64;

/** As how many bytes a record counts while it waits, so that empty ones without end are not free. */
export function waitingBytesOf({ data, annotations }: WireRecord): number {
  return data.length + (annotations?.length ?? 0) + recordOverheadBytes;
}

export interface WaitingRecord {
  readonly record: WireRecord;
  /** Resolves the promise of its write, or rejects it. */
  readonly settle: (error?: unknown) => void;
}

/** The records of one stream that wait for credit, in the order of their writes, each with the promise of its write. */
export class CreditQueue {
  #records: WaitingRecord[] = [];
  #bytes = 0;

  get length(): number {
    return this.#records.length;
  }

  /** How many bytes wait, with what each record takes beside its data. */
  get bytes(): number {
    return this.#bytes;
  }

  /** The first of them; undefined where none waits. */
  get next(): WireRecord | undefined {
    return this.#records[0]?.record;
  }

  /**
   * Lets a copy of a record wait, for the caller may use its bytes again as soon as it pleases. Resolves when the record
   * is settled; rejects with the signal's reason where that aborts before, or with the error of {@link refuse}.
   *
   * @param onTakenBack Hears that the signal took the record out of the middle.
   */
  add(record: WireRecord, signal: AbortSignal | undefined, onTakenBack: () => void): Promise<void> {
    return new Promise((resolve, reject) => {
      const waiting: WaitingRecord = {
        record: { ...record, data: record.data.slice() },
        settle: (error) => {
          signal?.removeEventListener('abort', onAbort);
          if (error === undefined) resolve();
          else reject(error instanceof Error ? error : new Error(messageOf(error)));
        },
      };
      const onAbort = () => {
        this.#records.splice(this.#records.indexOf(waiting), 1);
        this.#bytes -= waitingBytesOf(record);
        waiting.settle(signal?.reason);
        onTakenBack();
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.#records.push(waiting);
      this.#bytes += waitingBytesOf(record);
    });
  }

  /** Takes the first record out, to be sent. */
  shift(): WaitingRecord | undefined {
    const waiting = this.#records.shift();
    if (waiting !== undefined) this.#bytes -= waitingBytesOf(waiting.record);
    return waiting;
  }

  /** Takes every record out, and rejects the promises of their writes. */
  refuse(why: () => Error): void {
    if (this.#records.length === 0) return;
    const error = why();
    this.#bytes = 0;
    for (const { settle } of this.#records.splice(0)) settle(error);
  }
}
