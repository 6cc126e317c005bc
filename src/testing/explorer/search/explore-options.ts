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

export interface Limit {
  /** Default 20 million. */
  readonly states?: number;
  /** Default: none. */
  readonly seconds?: number;
  /** Whether a run that ends at a limit may pass. Default false: what was not explored was not proved. */
  readonly partial?: boolean;
}

export interface ExploreOptions<View> extends Properties<View> {
  /** In place of those of the system. */
  readonly stimuli?: Readonly<Record<string, Stimulus<View>>>;
  /** In place of those of the system. */
  readonly faults?: Faults;
  readonly limit?: Limit;
  /** Whether to stop at the first violation, or to look for one of each property. Default `first`. */
  readonly stopAt?: 'first' | 'end';
  /** Ends the exploration. What is known then is analysed still, which takes a part of the time that it took to find. */
  readonly signal?: AbortSignal;
  /** Called about every `progressIntervalMs`, default 500. */
  readonly onProgress?: (progress: Progress) => void;
  readonly progressIntervalMs?: number;
}
