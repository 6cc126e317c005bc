import type { StateGraph } from './state-graph.js';

/** How long answers take: for each state the ticks until `to` holds at the latest. */
export interface ResponseTimes {
  /** Infinity if it may never hold. Meaningful for pending states that were looked at. */
  of(state: number): number;
  /** The largest over all states where `from` holds; undefined if it holds nowhere. */
  readonly worst: number | undefined;
  /** Whether a state lies on a cycle through pending states in which time goes on. */
  isOnEndlessCycle(state: number): boolean;
}

const endless = 0x7fffffff;

/**
 * Computes exact response times in the part of the graph where `to` does not hold, by Tarjan's strongly connected
 * components: a component in which a tick stays inside can wait for ever, and all others are passed in one order.
 *
 * @param isPending whether `to` does not hold yet.
 * @param isAsking whether `from` holds.
 */
export function responseTimes(
  graph: StateGraph,
  isPending: (state: number) => boolean,
  isAsking: (state: number) => boolean,
): ResponseTimes {
  const { expanded } = graph;
  const order = new Int32Array(expanded);
  const low = new Int32Array(expanded);
  const component = new Int32Array(expanded);
  const ticks = new Int32Array(expanded);
  const endlessComponents = new Set<number>();
  const members: number[] = [];
  const callStates: number[] = [];
  const callEdges: number[] = [];
  let visits = 0;
  let components = 0;

  /** By state, whether `to` does not hold yet. What is beyond the explored part is not looked at. */
  const pending = new Uint8Array(expanded);
  for (let state = 0; state < expanded; state += 1) pending[state] = isPending(state) ? 1 : 0;

  function enter(state: number): void {
    visits += 1;
    order[state] = visits;
    low[state] = visits;
    members.push(state);
    callStates.push(state);
    callEdges.push(graph.firstEdge(state));
  }

  /** The ticks that an edge can lead to, from a component that is being closed; a tick within it never ends. */
  function ticksOver(edge: number): number {
    const target = graph.target(edge);
    const weight = graph.isTick(edge) ? 1 : 0;
    if (pending[target] !== 1) return weight;
    if (component[target] === components) return weight === 1 ? endless : 0;
    const rest = ticks[target] ?? 0;
    return rest === endless ? endless : rest + weight;
  }

  function close(root: number): void {
    components += 1;
    const first = members.lastIndexOf(root);
    const own = members.splice(first);
    for (const state of own) component[state] = components;
    let worst = 0;
    for (const state of own) {
      const end = graph.firstEdge(state + 1);
      for (let edge = graph.firstEdge(state); edge < end; edge += 1) {
        const through = ticksOver(edge);
        if (through > worst) worst = through;
        const staysInside = through === endless && component[graph.target(edge)] === components;
        if (staysInside) endlessComponents.add(components);
      }
    }
    for (const state of own) ticks[state] = worst;
  }

  function lower(state: number, bound: number): void {
    if (bound < (low[state] ?? 0)) low[state] = bound;
  }

  function visit(root: number): void {
    enter(root);
    while (callStates.length > 0) {
      const state = callStates[callStates.length - 1] ?? 0;
      const edge = callEdges[callEdges.length - 1] ?? 0;
      if (edge < graph.firstEdge(state + 1)) {
        callEdges[callEdges.length - 1] = edge + 1;
        const target = graph.target(edge);
        if (pending[target] !== 1) continue;
        if (order[target] === 0) enter(target);
        else if (component[target] === 0) lower(state, order[target] ?? 0);
      } else {
        callStates.pop();
        callEdges.pop();
        const caller = callStates[callStates.length - 1];
        if (caller !== undefined) lower(caller, low[state] ?? 0);
        if (low[state] === order[state]) close(state);
      }
    }
  }

  let worst: number | undefined;
  for (let state = 0; state < expanded; state += 1) {
    if (!isAsking(state)) continue;
    if (pending[state] === 1 && order[state] === 0) visit(state);
    const own = pending[state] === 1 ? (ticks[state] ?? 0) : 0;
    worst = Math.max(worst ?? 0, own);
  }
  const ticksOf = (value: number) => (value === endless ? Infinity : value);
  return {
    of: (state) => ticksOf(ticks[state] ?? 0),
    worst: worst === undefined ? undefined : ticksOf(worst),
    isOnEndlessCycle: (state) => endlessComponents.has(component[state] ?? 0),
  };
}
