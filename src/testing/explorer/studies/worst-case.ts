import { explore } from '../search/explore.js';
import type { ExploreOptions } from '../search/explore-options.js';
import { requireFields } from '../../known-fields.js';
import type { Properties } from '../description/properties.js';
import type { StimulusOf } from '../description/system-config.js';
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

/** What happens besides, and how far it goes. */
type WorstCaseOptions<View, OneStimulus> = Omit<
  ExploreOptions<View, OneStimulus>,
  keyof Properties<View> | 'stopAt' | 'mayBeUnused'
>;

const name = 'the answer';

/** Measures the exact worst-case time in ticks from a state where `from` holds to one where `to` holds. */
export function worstCase<Processes>(
  system: System<Processes>,
  from: Predicate<SystemView<Processes>>,
  to: Predicate<SystemView<Processes>>,
  options: WorstCaseOptions<SystemView<Processes>, StimulusOf<Processes>> = {},
): WorstCase {
  requireFields('', options, ['stimuli', 'faults', 'limit', 'signal', 'onProgress', 'progressIntervalMs']);
  // That `from` never holds is told by the absence of ticks.
  const measured = explore(system, {
    ...options,
    leadsTo: { [name]: { from, to, mayBeUnused: true } },
    stopAt: 'end',
    mayBeUnused: true,
  });
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
