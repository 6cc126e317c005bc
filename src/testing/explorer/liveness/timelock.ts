import { itemAt } from '../structures/checked-reads.js';
import { createIntegerList } from '../structures/integer-list.js';
import type { StateGraph } from '../state-space/state-graph.js';

/** After so many states it pauses: some tens of milliseconds. */
const statesPerPause = 1 << 19;

/**
 * The first state from which no way leads to a tick, -1 if there is none. There, what must happen before time goes on
 * never ends: timers of no delay that start each other, or messages without delay that answer each other. A leads-to
 * property, which counts on time going on, would hold for the wrong reason. Yields each time that it has worked for a
 * while.
 */
export function* firstTimelock(graph: StateGraph): Generator<undefined, number, undefined> {
  const expanded = graph.expanded();
  const canTick = new Uint8Array(expanded);

  function leadsToTick(state: number): boolean {
    const first = graph.firstEdge(state);
    // Where time can go on at once, it is the last step.
    for (let edge = graph.endOfEdges(state) - 1; edge >= first; edge -= 1) {
      if (graph.isTick(edge) || itemAt(canTick, graph.target(edge, state)) === 1) return true;
    }
    return false;
  }

  // Later states come first, for most ways lead on to them: few are left after one pass.
  const unsettled = createIntegerList();
  for (let state = expanded - 1; state >= 0; state -= 1) {
    if (leadsToTick(state)) canTick[state] = 1;
    else unsettled.push(state);
    if (state % statesPerPause === 0) yield undefined;
  }
  for (let before = -1; before !== unsettled.length();) {
    before = unsettled.length();
    let left = 0;
    for (let place = 0; place < before; place += 1) {
      const state = unsettled.get(place);
      if (leadsToTick(state)) {
        canTick[state] = 1;
      } else {
        unsettled.set(left, state);
        left += 1;
      }
    }
    unsettled.truncate(left);
  }
  return unsettled.length() === 0 ? -1 : unsettled.get(unsettled.length() - 1);
}
