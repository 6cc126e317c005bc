import type { Clock } from '../host/clock.js';
import { isThenable } from '../host/shielded.js';
import type { TimedDraft } from '../trace-events/draft.js';
import type { TraceEvent, TraceRun } from '../trace-events/trace-event.js';
import { numbered } from './event-text.js';

/**
 * Receives trace events in order, in batches. While a promise that it returned is pending, it is not called again; any
 * other result is ignored. If it throws, or its promise rejects, the error becomes a warning, and the next batch follows.
 */
export type TraceListener = (events: readonly TraceEvent[]) => unknown;

/** Stops a listener, when called or disposed. */
export interface StopListening extends Disposable {
  (): void;
}

export interface OutletOptions {
  readonly listener: TraceListener;
  /** Is told of a failure of the listener, which is nobody's but its own. */
  readonly onError: (error: unknown) => void;
  readonly clock: Clock;
  /** How long trace events are gathered. Milliseconds; 0 hands each over at once. */
  readonly flushMs: number;
  readonly eventsMax: number;
  /** What lives now, for a listener that has missed some. */
  readonly snapshot: () => readonly TimedDraft[];
}

/** How many times `eventsMax` of the trace events that tell who lives are kept, which a reader misses most. */
const vitalFactor = 4;

/** Between two snapshots for a listener that keeps missing some. Milliseconds. */
const resyncIntervalMs = 1000;

/** The way of one listener: numbers its trace events, gathers them, and leaves out what it does not take fast enough. */
export class Outlet {
  readonly #options: OutletOptions;
  #queue: (TraceRun | TimedDraft)[] = [];
  #seq = 0;
  #dropped = 0;
  /** Whether something was left out since what lives was told. */
  #isStale = false;
  #resyncedAt = -Infinity;
  #timer: unknown;
  #isBusy = false;
  #isClosed = false;

  constructor(options: OutletOptions) {
    this.#options = options;
  }

  push(draft: TraceRun | TimedDraft): void {
    if (this.#isClosed) return;
    const { eventsMax } = this.#options;
    const most = isVital(draft) ? eventsMax * vitalFactor : eventsMax;
    if (this.#queue.length >= most) this.#dropped += 1;
    else this.#queue.push(draft);
    if (this.#options.flushMs === 0) this.flush();
    else this.#arm();
  }

  /** Hands over what waits now, unless the listener is still busy with the last batch. */
  flush(): void {
    if (this.#isBusy || this.#isClosed) return;
    if (this.#dropped > 0) this.#tellGap();
    if (this.#isStale) this.#resync();
    if (this.#queue.length === 0) return;
    const batch = this.#queue.map((draft): TraceEvent => {
      if (draft.type === 'run') return draft;
      this.#seq += 1;
      return numbered(draft, this.#seq);
    });
    this.#queue = [];
    this.#isBusy = true;
    const done = () => {
      this.#isBusy = false;
      if (this.#queue.length > 0 || this.#dropped > 0) this.#arm();
      else if (this.#isStale) this.#arm(resyncIntervalMs);
    };
    try {
      const taken = this.#options.listener(batch);
      if (!isThenable(taken)) done();
      else
        Promise.resolve(taken).then(done, (error: unknown) => {
          done();
          this.#options.onError(error);
        });
    } catch (error) {
      done();
      this.#options.onError(error);
    }
  }

  /** Hands over what waits, also to a listener that is busy, and nothing more. */
  close(): void {
    this.#isBusy = false;
    this.flush();
    this.#isClosed = true;
    if (this.#timer !== undefined) this.#options.clock.clearTimeout(this.#timer);
  }

  #arm(afterMs = this.#options.flushMs): void {
    if (this.#timer !== undefined || this.#isBusy || this.#isClosed) return;
    this.#timer = this.#options.clock.setTimeout(() => {
      this.#timer = undefined;
      this.flush();
    }, afterMs);
  }

  #tellGap(): void {
    const last = this.#queue.at(-1);
    this.#queue.push({ type: 'gap', dropped: this.#dropped, at: last !== undefined && 'at' in last ? last.at : 0 });
    this.#dropped = 0;
    this.#isStale = true;
  }

  /** Tells what lives anew, now or, where that was done a moment ago, with a later flush. */
  #resync(): void {
    const at = this.#options.clock.now();
    if (at - this.#resyncedAt < resyncIntervalMs) return;
    this.#resyncedAt = at;
    this.#isStale = false;
    this.#queue.push(...this.#options.snapshot());
  }
}

function isVital(draft: TraceRun | TimedDraft): boolean {
  switch (draft.type) {
    case 'message':
    case 'counts':
    case 'timer':
      return false;
    case 'step':
      return draft.status !== 'active';
    default:
      return true;
  }
}
