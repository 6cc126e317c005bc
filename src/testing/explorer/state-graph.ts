import { createIntegerList } from './integer-list.js';

/** The states seen, by number, with the way to each and, where it was asked for, all steps between them. */
export interface StateGraph {
  readonly count: number;
  readonly edgeCount: number;
  readonly bytes: number;
  /** How many states have all their edges: those numbered below. */
  readonly expanded: number;
  /** Adds the next state, which a step from `parent` has reached first; -1 for the initial one. */
  add(parent: number): void;
  /** What the predicates say of a state, for those that were expanded. */
  entry(state: number): number;
  /** Opens the edges of the next state. */
  expand(entry: number): void;
  /** Adds an edge of the state that was opened last. */
  connect(to: number, isTick: boolean): void;
  /** The first edge of a state; those up to the first edge of the next one are its own. */
  firstEdge(state: number): number;
  target(edge: number): number;
  isTick(edge: number): boolean;
  /** The length of the shortest way to a state. */
  depth(state: number): number;
  /** The shortest way from the initial state to this one, both included. */
  pathTo(state: number): readonly number[];
}

/** Makes an empty graph. Without edges it is enough for properties of single states. */
export function createStateGraph(keepsEdges: boolean): StateGraph {
  const parents = createIntegerList();
  const entries = createIntegerList();
  const firstEdges = createIntegerList();
  const targets = createIntegerList();
  /** The first state of each depth. Breadth-first order keeps the states of one depth together. */
  const levels: number[] = [0];
  let edgeCount = 0;
  let expanded = 0;

  function depth(state: number): number {
    let [low, high] = [0, levels.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((levels[middle] ?? 0) <= state) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  return {
    get count() {
      return parents.length;
    },
    get edgeCount() {
      return edgeCount;
    },
    get expanded() {
      return expanded;
    },
    get bytes() {
      return parents.bytes + entries.bytes + firstEdges.bytes + targets.bytes;
    },
    add(parent) {
      if (parent !== -1 && parent >= (levels[levels.length - 1] ?? 0)) levels.push(parents.length);
      parents.push(parent + 1);
    },
    entry: (state) => entries.get(state),
    expand(entry) {
      expanded += 1;
      if (!keepsEdges) return;
      entries.push(entry);
      firstEdges.push(targets.length);
    },
    connect(to, isTick) {
      edgeCount += 1;
      if (keepsEdges) targets.push(to * 2 + (isTick ? 1 : 0));
    },
    firstEdge: (state) => (state < expanded ? firstEdges.get(state) : targets.length),
    target: (edge) => targets.get(edge) >>> 1,
    isTick: (edge) => (targets.get(edge) & 1) === 1,
    depth,
    pathTo(state) {
      const path = [state];
      for (let at = parents.get(state); at !== 0; at = parents.get(at - 1)) path.push(at - 1);
      return path.reverse();
    },
  };
}
