import type { Predicate } from './system-view.js';

/** A response property, `from ~> to`: whenever `from` holds, `to` holds then or later. */
export interface LeadsTo<View> {
  /** The trigger. */
  readonly from: Predicate<View>;
  /** The response. */
  readonly to: Predicate<View>;
  /**
   * The maximum response time, in ticks.
   *
   * @default unbounded: eventually, assuming that time always progresses
   */
  readonly within?: number;
  /**
   * Whether `from` may never hold. Otherwise that is a violation, since the property holds vacuously.
   *
   * @default false
   */
  readonly mayBeUnused?: boolean;
}

/** The properties of a system. The names of properties are reported with their violations. */
export interface Properties<View> {
  /**
   * Invariants, by name: each holds in every reachable state.
   *
   * @default none
   */
  readonly always?: Readonly<Record<string, Predicate<View>>>;
  /**
   * Leads-to properties, by name.
   *
   * @default none
   */
  readonly leadsTo?: Readonly<Record<string, LeadsTo<View>>>;
  /**
   * Whether the system may be at rest in a state: no timer is running, no message is in transit and no stimulus is
   * left, so that only faults can happen and time passes without effect. At rest in any other state is a deadlock, and
   * a violation.
   *
   * @default deadlocks are not checked
   */
  readonly mayRest?: Predicate<View>;
  /**
   * Reachability properties, by name: each holds in at least one reachable state, which shows that the model is not
   * vacuous.
   *
   * @default none
   */
  readonly reachable?: Readonly<Record<string, Predicate<View>>>;
}
