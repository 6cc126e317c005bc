import type { TraceCounts } from '../../trace-events/trace-event.js';
import type { Found } from './messages.js';
import { Recent } from './recent.js';

/** So many streams are remembered: what was read of earlier ones is not judged. */
const streamsMax = 200_000;

interface StreamRecords {
  /** What its producer has counted in all; undefined until it is over. */
  published: number;
  isOver: boolean;
  /** What its consumer has counted last. */
  read: { readonly event: TraceCounts; readonly index: number } | undefined;
}

/** The records of streams of which both ends are in the trace: none is read that was not written. */
export class Records {
  readonly #streams = new Recent<string, StreamRecords>(streamsMax);
  #mayMiss = false;

  take(event: TraceCounts, role: string | undefined, index: number): void {
    const stream = this.#of(event.stream);
    if (role === 'producer') stream.published = event.records;
    if (role === 'consumer') stream.read = { event, index };
  }

  /** The producer has told how the stream ended, behind its last counts. */
  noteEnd(stream: string): void {
    const known = this.#streams.get(stream);
    if (known !== undefined) known.isOver = true;
  }

  doubt(): void {
    this.#mayMiss = true;
  }

  /** The first stream of which more was read than was written. */
  judge(): Found | undefined {
    if (this.#mayMiss) return undefined;
    const found: Found[] = [];
    for (const { published, isOver, read } of this.#streams.values()) {
      if (!isOver || read === undefined || read.event.records <= published) continue;
      const reason = `expected at most the ${published} records that the producer has written, came ${read.event.records}`;
      found.push({ ...read, complaint: { rule: 'records', reason, allowed: [] } });
    }
    return found.sort((one, other) => one.index - other.index)[0];
  }

  #of(stream: string): StreamRecords {
    const known = this.#streams.get(stream);
    if (known !== undefined) return known;
    const records = { published: 0, isOver: false, read: undefined };
    this.#streams.set(stream, records);
    return records;
  }
}
