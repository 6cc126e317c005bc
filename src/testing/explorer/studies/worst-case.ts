import { explore } from '../search/explore.js';
import type { ExploreOptions } from '../search/explore-options.js';
import { requireFields } from '../../known-fields.js';
import type { Properties } from '../description/properties.js';
import type { StimulusOf } from '../description/system-config.js';
import type { System } from '../description/system.js';
import type { Predicate, SystemView } from '../description/system-view.js';
import type { Trace } from '../traces/trace.js';

/** The worst-case response time from one predicate to another. */
export interface WorstCase {
  /** The worst case, in ticks; Infinity if `to` may never hold, undefined if `from` never holds. */
  readonly ticks: number | undefined;
  /** Whether every reachable state was explored, so that `ticks` is exact. */
  readonly complete: boolean;
  /** Distinct states found. */
  readonly states: number;
  /** Explores again and returns a shortest trace that takes this long; undefined if there is none, as for 0 ticks. */
  witness(): Trace | undefined;
}

/** What happens besides, and how far it goes. */
type WorstCaseOptions<View, OneStimulus> = Omit<
  ExploreOptions<View, OneStimulus>,
  keyof Properties<View> | 'stopAt' | 'mayBeUnused'
>;

const name = 'the answer';

/**
 * Computes the exact worst-case time, in ticks, from a state in which `from` holds until `to` holds.
 *
 * @throws {TypeError} If an option is unknown or invalid.
 * @throws {Error} If the system is invalid, or a predicate throws.
 */
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
