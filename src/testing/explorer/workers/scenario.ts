import type { ExploreOptions, Progress } from '../search/explore-options.js';
import type { ExploreResult } from '../search/result.js';
import type { System } from '../description/system.js';
import type { SystemView } from '../description/system-view.js';
import type { TraceViolation } from '../traces/violation.js';

/**
 * One exploration, named by where it is made: functions cannot be sent to a worker thread, so each worker imports the
 * module and makes the system itself.
 */
export interface Scenario {
  /** What errors and progress call it. */
  readonly name: string;
  /** The URL of the module, like `new URL('./scenarios.js', import.meta.url)`. */
  readonly module: string | URL;
  /**
   * The module's export, a function that gives the parts, or a promise of them.
   *
   * @default 'default'
   */
  readonly export?: string;
  /**
   * What that function is called with: data that `structuredClone` can copy.
   *
   * @default nothing
   */
  readonly args?: readonly unknown[];
}

/** What the export of a scenario's module gives. */
export interface ScenarioParts<Processes = Readonly<Record<string, unknown>>> {
  readonly system: System<Processes>;
  /** `signal` and `onProgress` are those of `exploreAll`. */
  readonly options?: Omit<ExploreOptions<SystemView<Processes>>, 'signal' | 'onProgress' | 'progressIntervalMs'>;
}

/** A violation as data, with its trace as a text sequence diagram. */
export interface ScenarioViolation extends TraceViolation {
  readonly text: string;
}

/** What `explore` says of a scenario, as data. */
export interface ScenarioResult extends Omit<ExploreResult, 'violations' | 'assert'> {
  readonly name: string;
  readonly violations: readonly ScenarioViolation[];
  /** What `assert()` throws; undefined if it passes. */
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
