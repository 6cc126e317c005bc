import type { TestClock } from './test-clock.js';

/** Something that happens when its turn comes. */
export interface ScheduledTask {
  /** What it is, in the order that a failure shows. */
  readonly label: string;
  /**
   * Tasks of one lane happen in the order in which they were scheduled.
   *
   * @default none: it may happen before and after any other
   */
  readonly lane?: string;
  readonly run: () => void;
}

/** Decides in which order things happen in a test of real code, see `exploreOrders`. */
export interface Scheduler {
  /** The clock of the test. That its next timer fires before what else is scheduled is one of the orders. */
  readonly clock: TestClock;
  /**
   * Returns the function with promises that are settled when their turn comes. It is called at once.
   *
   * @param name How the order of a failure names it; omitted, the name of the function.
   */
  readonly wrap: <Args extends readonly unknown[], Result>(
    fn: (...args: Args) => Result | Promise<Result>,
    name?: string,
  ) => (...args: Args) => Promise<Result>;
  /** Schedules something that may happen from now on. */
  readonly schedule: (task: ScheduledTask) => void;
  /** Resolves when nothing is scheduled, and no timer runs. */
  readonly idle: () => Promise<void>;
}
