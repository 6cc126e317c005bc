import type { LeadsToCheck } from '../search/checks.js';
import { shortestDelay, shortestLasso, type StatePath } from './leads-to-traces.js';
import type { PredicateTable } from '../predicates/predicate-table.js';
import { responseTimes } from './response.js';
import type { WayGraph } from '../state-space/state-graph.js';

export interface LeadsToFinding {
  /** The most ticks that an answer takes; undefined if nothing was asked. */
  readonly worst: number | undefined;
  /** A shortest way that shows a violation, and what it shows. */
  readonly violation: { readonly path: StatePath; readonly reason: string } | undefined;
}

/**
 * Judges one leads-to property in what is known of the graph. A round or a delay that is found there is real. Yields
 * each time that it has worked for a while.
 */
export function* checkLeadsTo(
  graph: WayGraph,
  table: PredicateTable,
  { name, within, from, to }: LeadsToCheck,
): Generator<undefined, LeadsToFinding, undefined> {
  const exchanges = Array.from({ length: table.exchanges }, (_, exchange) => exchange);
  const answersOf = (predicate: number) =>
    exchanges.map((exchange) =>
      Uint8Array.from({ length: table.count() }, (_, entry) => (table.holds(entry, predicate, exchange) ? 1 : 0)),
    );
  const [asks, answers] = [answersOf(from), answersOf(to)];
  const isPending = (state: number) => answers[graph.exchange(state)]?.[graph.entry(state)] === 0;
  const isAsking = (state: number) => asks[graph.exchange(state)]?.[graph.entry(state)] === 1;
  const times = yield* responseTimes(graph, isPending, isAsking);
  const { worst } = times;
  const isTooLate = within !== undefined && worst !== undefined && worst > within;
  if (!isTooLate && worst !== Infinity) return { worst, violation: undefined };
  const path = isTooLate
    ? shortestDelay(graph, times, isPending, isAsking, within)
    : shortestLasso(graph, times, isPending, isAsking);
  const reason = isTooLate ? `'${name}' takes more than ${within} ticks` : `'${name}' may wait for ever`;
  if (path === undefined) return { worst, violation: undefined };
  // Beyond the depth that is fully known there may be a shorter way.
  const known = graph.expanded() === graph.count() ? Infinity : graph.depth(graph.expanded());
  const isShortest = (path.loopAt ?? path.states.length - 1) <= known;
  return { worst, violation: isShortest ? { path, reason } : undefined };
}
