import { explore } from '../search/explore.js';
import type { ExploreOptions } from '../search/explore-options.js';
import type { System } from '../description/system.js';
import type { Predicate, SystemView } from '../description/system-view.js';
import type { Trace } from '../traces/trace.js';

/** How long it takes at most from one thing to another. */
export interface WorstCase {
  /** Infinity if it may take for ever; undefined if `from` never holds. */
  readonly ticks: number | undefined;
  /** Whether the number is exact: all states were explored. */
  readonly complete: boolean;
  readonly states: number;
  /** A shortest trace that takes so long, found by exploring once more; undefined if there is nothing to show. */
  witness(): Trace | undefined;
}

const name = 'the answer';

/** Measures the exact worst-case time in ticks from a state where `from` holds to one where `to` holds. */
export function worstCase<Processes>(
  system: System<Processes>,
  from: Predicate<SystemView<Processes>>,
  to: Predicate<SystemView<Processes>>,
  options: Omit<ExploreOptions<SystemView<Processes>>, 'always' | 'leadsTo' | 'reachable' | 'stopAt'> = {},
): WorstCase {
  const measured = explore(system, { ...options, leadsTo: { [name]: { from, to } }, stopAt: 'end' });
  const ticks = measured.worst[name];
  return {
    ticks,
    complete: measured.complete,
    states: measured.states,
    witness() {
      if (ticks === undefined || ticks === 0) return undefined;
      if (ticks === Infinity) return measured.violations.find(({ property }) => property === name)?.trace;
      // One tick less is too little, and the trace that shows it is the worst case.
      const again = explore(system, { ...options, leadsTo: { [name]: { from, to, within: ticks - 1 } } });
      return again.violations[0]?.trace;
    },
  };
}
