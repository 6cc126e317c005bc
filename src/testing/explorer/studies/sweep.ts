import { explore } from '../search/explore.js';
import type { ExploreOptions } from '../search/explore-options.js';
import type { ExploreResult } from '../search/result.js';
import type { StimulusOf } from '../description/system-config.js';
import type { System } from '../description/system.js';
import type { SystemView } from '../description/system-view.js';

/** The outcome for one combination of parameter values. */
export interface SweepRow<Name extends string> {
  /** The value of each parameter. */
  readonly values: Readonly<Record<Name, number>>;
  /** `undecided` means that a limit stopped the exploration before a violation was found. */
  readonly outcome: 'holds' | 'violated' | 'undecided';
  /** The result of the exploration. */
  readonly result: ExploreResult;
}

/** The result of a parameter sweep. */
export interface SweepResult<Name extends string> {
  /** The outcome for every combination, in the order of the ranges. */
  readonly rows: readonly SweepRow<Name>[];
  /**
   * For a sweep of one parameter, the first value such that it and all later ones hold. Undefined if the last value
   * does not hold, and for a sweep of several parameters.
   */
  readonly bound: number | undefined;
  /** Whether the value just before the bound is violated, so that the bound is tight. */
  readonly isTight: boolean;
  /** Returns a line for each row. */
  toString(): string;
}

function combinations<Name extends string>(
  ranges: Readonly<Record<Name, readonly number[]>>,
): readonly Readonly<Record<Name, number>>[] {
  const entries = Object.entries(ranges) as unknown as readonly (readonly [Name, readonly number[]])[];
  return entries.reduce<readonly Record<Name, number>[]>(
    (some, [name, values]) => some.flatMap((one) => values.map((value) => ({ ...one, [name]: value }))),
    [{} as Record<Name, number>],
  );
}

function outcomeOf({ ok, complete }: ExploreResult): SweepRow<string>['outcome'] {
  if (!ok) return 'violated';
  return complete ? 'holds' : 'undecided';
}

function rowText({ values, outcome, result }: SweepRow<string>): string {
  const given = Object.entries(values).map(([name, value]) => `${name} ${value}`);
  const why = result.violations.map(({ reason }) => reason).join('; ');
  return `${given.join(', ')}: ${outcome}${why === '' ? '' : `, ${why}`} (${result.states} states)`;
}

/**
 * Parameter sweep: explores a system for every combination of parameter values, to find the bound from which on its
 * properties hold.
 *
 * @param makeSystem Creates the system for a combination of values.
 * @param ranges The values of each parameter, from worst to best.
 * @throws {Error} Whatever `makeSystem` and {@link explore} throw.
 */
export function sweep<Name extends string, Processes>(
  makeSystem: (values: Readonly<Record<Name, number>>) => System<Processes>,
  ranges: Readonly<Record<Name, readonly number[]>>,
  options: ExploreOptions<SystemView<Processes>, StimulusOf<Processes>>,
): SweepResult<Name> {
  const rows = combinations(ranges).map((values): SweepRow<Name> => {
    const result = explore(makeSystem(values), options);
    return { values, outcome: outcomeOf(result), result };
  });
  const names = Object.keys(ranges) as Name[];
  const [name] = names;
  const last = rows.findLastIndex(({ outcome }) => outcome !== 'holds');
  const bound = name === undefined || names.length > 1 ? undefined : rows[last + 1]?.values[name];
  return {
    rows,
    bound,
    isTight: bound !== undefined && rows[last]?.outcome === 'violated',
    toString: () => rows.map(rowText).join('\n'),
  };
}
