import type { Coverage } from '../processes/coverage.js';
import type { Violation } from '../traces/violation.js';

/** A part of the model that was never exercised: a stimulus, a fault, an outcome of an invoked actor, or a leads-to property that holds vacuously. */
export interface Unused {
  readonly kind: 'stimulus' | 'fault' | 'leadsTo' | 'outcome';
  /** Its name in the system or in the properties. */
  readonly name: string;
}

/** The result of an exploration. */
export interface ExploreResult {
  /** Whether no violation was found. A proof only if `complete`. */
  readonly ok: boolean;
  /** Whether every reachable state was explored. */
  readonly complete: boolean;
  /** What stopped the exploration early; absent if complete. */
  readonly stoppedBy?: 'violation' | 'states' | 'seconds' | 'signal';
  /** Distinct states found. */
  readonly states: number;
  /** Transitions found, including several between the same two states. */
  readonly edges: number;
  /** States in which the system is at rest: only faults can still happen, and time passes without effect. */
  readonly atRest: number;
  /** The breadth-first depth: the longest of the shortest paths from the initial state, in transitions. */
  readonly depth: number;
  /** Duration of the exploration, in milliseconds. */
  readonly ms: number;
  /** Memory of the exploration's tables, in bytes, without the machines' snapshots. */
  readonly memoryBytes: number;
  /**
   * The worst-case response time, in ticks, of each `leadsTo` whose `from` ever held; Infinity if `to` may never hold.
   * Exact only if complete.
   */
  readonly worst: Readonly<Record<string, number>>;
  /**
   * Those of the system's `ids` that were exchanged for one another, all of them in a ring; absent where it has none. Of
   * many ids these are the first ones, as many as spare more states than it costs to try their permutations.
   */
  readonly exchanged?: readonly string[];
  /** What was never exercised of each machine, by machine. */
  readonly coverage: Readonly<Record<string, Coverage>>;
  /**
   * Stimuli that never happened, faults that were never injected, and leads-to properties whose `from` never held.
   * Known only if complete; each is a violation as well unless `mayBeUnused` allows it.
   */
  readonly unused: readonly Unused[];
  /** The violations found; with `stopAt: 'end'`, one of each violated property. */
  readonly violations: readonly Violation[];
  /**
   * Returns this result if it has no violation and is complete, or `limit.partial` is set.
   *
   * @throws {Error} Otherwise. The message shows the counterexample of the first violation as a sequence diagram.
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
