import type { SequencedEvent } from './types.js';

/** How many events stand in a pack: what has to be read at once to go through events one after the other. */
export const packEvents = 1_024;

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * Some events that follow each other. While it is new they are objects; then they are packed as the bytes of their JSON,
 * which take a tenth of the memory, and from which each can be had by itself.
 */
export class Pack {
  readonly #events: SequencedEvent[] = [];
  #packed: { readonly bytes: Uint8Array; readonly starts: Uint32Array; readonly seqs: Float64Array } | undefined;
  #firstAt = 0;

  get size(): number {
    return this.#packed?.seqs.length ?? this.#events.length;
  }

  get isFull(): boolean {
    return this.size === packEvents;
  }

  get firstSeq(): number {
    return this.seqAt(0);
  }

  get lastSeq(): number {
    return this.seqAt(this.size - 1);
  }

  get firstAt(): number {
    return this.#firstAt;
  }

  /** What it takes once it is packed; 0 before. */
  get bytes(): number {
    return this.#packed?.bytes.length ?? 0;
  }

  add(event: SequencedEvent): void {
    if (this.#events.length === 0) this.#firstAt = event.at;
    this.#events.push(event);
  }

  pack(): void {
    if (this.#packed !== undefined) return;
    const texts = this.#events.map((event) => JSON.stringify(event));
    const bytes = encoder.encode(texts.join('\n'));
    const starts = new Uint32Array(texts.length + 1);
    let end = 0;
    for (let place = 0; place < texts.length; place += 1) {
      end = (texts[place]?.length ?? 0) + end + 1;
      starts[place + 1] = end;
    }
    // Characters and bytes are the same where all are of ASCII; else the new lines have to be looked for.
    if (end - 1 !== bytes.length) {
      let place = 1;
      for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) starts[place++] = at + 1;
      starts[texts.length] = bytes.length + 1;
    }
    this.#packed = { bytes, starts, seqs: Float64Array.from(this.#events, ({ seq }) => seq) };
    this.#events.length = 0;
  }

  seqAt(place: number): number {
    return this.#packed?.seqs[place] ?? this.#events[place]?.seq ?? 0;
  }

  /** The event at a place. */
  at(place: number): SequencedEvent | undefined {
    if (this.#packed === undefined) return this.#events[place];
    const { bytes, starts } = this.#packed;
    const [start, end] = [starts[place], starts[place + 1]];
    if (start === undefined || end === undefined) return undefined;
    return JSON.parse(decoder.decode(bytes.subarray(start, end - 1))) as SequencedEvent;
  }

  /** All its events. */
  all(): readonly SequencedEvent[] {
    if (this.#packed === undefined) return this.#events;
    return JSON.parse(`[${decoder.decode(this.#packed.bytes).replaceAll('\n', ',')}]`) as readonly SequencedEvent[];
  }

  /** The place of the last event whose `seq` is not greater; -1 where all are. */
  placeOf(seq: number): number {
    return lastIndex(this.size, (place) => this.seqAt(place) <= seq);
  }
}

/** The last index below a length at which a condition holds that holds up to some point and never after; else -1. */
export function lastIndex(length: number, holds: (index: number) => boolean): number {
  let low = -1;
  let high = length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (holds(middle)) low = middle;
    else high = middle - 1;
  }
  return low;
}
