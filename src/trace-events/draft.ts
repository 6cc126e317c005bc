import type { TraceEvent, TraceRun } from './trace-event.js';

type Unstamped<Stamped> = Stamped extends TraceRun
  ? never
  : Stamped extends unknown
    ? Omit<Stamped, 'seq' | 'at'>
    : never;

/** A trace event without its sequence number and time, which the tracer adds. */
export type TraceEventDraft = Unstamped<TraceEvent>;

/** A trace event with its time, and still without its number, which each listener counts for itself. */
export type TimedDraft = TraceEventDraft & { readonly at: number };

/** Where the parts of a tracer write what happens. */
export interface DraftLog {
  write(draft: TraceEventDraft): void;
}
