import { itemAt, lastOf } from '../structures/checked-reads.js';
import type { StateGraph, WayGraph } from '../state-space/state-graph.js';
import type { Symmetry } from './symmetry.js';

/**
 * The graph of all states where only representatives are kept: each of its states is a representative together with an
 * exchange of ids, `representative * symmetry.count + exchange`, and its edges follow from those of the representative.
 * A leads-to property that speaks of one id can be judged in it, which it could not among representatives, where who
 * waits may change from one step to the next.
 */
export function createCovering(graph: StateGraph, symmetry: Symmetry): WayGraph {
  const { count } = symmetry;
  const representativeOf = (state: number) => Math.floor(state / count);

  /** The exchange on the edge from one representative to another. */
  function exchangeBetween(from: number, to: number): number {
    const end = graph.endOfEdges(from);
    for (let edge = graph.firstEdge(from); edge < end; edge += 1) {
      if (graph.target(edge, from) === to) return graph.exchangeOn(edge);
    }
    throw new Error(`expected an edge from the state ${from} to ${to}, on the way that has led to it`);
  }

  return {
    count() {
      return graph.count() * count;
    },
    expanded() {
      return graph.expanded() * count;
    },
    entry: (state) => graph.entry(representativeOf(state)),
    exchange: (state) => state % count,
    firstEdge: (state) => graph.firstEdge(representativeOf(state)),
    endOfEdges: (state) => graph.endOfEdges(representativeOf(state)),
    target: (edge, from) =>
      graph.target(edge, representativeOf(from)) * count + symmetry.compose(from % count, graph.exchangeOn(edge)),
    isTick: (edge) => graph.isTick(edge),
    depth: (state) => graph.depth(representativeOf(state)),
    pathTo(state) {
      const path = graph.pathTo(representativeOf(state));
      const exchanges = [0];
      path.slice(1).forEach((to, index) => {
        exchanges.push(symmetry.compose(lastOf(exchanges), exchangeBetween(itemAt(path, index), to)));
      });
      // The initial state is the same under every exchange, so the way may begin with the one that leads to the end.
      const first = symmetry.compose(state % count, symmetry.inverse(lastOf(exchanges)));
      return path.map((at, index) => at * count + symmetry.compose(first, itemAt(exchanges, index)));
    },
  };
}
