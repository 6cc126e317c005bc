import { signal } from '@preact/signals';
import type { Folded } from './folded.js';
import { EventLog } from './event-log.js';
import { isMarked } from './marked.js';
import type { Moment, RunReader, TraceRun, SequencedEvent } from './types.js';

export interface RunOptions {
  /**
   * How many bytes of events are kept, as JSON; the oldest go first.
   *
   * @default 402_653_184
   */
  readonly bytesMax?: number;
  /** Calls back once, before the next picture is drawn. Default `requestAnimationFrame`. */
  readonly onFrame?: (callback: () => void) => void;
}

/** How many events are remembered to which people jump; the oldest go first. */
const markedMax = 4_000;

/** One run: its header and its events, and the view at any moment of what is kept. */
export class Run implements RunReader {
  readonly header: TraceRun;
  readonly #version = signal(0);
  readonly #growing = signal(true);
  readonly #isReading = signal(false);
  readonly #log: EventLog;
  readonly #onFrame: (callback: () => void) => void;
  readonly #marked: SequencedEvent[] = [];
  #framePending = false;
  #now = 0;

  constructor(header: TraceRun, options: RunOptions = {}) {
    this.header = header;
    this.#log = new EventLog(header.unit, options.bytesMax ?? 384 * 1_024 * 1_024);
    this.#onFrame = options.onFrame ?? ((callback) => requestAnimationFrame(callback));
  }

  get version() {
    return this.#version;
  }

  get growing() {
    return this.#growing;
  }

  get isReading() {
    return this.#isReading;
  }

  get firstSeq(): Moment {
    return this.#log.firstSeq;
  }

  get lastSeq(): Moment {
    return this.#log.last?.seq ?? 0;
  }

  get firstAt(): number {
    return this.#log.firstAt;
  }

  get lastAt(): number {
    return this.#log.head.at;
  }

  /** The time of the newest event, or what its source has told since. */
  get now(): number {
    return Math.max(this.lastAt, this.#now);
  }

  get size(): number {
    return this.#log.size;
  }

  /** The view after the last event. It changes as events come: read it within one frame. */
  get head(): Folded {
    return this.#log.head;
  }

  /** Adds events. A `seq` that does not grow is replaced by the next one, so that every moment has one event. */
  append(events: readonly SequencedEvent[]): void {
    for (const event of events) {
      const next = this.lastSeq + 1;
      const numbered = event.seq >= next ? event : { ...event, seq: next };
      this.#log.append(numbered);
      if (isMarked(numbered)) this.#marked.push(numbered);
    }
    if (this.#marked.length > markedMax) this.#marked.splice(0, this.#marked.length - markedMax);
    if (events.length > 0) this.#grow();
  }

  /** Time has passed without an event. */
  goOn(at: number): void {
    if (!(at > this.now)) return;
    this.#now = at;
    this.#grow();
  }

  #grow(): void {
    if (this.#framePending) return;
    this.#framePending = true;
    this.#onFrame(() => {
      this.#framePending = false;
      this.#version.value += 1;
    });
  }

  /** A view of one's own at a moment. */
  viewAt(seq: Moment): Folded {
    return this.#log.viewAt(seq);
  }

  record(seq: Moment): SequencedEvent | undefined {
    return this.#log.one(seq);
  }

  eventAtOrBefore(seq: Moment): SequencedEvent | undefined {
    return this.#log.atOrBefore(seq);
  }

  seqAtTime(at: number): Moment {
    return this.#log.atOrBeforeTime(at)?.seq ?? this.firstSeq;
  }

  forEach(fromSeq: Moment, toSeq: Moment, visit: (event: SequencedEvent) => boolean | undefined): void {
    this.#log.forEach(fromSeq, toSeq, visit);
  }

  forEachBack(fromSeq: Moment, visit: (event: SequencedEvent) => boolean | undefined): void {
    this.#log.forEachBack(fromSeq, visit);
  }

  seqsOf(keys: readonly string[]): readonly Moment[] {
    return this.#log.seqsOf(keys);
  }

  get begins() {
    return this.#log.begins;
  }

  get marked(): readonly SequencedEvent[] {
    return this.#marked;
  }
}
