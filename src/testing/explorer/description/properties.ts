import type { Predicate } from './system-view.js';

/** Whenever `from` holds, `to` holds then or later. */
export interface LeadsTo<View> {
  readonly from: Predicate<View>;
  readonly to: Predicate<View>;
  /**
   * In at most so many ticks.
   *
   * @default some time, provided that time goes on
   */
  readonly within?: number;
  /**
   * Whether it is all right that `from` never holds. Otherwise that is a violation: nothing was asked.
   *
   * @default false
   */
  readonly mayBeUnused?: boolean;
}

/** What must hold of a system, by names for people to read. */
export interface Properties<View> {
  /** Holds in every state. */
  readonly always?: Readonly<Record<string, Predicate<View>>>;
  readonly leadsTo?: Readonly<Record<string, LeadsTo<View>>>;
  /**
   * Where the system may come to rest: no timer runs, no message is under way, and no stimulus is left, so that nothing
   * but time and faults can happen. Anywhere else that is a deadlock, and a violation.
   *
   * @default rest is not judged
   */
  readonly mayRest?: Predicate<View>;
  /** Holds in at least one state: proof that the model is not vacuous. */
  readonly reachable?: Readonly<Record<string, Predicate<View>>>;
}
