import { itemAt, lastOf, wordAt } from '../structures/checked-reads.js';
import type { StateGraph, WayGraph } from '../state-space/state-graph.js';
import type { Symmetry } from './symmetry.js';

/** Exchanges of ids in classes: what is asked of a state is the same under all of a class. */
export interface ExchangeClasses {
  /** By exchange, its class. */
  readonly of: Int32Array;
  /** By class, one of its exchanges. */
  readonly exchanges: readonly number[];
}

/** Each exchange is a class of its own. */
export function finestClasses({ count }: Symmetry): ExchangeClasses {
  const exchanges = Array.from({ length: count }, (_, exchange) => exchange);
  return { of: Int32Array.from(exchanges), exchanges };
}

/**
 * The fewest classes in which a question may be judged: exchanges stand together where one of them is the other one and
 * then an exchange that no answer depends on, in any state. A question about one id has as many classes as there are
 * ids, and one about none has one.
 *
 * @param answers by exchange, what is said of all representatives with their ids exchanged so, as one number.
 */
export function coarsestClasses(symmetry: Symmetry, answers: readonly number[]): ExchangeClasses {
  const { exchanges: all } = finestClasses(symmetry);
  const without = all.filter((one) =>
    all.every((exchange) => answers[symmetry.compose(one, exchange)] === answers[exchange]),
  );
  const of = new Int32Array(symmetry.count).fill(-1);
  const exchanges: number[] = [];
  for (const exchange of all) {
    if (wordAt(of, exchange) !== -1) continue;
    for (const one of without) of[symmetry.compose(one, exchange)] = exchanges.length;
    exchanges.push(exchange);
  }
  return { of, exchanges };
}

/**
 * The graph of all states where only representatives are kept: each of its states is a representative together with a
 * class of exchanges of ids, `representative * classes + class`, and its edges follow from those of the representative.
 * A leads-to property that speaks of one id can be judged in it, which it could not among representatives, where who
 * waits may change from one step to the next.
 */
export function createCovering(
  graph: StateGraph,
  symmetry: Symmetry,
  classes: ExchangeClasses = finestClasses(symmetry),
): WayGraph {
  const count = classes.exchanges.length;
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
    exchange: (state) => itemAt(classes.exchanges, state % count),
    firstEdge: (state) => graph.firstEdge(representativeOf(state)),
    endOfEdges: (state) => graph.endOfEdges(representativeOf(state)),
    target(edge, from) {
      const exchange = symmetry.compose(itemAt(classes.exchanges, from % count), graph.exchangeOn(edge));
      return graph.target(edge, representativeOf(from)) * count + wordAt(classes.of, exchange);
    },
    isTick: (edge) => graph.isTick(edge),
    depth: (state) => graph.depth(representativeOf(state)),
    pathTo(state) {
      const path = graph.pathTo(representativeOf(state));
      const exchanges = [0];
      path.slice(1).forEach((to, index) => {
        exchanges.push(symmetry.compose(lastOf(exchanges), exchangeBetween(itemAt(path, index), to)));
      });
      // The initial state is the same under every exchange, so the way may begin with the one that leads to the end.
      const end = itemAt(classes.exchanges, state % count);
      const first = symmetry.compose(end, symmetry.inverse(lastOf(exchanges)));
      return path.map(
        (at, index) => at * count + wordAt(classes.of, symmetry.compose(first, itemAt(exchanges, index))),
      );
    },
  };
}
