import type { Coverage } from '../processes/coverage.js';
import type { Violation } from '../traces/violation.js';

/** A stimulus, a fault or a leads-to property that never came about, by the name that it has in the description. */
export interface Unused {
  readonly kind: 'stimulus' | 'fault' | 'leadsTo';
  readonly name: string;
}

/** What an exploration found. */
export interface ExploreResult {
  /** No violation, in what was explored. */
  readonly ok: boolean;
  /** Every reachable state was explored. */
  readonly complete: boolean;
  /** Why it is not complete. */
  readonly stoppedBy?: 'violation' | 'states' | 'seconds' | 'signal';
  readonly states: number;
  /** Steps between states, all of them counted, also those that lead to the same state. */
  readonly edges: number;
  /** States in which the system is at rest: nothing but time and faults can happen any more. */
  readonly atRest: number;
  /** The length of the longest of all shortest ways to a state. */
  readonly depth: number;
  readonly ms: number;
  readonly memoryBytes: number;
  /** For each `leadsTo` that was ever asked for: the most ticks that its answer takes. Exact if complete. */
  readonly worst: Readonly<Record<string, number>>;
  /** By machine. */
  readonly coverage: Readonly<Record<string, Coverage>>;
  /**
   * What never came about though the description speaks of it: stimuli that never happened, faults of which nothing was
   * used, leads-to properties whose `from` never held. Known only if complete, and a violation unless it is allowed.
   */
  readonly unused: readonly Unused[];
  readonly violations: readonly Violation[];
  /**
   * Returns itself if there is no violation and the run is complete, or may be partial.
   *
   * @throws Error whose message shows the first violation as a sequence diagram.
   */
  assert(): ExploreResult;
}

function incompleteText({ stoppedBy, states, depth }: Pick<ExploreResult, 'stoppedBy' | 'states' | 'depth'>): string {
  const limits = { states: 'limit.states', seconds: 'limit.seconds', signal: 'the signal', violation: 'a violation' };
  const by = stoppedBy === undefined ? 'something' : limits[stoppedBy];
  return (
    `the exploration is not complete: ${by} stopped it after ${states} states, at depth ${depth}. ` +
    'Raise the limit, make the system smaller, or set limit.partial to accept it'
  );
}

/** Completes a result with its assertion. */
export function createResult(found: Omit<ExploreResult, 'ok' | 'assert'>, mayBePartial: boolean): ExploreResult {
  const result: ExploreResult = {
    ...found,
    ok: found.violations.length === 0,
    assert() {
      const [first, ...others] = found.violations;
      if (first !== undefined) {
        const more =
          others.length === 0 ? '' : `\n\nAlso violated: ${others.map(({ property }) => property).join(', ')}`;
        throw new Error(`${first.toString()}${more}`);
      }
      if (!found.complete && !mayBePartial) throw new Error(incompleteText(found));
      return result;
    },
  };
  return result;
}
