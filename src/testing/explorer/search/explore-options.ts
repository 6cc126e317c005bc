import { came, requireBoolean, requireFields, requireOneOf } from '../../known-fields.js';
import { checkProperties } from '../description/config-fields.js';
import type { Properties } from '../description/properties.js';
import type { SystemView } from '../description/system-view.js';
import type { Checkpoint } from './checkpoint.js';
import type { Faults, Stimulus } from '../description/system-config.js';

/** The progress of an exploration. */
export interface Progress {
  /** `exploring` while states are searched, `analysing` while the leads-to properties are checked on those found. */
  readonly phase: 'exploring' | 'analysing';
  /** Distinct states found so far. */
  readonly states: number;
  /** Transitions found so far. */
  readonly edges: number;
  /** States expanded per second, on average since the start. */
  readonly statesPerSecond: number;
  /** States that were found and are not expanded yet. */
  readonly frontier: number;
  /** The breadth-first depth reached, in transitions from the initial state. */
  readonly depth: number;
  /** Memory of the exploration's tables, in bytes, without the machines' snapshots. */
  readonly memoryBytes: number;
  /** Milliseconds since the start. */
  readonly elapsedMs: number;
}

/** Limits at which an exploration stops, although states remain. */
export interface Limit {
  /**
   * Maximum number of states.
   *
   * @default 20_000_000
   */
  readonly states?: number;
  /**
   * Maximum wall-clock time, in seconds.
   *
   * @default Infinity
   */
  readonly seconds?: number;
  /**
   * Whether `assert()` accepts an incomplete exploration. What was not explored is not proved.
   *
   * @default false
   */
  readonly partial?: boolean;
}

/** The properties to check and the options of {@link explore}. `View` is the state as predicates see it. */
export interface ExploreOptions<View, OneStimulus = Stimulus<View>> extends Properties<View> {
  /**
   * Stimuli, by name, that replace those of the system.
   *
   * @default the system's
   */
  readonly stimuli?: Readonly<Record<string, OneStimulus>>;
  /**
   * Fault budgets that replace those of the system.
   *
   * @default the system's
   */
  readonly faults?: Faults;
  /**
   * When to stop before every state is explored.
   *
   * @default see {@link Limit}
   */
  readonly limit?: Limit;
  /**
   * Whether to tolerate stimuli, faults and leads-to properties that are vacuous: that never happen, or whose `from`
   * never holds. Each of them also has an option `mayBeUnused` of its own.
   *
   * @default false
   */
  readonly mayBeUnused?: boolean;
  /**
   * Partial-order reduction: of steps of different processes that commute and that no predicate sees, only one order is
   * explored. The verdicts and worst cases are the same, with at most as many states; a counterexample need not be a
   * shortest one.
   *
   * @default false
   */
  readonly partialOrder?: boolean;
  /**
   * Whether to stop at the first violation, or to explore on and report one violation of each property.
   *
   * @default 'first'
   */
  readonly stopAt?: 'first' | 'end';
  /**
   * Stops the exploration when aborted. The leads-to properties are still checked on the states found, which takes a
   * fraction of the time spent so far. If the search for the shortest trace of a violation takes longer than some tenths
   * of a second then, it is given up: the violation tells so, and shows where it begins.
   *
   * @default none
   */
  readonly signal?: AbortSignal;
  /**
   * Called with how far it has come when a limit or the signal stops it, for `resume`.
   *
   * @default none
   */
  readonly onStopped?: (checkpoint: Checkpoint) => void;
  /**
   * Goes on where an exploration of the same system with the same properties was stopped. Limits count what was found
   * before, but for `seconds`.
   *
   * @default none: it begins anew
   */
  readonly resume?: Checkpoint;
  /**
   * Called about every `progressIntervalMs` milliseconds.
   *
   * @default none
   */
  readonly onProgress?: (progress: Progress) => void;
  /**
   * The time between calls of `onProgress`, in milliseconds.
   *
   * @default 500
   */
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
    partialOrder: true,
    stopAt: true,
    signal: true,
    onStopped: true,
    resume: true,
    onProgress: true,
    progressIntervalMs: true,
  } satisfies Record<Exclude<keyof ExploreOptions<SystemView>, keyof Properties<SystemView>>, true>),
];

/** @throws TypeError for an option that is none, and for a value that means nothing. */
export function checkExploreOptions(options: ExploreOptions<SystemView>): void {
  requireFields('', options, optionFields);
  checkProperties(options);
  if (options.partialOrder !== undefined) requireBoolean('partialOrder', options.partialOrder);
  if (options.partialOrder === true && (options.resume ?? options.onStopped) !== undefined) {
    throw new TypeError('partialOrder: expected no resume and no onStopped beside it: what it leaves out is not kept');
  }
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
