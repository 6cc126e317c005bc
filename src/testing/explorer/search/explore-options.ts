import type { Properties } from '../description/properties.js';
import type { Faults, Stimulus } from '../description/system-config.js';

/** How an exploration stands. */
export interface Progress {
  /** What goes on: states are found, or of those that are known it is computed how long answers take at most. */
  readonly phase: 'exploring' | 'analysing';
  readonly states: number;
  readonly edges: number;
  readonly statesPerSecond: number;
  /** States that are known and whose steps are not. */
  readonly frontier: number;
  readonly depth: number;
  /** What the tables of the exploration hold; the machines' snapshots come on top. */
  readonly memoryBytes: number;
  readonly elapsedMs: number;
}

/** Where an exploration ends that would go on for too long. */
export interface Limit {
  /**
   * How many states are found before it ends.
   *
   * @default 20 million
   */
  readonly states?: number;
  /**
   * How long it goes on, by the clock on the wall.
   *
   * @default Infinity
   */
  readonly seconds?: number;
  /**
   * Whether a run that ends at a limit may pass.
   *
   * @default false: what was not explored was not proved
   */
  readonly partial?: boolean;
}

/** What an exploration checks, and how far it goes. `View` is what the predicates see. */
export interface ExploreOptions<View> extends Properties<View> {
  /** In place of those of the system. */
  readonly stimuli?: Readonly<Record<string, Stimulus<View>>>;
  /** In place of those of the system. */
  readonly faults?: Faults;
  readonly limit?: Limit;
  /**
   * Whether to stop at the first violation, or to look for one of each property.
   *
   * @default 'first'
   */
  readonly stopAt?: 'first' | 'end';
  /** Ends the exploration. What is known then is analysed still, which takes a part of the time that it took to find. */
  readonly signal?: AbortSignal;
  /** Called about every `progressIntervalMs`. */
  readonly onProgress?: (progress: Progress) => void;
  /** @default 500 */
  readonly progressIntervalMs?: number;
}
