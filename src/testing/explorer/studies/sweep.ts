import { explore } from '../search/explore.js';
import type { ExploreOptions } from '../search/explore-options.js';
import type { ExploreResult } from '../search/result.js';
import type { StimulusOf } from '../description/system-config.js';
import type { System } from '../description/system.js';
import type { SystemView } from '../description/system-view.js';

/** What was found for one combination of values. */
export interface SweepRow<Name extends string> {
  readonly values: Readonly<Record<Name, number>>;
  /** `undecided`: a limit ended the exploration before a violation was found. */
  readonly outcome: 'holds' | 'violated' | 'undecided';
  readonly result: ExploreResult;
}

/** What was found for all combinations, in the order of the ranges. */
export interface SweepResult<Name extends string> {
  readonly rows: readonly SweepRow<Name>[];
  /**
   * For a sweep of one parameter: the value from which on, in the order given, everything holds. Undefined if the last
   * value does not hold, or for a sweep of several parameters.
   */
  readonly bound: number | undefined;
  /** Whether the value before the bound is violated, so that the bound is tight. */
  readonly isTight: boolean;
  /** A line for each row. */
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
 * Explores a system for each combination of values, to find how small or large a parameter may be.
 *
 * @param ranges the values of each parameter, from the worse to the better.
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
