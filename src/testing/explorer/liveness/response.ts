import { wordAt } from '../structures/checked-reads.js';
import { createIntegerList } from '../structures/integer-list.js';
import type { WayGraph } from '../state-space/state-graph.js';

/** How long answers take: for each state the ticks until `to` holds at the latest. */
export interface ResponseTimes {
  /** Infinity if it may never hold. Meaningful for pending states that were looked at. */
  of(state: number): number;
  /** The largest over all states where `from` holds; undefined if it holds nowhere. */
  readonly worst: number | undefined;
  /** Whether a state lies on a cycle through pending states in which time goes on. */
  isOnEndlessCycle(state: number): boolean;
}

/** In place of ticks: the state leads to an endless cycle, or lies on one. */
const leadsToEndless = 0x7ffffffe;
const isEndless = 0x7fffffff;

/**
 * What is known of a state. Above `unvisited` it is the order of the visit, while the component is still open; below
 * `answered` it is -1 less the ticks.
 */
const answered = 0;
const unvisited = 1;

/** After so many edges or states the computation pauses: some tens of milliseconds. */
const workPerPause = 1 << 19;

function ticksOf(mark: number): number {
  return mark < answered ? -1 - mark : 0;
}

/**
 * Computes exact response times in the part of the graph where `to` does not hold, by Tarjan's strongly connected
 * components: a component in which a tick stays inside can wait for ever, and all others are passed in one order.
 * Yields each time that it has worked for a while.
 *
 * @param isPending whether `to` does not hold yet.
 * @param isAsking whether `from` holds.
 */
export function* responseTimes(
  graph: WayGraph,
  isPending: (state: number) => boolean,
  isAsking: (state: number) => boolean,
): Generator<undefined, ResponseTimes, undefined> {
  const expanded = graph.expanded();
  const marks = new Int32Array(expanded);
  /** The ticks of open states, as far as they are known. */
  const ticks = new Int32Array(expanded);
  // A way through the states may lead through nearly all of them.
  const members = createIntegerList();
  const callStates = createIntegerList();
  const callEdges = createIntegerList();
  const callLows = createIntegerList();
  let visits = unvisited;
  /** Where a visit goes on after a pause. */
  let pausedAt = { state: 0, edge: 0, low: 0 };
  let worst: number | undefined;

  /** What is beyond the explored part is not looked at: it passes for answered. */
  function markOf(state: number): number {
    return state < expanded ? wordAt(marks, state) : answered;
  }

  function enter(state: number): number {
    visits += 1;
    marks[state] = visits;
    members.push(state);
    return visits;
  }

  /** Ends a component: its members reach each other, so they wait equally long. */
  function close(root: number): void {
    const end = members.length();
    let first = end;
    let longest = 0;
    do {
      first -= 1;
      longest = Math.max(longest, wordAt(ticks, members.get(first)));
    } while (members.get(first) !== root);
    for (let k = first; k < end; k += 1) marks[members.get(k)] = -1 - longest;
    members.truncate(first);
  }

  /** The ticks that an edge leads to, where its target is answered, closed, or in the component that is open. */
  function ticksOver(edge: number, mark: number): number {
    const weight = graph.isTick(edge) ? 1 : 0;
    if (mark > unvisited) return weight === 1 ? isEndless : 0;
    return Math.min(ticksOf(mark) + weight, leadsToEndless);
  }

  /** Visits what can be reached from where it paused. Returns whether that was all. */
  function visit(): boolean {
    let { state, edge, low } = pausedAt;
    let end = graph.endOfEdges(state);
    let left = workPerPause;
    for (;;) {
      if (edge < end) {
        left -= 1;
        if (left === 0) {
          pausedAt = { state, edge, low };
          return false;
        }
        const target = graph.target(edge, state);
        const mark = markOf(target);
        if (mark === unvisited) {
          // The edge is looked at again when its target is known.
          callStates.push(state);
          callEdges.push(edge);
          callLows.push(low);
          state = target;
          edge = graph.firstEdge(target);
          end = graph.endOfEdges(target);
          low = enter(target);
          continue;
        }
        if (mark > unvisited && mark < low) low = mark;
        const through = ticksOver(edge, mark);
        if (through > wordAt(ticks, state)) ticks[state] = through;
        edge += 1;
        continue;
      }
      if (low === marks[state]) close(state);
      const caller = callStates.length() - 1;
      if (caller === -1) return true;
      state = callStates.get(caller);
      edge = callEdges.get(caller);
      end = graph.endOfEdges(state);
      low = Math.min(low, callLows.get(caller));
      callStates.truncate(caller);
      callEdges.truncate(caller);
      callLows.truncate(caller);
    }
  }

  for (let state = 0; state < expanded; state += 1) {
    if (isPending(state)) marks[state] = unvisited;
    else if (worst === undefined && isAsking(state)) worst = 0;
    if (state % workPerPause === workPerPause - 1) yield undefined;
  }
  for (let state = 0; state < expanded; state += 1) {
    if (state % workPerPause === workPerPause - 1) yield undefined;
    if (marks[state] === answered || !isAsking(state)) continue;
    if (marks[state] === unvisited) {
      pausedAt = { state, edge: graph.firstEdge(state), low: enter(state) };
      while (!visit()) yield undefined;
    }
    worst = Math.max(worst ?? 0, ticksOf(markOf(state)));
  }
  const withEndless = (value: number) => (value >= leadsToEndless ? Infinity : value);
  return {
    of: (state) => withEndless(ticksOf(markOf(state))),
    worst: worst === undefined ? undefined : withEndless(worst),
    isOnEndlessCycle: (state) => ticksOf(markOf(state)) === isEndless,
  };
}
