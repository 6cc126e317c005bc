import { actorKey } from './keys.js';
import { copyView, emptyView, type Folded } from './folded.js';
import { fold } from './fold.js';
import { lastIndex, Pack } from './packed-events.js';
import type { Moment, SequencedEvent } from './types.js';

/** How many events lie between two keyframes at first: the most that a seek has to fold. In whole packs. */
export const keyframeEvents = 4_096;

/** Where there are more keyframes, or more entries in them together, every other one goes. */
const keyframesMax = 128;
const keyframeEntriesMax = 500_000;

/** The newest packs stay as they are: what has just come is read by all panes. */
const newPacks = 8;
/** How many packs that have been read as a whole are remembered. */
const readPacksMax = 24;

/** Key of what is of no stream and of no actor of its own: links, marks, and heartbeats. */
export const ofNobody = '';

/**
 * The events of a run in order, packed and so bounded in bytes, with a keyframe now and then, so that the view at any
 * moment is folded from the nearest keyframe; and for each stream, and each actor that is of none, where its events are.
 * When there is too much, the oldest events go.
 */
export class EventLog {
  #packs: Pack[] = [];
  #keyframes: Folded[] = [];
  readonly #head: Folded;
  readonly #bytesMax: number;
  #bytes = 0;
  #sinceKeyframe = 0;
  #keyframeEvents = keyframeEvents;
  /** The numbers of the events of each stream or actor, in order. */
  readonly #places = new Map<string, number[]>();
  /** The packs that were read last, the last one at the end. */
  readonly #read = new Map<Pack, readonly SequencedEvent[]>();
  #size = 0;
  #last: SequencedEvent | undefined;

  /** `bytesMax`: how many bytes of JSON are kept, besides the newest events. */
  constructor(unit: 'ms' | 'tick', bytesMax: number) {
    this.#head = emptyView(unit);
    this.#bytesMax = bytesMax;
  }

  /** The view after the last event. It changes with each event. */
  get head(): Folded {
    return this.#head;
  }

  get size(): number {
    return this.#size;
  }

  get firstSeq(): Moment {
    return this.#packs[0]?.firstSeq ?? 0;
  }

  get firstAt(): number {
    return this.#packs[0]?.firstAt ?? 0;
  }

  get last(): SequencedEvent | undefined {
    return this.#last;
  }

  append(event: SequencedEvent): void {
    let pack = this.#packs.at(-1);
    if (pack === undefined || pack.isFull) {
      if (pack === undefined || this.#sinceKeyframe >= this.#keyframeEvents) this.#addKeyframe();
      const older = this.#packs.at(-newPacks);
      if (older !== undefined) {
        older.pack();
        this.#bytes += older.bytes;
        this.#forget();
      }
      pack = new Pack();
      this.#packs.push(pack);
    }
    pack.add(event);
    this.#size += 1;
    this.#sinceKeyframe += 1;
    this.#last = event;
    fold(this.#head, event);
    const key = this.#keyOf(event);
    const places = this.#places.get(key);
    if (places === undefined) this.#places.set(key, [event.seq]);
    else places.push(event.seq);
  }

  /** A view of one's own at a moment: after the last event whose `seq` is not greater. */
  viewAt(seq: Moment): Folded {
    const at = lastIndex(this.#keyframes.length, (index) => (this.#keyframes[index]?.seq ?? 0) <= seq);
    const keyframe = this.#keyframes[Math.max(0, at)];
    if (keyframe === undefined) return copyView(this.#head);
    const view = copyView(keyframe);
    this.forEach(keyframe.seq + 1, seq, (event) => {
      fold(view, event);
      return undefined;
    });
    return view;
  }

  /** The last event at or before a moment. */
  atOrBefore(seq: Moment): SequencedEvent | undefined {
    const pack = this.#packs[this.#packOf(seq)];
    return pack?.at(pack.placeOf(seq));
  }

  atOrBeforeTime(at: number): SequencedEvent | undefined {
    const pack = this.#packs[lastIndex(this.#packs.length, (index) => (this.#packs[index]?.firstAt ?? 0) <= at)];
    if (pack === undefined) return undefined;
    const events = this.#eventsOf(pack);
    return events[lastIndex(events.length, (place) => (events[place]?.at ?? 0) <= at)];
  }

  forEach(fromSeq: Moment, toSeq: Moment, visit: (event: SequencedEvent) => boolean | undefined): void {
    for (let index = Math.max(0, this.#packOf(fromSeq)); index < this.#packs.length; index += 1) {
      const pack = this.#packs[index];
      if (pack === undefined || pack.firstSeq > toSeq) return;
      const events = this.#eventsOf(pack);
      for (let place = pack.placeOf(fromSeq - 1) + 1; place < events.length; place += 1) {
        const event = events[place];
        if (event === undefined || event.seq > toSeq || visit(event) === false) return;
      }
    }
  }

  /** From a moment backwards. */
  forEachBack(fromSeq: Moment, visit: (event: SequencedEvent) => boolean | undefined): void {
    for (let index = this.#packOf(fromSeq); index >= 0; index -= 1) {
      const pack = this.#packs[index];
      if (pack === undefined) return;
      const events = this.#eventsOf(pack);
      for (let place = pack.placeOf(fromSeq); place >= 0; place -= 1) {
        const event = events[place];
        if (event === undefined || visit(event) === false) return;
      }
    }
  }

  /** The numbers of the events of these streams and actors that are kept, in order. */
  seqsOf(keys: readonly string[]): readonly number[] {
    const first = this.firstSeq;
    const all = [...new Set(keys)].map((key) => {
      const places = this.#places.get(key) ?? [];
      return places.slice(lastIndex(places.length, (index) => (places[index] ?? 0) < first) + 1);
    });
    return all.length === 1 ? (all[0] ?? []) : all.flat().sort((a, b) => a - b);
  }

  /** When the packs begin, for a picture of how much happened when: the time, and how many events follow until the next. */
  get begins(): readonly { readonly at: number; readonly events: number }[] {
    return this.#packs.map((pack) => ({ at: pack.firstAt, events: pack.size }));
  }

  /** The event of a number, read by itself. */
  one(seq: Moment): SequencedEvent | undefined {
    const pack = this.#packs[this.#packOf(seq)];
    if (pack === undefined) return undefined;
    const place = pack.placeOf(seq);
    if (place < 0 || pack.seqAt(place) !== seq) return undefined;
    return this.#read.get(pack)?.[place] ?? pack.at(place);
  }

  /** What an event is of: a stream, an actor that is the end of none, or nobody. */
  #keyOf(event: SequencedEvent): string {
    const { stream, system, actor } = event as { stream?: string; system?: string; actor?: string };
    if (stream !== undefined) return stream;
    if (system === undefined || actor === undefined) return ofNobody;
    const key = actorKey(system, actor);
    return this.#head.actors.get(key)?.stream ?? key;
  }

  #eventsOf(pack: Pack): readonly SequencedEvent[] {
    if (pack.bytes === 0) return pack.all();
    const events = this.#read.get(pack) ?? pack.all();
    this.#read.delete(pack);
    this.#read.set(pack, events);
    const oldest = this.#read.size > readPacksMax ? this.#read.keys().next().value : undefined;
    if (oldest !== undefined) this.#read.delete(oldest);
    return events;
  }

  #addKeyframe(): void {
    this.#sinceKeyframe = 0;
    this.#keyframes.push(copyView(this.#head));
    const entries = this.#keyframes.reduce((sum, { actors, streams }) => sum + actors.size + streams.size, 0);
    if (this.#keyframes.length <= keyframesMax && (entries <= keyframeEntriesMax || this.#keyframes.length <= 8))
      return;
    this.#keyframes = this.#keyframes.filter((_, index) => index % 2 === 0);
    this.#keyframeEvents *= 2;
  }

  /** Lets the oldest events go, up to a keyframe, while there is too much. */
  #forget(): void {
    while (this.#bytes > this.#bytesMax) {
      const next = this.#keyframes[1];
      const kept = next === undefined ? -1 : this.#packs.findIndex((pack) => pack.firstSeq > next.seq);
      if (kept < 0) return;
      this.#keyframes.shift();
      for (const pack of this.#packs.splice(0, kept)) {
        this.#bytes -= pack.bytes;
        this.#size -= pack.size;
        this.#read.delete(pack);
      }
      const first = this.firstSeq;
      for (const [key, places] of this.#places) {
        const gone = lastIndex(places.length, (index) => (places[index] ?? 0) < first) + 1;
        if (gone === places.length) this.#places.delete(key);
        else if (gone > 0) places.splice(0, gone);
      }
    }
  }

  /** The pack that holds a moment, or the first one where all are later; -1 where there is none. */
  #packOf(seq: Moment): number {
    const found = lastIndex(this.#packs.length, (index) => (this.#packs[index]?.firstSeq ?? 0) <= seq);
    return found === -1 && this.#packs.length > 0 ? 0 : found;
  }
}
