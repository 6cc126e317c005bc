import { itemAt, lastOf } from '../structures/checked-reads.js';
import { createIntegerList } from '../structures/integer-list.js';

/** A graph of states by number, as far as it is known: what leads-to properties are judged in. */
export interface WayGraph {
  count(): number;
  /** How many states have all their edges: those numbered below. */
  expanded(): number;
  /** What the predicates say of a state, for those that were expanded. */
  entry(state: number): number;
  /** The exchange of ids under which `entry` says it, 0 for none. */
  exchange(state: number): number;
  firstEdge(state: number): number;
  /** One more than the last edge of a state. */
  endOfEdges(state: number): number;
  /** Where an edge of this state leads. */
  target(edge: number, from: number): number;
  isTick(edge: number): boolean;
  /** The length of the shortest way to a state. */
  depth(state: number): number;
  /** The shortest way from the initial state to this one, both included. */
  pathTo(state: number): readonly number[];
}

type SavedGraph = readonly [parents: Uint32Array, firstEdges: Uint32Array, targets: Uint32Array];

/** The states seen, by number, with the way to each and, where it was asked for, all steps between them. */
export interface StateGraph extends WayGraph {
  edgeCount(): number;
  bytes(): number;
  /** More states than this cannot be told apart in the edges. */
  readonly statesMax: number;
  /** Adds the next state, which a step from `parent` has reached first; -1 for the initial one. */
  add(parent: number): void;
  /** Opens the edges of the next state. */
  expand(entry: number): void;
  /**
   * Adds an edge of the state that was opened last.
   *
   * @param exchange of ids that turns the state `to` into the one that the step leads to, 0 for none.
   */
  connect(to: number, isTick: boolean, exchange: number): void;
  /** The exchange of ids that was given for an edge. */
  exchangeOn(edge: number): number;
  /** The ways and the edges as integers, for `restore`. */
  save(): SavedGraph;
  /** Puts an empty graph to where one stood. @param entryOf what the predicates say of a state. */
  restore(saved: SavedGraph, expanded: number, edges: number, entryOf: (state: number) => number): void;
}

/** The bits of a word in which an edge is kept; the lowest tells whether it is a tick. */
const edgeBits = 32;

/**
 * Makes an empty graph.
 *
 * @param keepsEdges whether steps are kept. Without them it is enough for properties of single states.
 * @param exchanges how many exchanges of ids there are, 1 where none are interchangeable.
 */
export function createStateGraph(keepsEdges: boolean, exchanges = 1): StateGraph {
  const parents = createIntegerList();
  const entries = createIntegerList();
  const firstEdges = createIntegerList();
  const targets = createIntegerList();
  /** The first state of each depth. Breadth-first order keeps the states of one depth together. */
  const levels: number[] = [0];
  const exchangeBits = Math.ceil(Math.log2(exchanges));
  const exchangeMask = (1 << exchangeBits) - 1;
  const targetShift = exchangeBits + 1;
  let edgeCount = 0;
  let expanded = 0;

  function depth(state: number): number {
    let [low, high] = [0, levels.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (itemAt(levels, middle) <= state) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  function add(parent: number): void {
    if (parent !== -1 && parent >= lastOf(levels)) levels.push(parents.length());
    parents.push(parent + 1);
  }

  const firstEdge = (state: number) => (state < expanded ? firstEdges.get(state) : targets.length());

  return {
    count() {
      return parents.length();
    },
    edgeCount() {
      return edgeCount;
    },
    expanded() {
      return expanded;
    },
    bytes() {
      return parents.bytes() + entries.bytes() + firstEdges.bytes() + targets.bytes();
    },
    statesMax: keepsEdges ? 2 ** (edgeBits - targetShift) : Infinity,
    add,
    save: () => [parents.words(), firstEdges.words(), targets.words()],
    restore([knownParents, knownFirstEdges, knownTargets], expandedThen, edgesThen, entryOf) {
      for (const parent of knownParents) add(parent - 1);
      for (const first of knownFirstEdges) {
        entries.push(entryOf(firstEdges.length()));
        firstEdges.push(first);
      }
      for (const target of knownTargets) targets.push(target);
      expanded = expandedThen;
      edgeCount = edgesThen;
    },
    entry: (state) => entries.get(state),
    exchange: () => 0,
    expand(entry) {
      expanded += 1;
      if (!keepsEdges) return;
      entries.push(entry);
      firstEdges.push(targets.length());
    },
    connect(to, isTick, exchange) {
      edgeCount += 1;
      if (keepsEdges) targets.push((to << targetShift) | (exchange << 1) | (isTick ? 1 : 0));
    },
    firstEdge,
    endOfEdges: (state) => firstEdge(state + 1),
    target: (edge) => targets.get(edge) >>> targetShift,
    exchangeOn: (edge) => (targets.get(edge) >>> 1) & exchangeMask,
    isTick: (edge) => (targets.get(edge) & 1) === 1,
    depth,
    pathTo(state) {
      const path = [state];
      for (let at = parents.get(state); at !== 0; at = parents.get(at - 1)) path.push(at - 1);
      return path.reverse();
    },
  };
}
