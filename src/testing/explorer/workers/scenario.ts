import type { ExploreOptions, Progress } from '../search/explore-options.js';
import type { ExploreResult } from '../search/result.js';
import type { System } from '../description/system.js';
import type { SystemView } from '../description/system-view.js';
import type { TraceViolation } from '../traces/violation.js';

/**
 * An exploration for {@link exploreAll}, given by the module that creates it: functions cannot be sent to a worker
 * thread, so the worker imports the module and creates the system itself.
 */
export interface Scenario {
  /** The name by which errors, progress and results refer to it. */
  readonly name: string;
  /** The absolute URL of the module, as `new URL('./scenarios.js', import.meta.url)`. */
  readonly module: string | URL;
  /**
   * The name of the module's export: a function that returns {@link ScenarioParts}, or a promise of them.
   *
   * @default 'default'
   */
  readonly export?: string;
  /**
   * The arguments of that function; must be structured-cloneable.
   *
   * @default []
   */
  readonly args?: readonly unknown[];
}

/** What a scenario's function returns: the arguments of `explore`. */
export interface ScenarioParts<Processes = Readonly<Record<string, unknown>>> {
  /** The system to explore. */
  readonly system: System<Processes>;
  /**
   * The options of `explore`, without the signal and the progress, which are options of `exploreAll`.
   *
   * @default none
   */
  readonly options?: Omit<ExploreOptions<SystemView<Processes>>, 'signal' | 'onProgress' | 'progressIntervalMs'>;
}

/** A violation as data, as it comes from a worker thread. */
export interface ScenarioViolation extends TraceViolation {
  /** The reason, and the counterexample as a sequence diagram in text. */
  readonly text: string;
}

/** The result of exploring a scenario: an `ExploreResult` as data. */
export interface ScenarioResult extends Omit<ExploreResult, 'violations' | 'assert'> {
  /** The name of the scenario. */
  readonly name: string;
  readonly violations: readonly ScenarioViolation[];
  /** The message of the error that `assert()` would throw; undefined if it would pass. */
  readonly failure: string | undefined;
}

/** What a worker is started with. */
export interface ScenarioOrder {
  readonly module: string;
  readonly export: string;
  readonly args: readonly unknown[];
  readonly wantsProgress: boolean;
  readonly progressIntervalMs: number | undefined;
}

/** What a worker tells. It is told one thing itself, which is to end with what it knows. */
export type ScenarioNews =
  | { readonly kind: 'progress'; readonly progress: Progress }
  | { readonly kind: 'result'; readonly result: Omit<ScenarioResult, 'name'> }
  | { readonly kind: 'error'; readonly message: string; readonly stack: string | undefined };
