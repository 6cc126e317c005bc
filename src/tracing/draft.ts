import type { AnyRecord, RunRecord } from './record.js';

type Unstamped<Stamped> = Stamped extends RunRecord
  ? never
  : Stamped extends unknown
    ? Omit<Stamped, 'seq' | 'at'>
    : never;

/** A record without its number and its time. */
export type RecordDraft = Unstamped<AnyRecord>;

/** A record with its time, and still without its number, which each listener counts for itself. */
export type TimedDraft = RecordDraft & { readonly at: number };

/** Where the parts of a recorder write what happens. */
export interface DraftLog {
  write(draft: RecordDraft): void;
}
