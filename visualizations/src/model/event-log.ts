import { copyView, emptyView, type Folded } from './folded.js';
import { fold } from './fold.js';
import type { Moment, SequencedEvent } from './types.js';

/** How many events lie between two keyframes: the most that a seek has to fold. */
export const chunkEvents = 4_096;

interface Chunk {
  /** The view before the first event of the chunk. */
  readonly keyframe: Folded;
  readonly events: SequencedEvent[];
}

/**
 * The events of a run in order, bounded, with a keyframe for each chunk, so that the view at any moment is folded from
 * the nearest keyframe. When there are too many, the oldest chunk goes.
 */
export class EventLog {
  readonly #chunks: Chunk[] = [];
  readonly #chunksMax: number;
  readonly #head: Folded;

  /** `eventsMax`: how many events are kept, in whole chunks and at least two of them. */
  constructor(unit: 'ms' | 'tick', eventsMax: number) {
    this.#head = emptyView(unit);
    this.#chunksMax = Math.max(2, Math.ceil(eventsMax / chunkEvents));
  }

  /** The view after the last event. It changes with each event. */
  get head(): Folded {
    return this.#head;
  }

  get size(): number {
    const last = this.#chunks.at(-1);
    return last === undefined ? 0 : (this.#chunks.length - 1) * chunkEvents + last.events.length;
  }

  get first(): SequencedEvent | undefined {
    return this.#chunks[0]?.events[0];
  }

  get last(): SequencedEvent | undefined {
    return this.#chunks.at(-1)?.events.at(-1);
  }

  append(event: SequencedEvent): void {
    let chunk = this.#chunks.at(-1);
    if (chunk === undefined || chunk.events.length === chunkEvents) {
      chunk = { keyframe: copyView(this.#head), events: [] };
      this.#chunks.push(chunk);
      if (this.#chunks.length > this.#chunksMax) this.#chunks.shift();
    }
    chunk.events.push(event);
    fold(this.#head, event);
  }

  /** A view of one's own at a moment: after the last event whose `seq` is not greater. */
  viewAt(seq: Moment): Folded {
    const chunk = this.#chunks[this.#chunkOf(seq)];
    if (chunk === undefined) return copyView(this.#head);
    const view = copyView(chunk.keyframe);
    for (const event of chunk.events) {
      if (event.seq > seq) break;
      fold(view, event);
    }
    return view;
  }

  /** The last event at or before a moment. */
  atOrBefore(seq: Moment): SequencedEvent | undefined {
    const chunk = this.#chunks[this.#chunkOf(seq)];
    const found = chunk?.events[lastIndex(chunk.events, (event) => event.seq <= seq)];
    return found;
  }

  atOrBeforeTime(at: number): SequencedEvent | undefined {
    const chunk = this.#chunks[lastIndex(this.#chunks, ({ events: events }) => (events[0]?.at ?? 0) <= at)];
    return chunk?.events[lastIndex(chunk.events, (event) => event.at <= at)];
  }

  forEach(fromSeq: Moment, toSeq: Moment, visit: (event: SequencedEvent) => boolean | undefined): void {
    for (let index = Math.max(0, this.#chunkOf(fromSeq)); index < this.#chunks.length; index += 1) {
      const events = this.#chunks[index]?.events ?? [];
      // The first chunk begins before the range.
      const start = Math.max(0, lastIndex(events, (event) => event.seq < fromSeq) + 1);
      for (let place = start; place < events.length; place += 1) {
        const event = events[place];
        if (event === undefined || event.seq > toSeq || visit(event) === false) return;
      }
    }
  }

  /** The chunk that holds a moment, or the first one where all are later; -1 where there is none. */
  #chunkOf(seq: Moment): number {
    const found = lastIndex(this.#chunks, ({ events: events }) => (events[0]?.seq ?? 0) <= seq);
    return found === -1 && this.#chunks.length > 0 ? 0 : found;
  }
}

/** The last index at which a condition holds that holds up to some point and never after; -1 where it never does. */
function lastIndex<T>(items: readonly T[], holds: (item: T) => boolean): number {
  let low = -1;
  let high = items.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (holds(items[middle] as T)) low = middle;
    else high = middle - 1;
  }
  return low;
}
