import { came, requireFields } from '../../known-fields.js';
import { checkProperties, requireOneOf } from '../description/config-fields.js';
import type { Properties } from '../description/properties.js';
import type { SystemView } from '../description/system-view.js';
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
export interface ExploreOptions<View, OneStimulus = Stimulus<View>> extends Properties<View> {
  /** In place of those of the system. */
  readonly stimuli?: Readonly<Record<string, OneStimulus>>;
  /** In place of those of the system. */
  readonly faults?: Faults;
  readonly limit?: Limit;
  /**
   * Whether stimuli, faults and `from`s of which none ever comes about are all right. Each of them can say so for itself.
   *
   * @default false
   */
  readonly mayBeUnused?: boolean;
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

const limitFields = Object.keys({ states: true, seconds: true, partial: true } satisfies Record<keyof Limit, true>);

export const propertyFields = Object.keys({
  always: true,
  leadsTo: true,
  reachable: true,
  mayRest: true,
} satisfies Record<keyof Properties<SystemView>, true>);

const optionFields = [
  ...propertyFields,
  ...Object.keys({
    stimuli: true,
    faults: true,
    limit: true,
    mayBeUnused: true,
    stopAt: true,
    signal: true,
    onProgress: true,
    progressIntervalMs: true,
  } satisfies Record<Exclude<keyof ExploreOptions<SystemView>, keyof Properties<SystemView>>, true>),
];

/** @throws TypeError for an option that is none, and for a value that means nothing. */
export function checkExploreOptions(options: ExploreOptions<SystemView>): void {
  requireFields('', options, optionFields);
  checkProperties(options);
  requireOneOf('stopAt', options.stopAt, ['first', 'end']);
  if (options.limit === undefined) return;
  requireFields('limit', options.limit, limitFields);
  for (const [name, value] of Object.entries(options.limit)) {
    if (typeof value === (name === 'partial' ? 'boolean' : 'number')) continue;
    throw new TypeError(
      `limit.${name}: expected ${name === 'partial' ? 'true or false' : 'a number'}, came ${came(value)}`,
    );
  }
}
