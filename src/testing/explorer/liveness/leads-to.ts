import type { PredicateTable } from '../predicates/predicate-table.js';
import type { WayGraph } from '../state-space/state-graph.js';
import { itemAt, lastOf, wordAt } from '../structures/checked-reads.js';
import { createIntegerList } from '../structures/integer-list.js';
import { createStateTable } from '../structures/state-table.js';
import { FairRounds, type FairEdgesOf, type FairRound } from './fair-loss.js';
import { responseTimes, type ResponseTimes } from './response.js';

/** A leads-to property, with the numbers of its predicates in the table. */
export interface LeadsToCheck {
  readonly name: string;
  /** Ticks; undefined where any time will do. */
  readonly within: number | undefined;
  readonly mayBeUnused: boolean;
  readonly from: number;
  readonly to: number;
}

export interface LeadsToFinding {
  /** The most ticks that an answer takes; undefined if nothing was asked. */
  readonly worst: number | undefined;
  /** A shortest way that shows a violation, and what it shows. */
  readonly violation: { readonly path: StatePath; readonly reason: string } | undefined;
}

/** @param answers by exchange of ids, what is said of all states under it, as one number. */
type SmallerGraph = (answers: readonly number[]) => WayGraph | undefined;

/** Equal columns of answers as equal numbers. */
function numbered(columns: readonly (readonly Uint8Array[])[]): readonly number[] {
  const numbers = new Map<string, number>();
  return columns.map((parts) => {
    const text = parts.map((part) => new TextDecoder('latin1').decode(part)).join();
    const number = numbers.get(text) ?? numbers.size;
    numbers.set(text, number);
    return number;
  });
}

/**
 * Judges one leads-to property in what is known of the graph. A round or a delay that is found there is real. Yields
 * each time that it has worked for a while.
 *
 * @param options.smallerFor makes a graph of fewer states in which the property can be judged as well, though none in which
 *   a violation can be shown.
 * @param isStopped whether somebody has stopped waiting. What takes too long is still found out; how it comes about is
 *   then told only up to where it is asked for, unless the search for a shortest way is over soon.
 */
export function* checkLeadsTo(
  graph: WayGraph,
  table: PredicateTable,
  { name, within, from, to }: LeadsToCheck,
  isStopped: () => boolean = () => false,
  { fairness, smallerFor }: { readonly fairness?: Fairness; readonly smallerFor?: SmallerGraph } = {},
): Generator<undefined, LeadsToFinding, undefined> {
  const exchanges = Array.from({ length: table.exchanges }, (_, exchange) => exchange);
  const answersOf = (predicate: number) =>
    exchanges.map((exchange) =>
      Uint8Array.from({ length: table.count() }, (_, entry) => (table.holds(entry, predicate, exchange) ? 1 : 0)),
    );
  const [asks, answers] = [answersOf(from), answersOf(to)];
  const isPendingIn = (judged: WayGraph) => (state: number) =>
    itemAt(itemAt(answers, judged.exchange(state)), judged.entry(state)) === 0;
  const isAskingIn = (judged: WayGraph) => (state: number) =>
    itemAt(itemAt(asks, judged.exchange(state)), judged.entry(state)) === 1;
  const smaller = smallerFor?.(
    numbered(exchanges.map((exchange) => [asks, answers].map((by) => itemAt(by, exchange)))),
  );
  if (smaller !== undefined) {
    const { worst } = yield* responseTimes(smaller, isPendingIn(smaller), isAskingIn(smaller));
    // A way that shows a violation goes through states as they are.
    if (worst === undefined || worst <= (within ?? Number.MAX_VALUE)) return { worst, violation: undefined };
  }
  const [isPending, isAsking] = [isPendingIn(graph), isAskingIn(graph)];
  const times = yield* responseTimes(graph, isPending, isAsking);
  const { worst } = times;
  const isTooLate = within !== undefined && worst !== undefined && worst > within;
  if (!isTooLate && worst !== Infinity) return { worst, violation: undefined };
  if (!isTooLate && fairness !== undefined) {
    const found = yield* fairLasso(graph, times, isPending, isAsking, fairness.edgesOf);
    if (found === undefined) return { worst, violation: undefined };
    const reason = `'${name}' may wait for ever, ${fairnessText(found.round, fairness.nameOf)}`;
    return { worst, violation: { path: found.path, reason } };
  }
  const path = yield* isTooLate
    ? shortestDelay(graph, times, isPending, isAsking, within, isStopped)
    : shortestLasso(graph, times, isPending, isAsking, isStopped);
  const reason = isTooLate ? `'${name}' takes more than ${within} ticks` : `'${name}' may wait for ever`;
  if (path === undefined) return { worst, violation: undefined };
  if (path === stopped) {
    const asked = sourcesAmong(graph, (state) => {
      return isAsking(state) && isPending(state) && times.of(state) > (within ?? Number.MAX_VALUE);
    })(0);
    const note = 'the search for how was stopped, and this is how it comes to be asked for';
    return { worst, violation: { path: { states: graph.pathTo(asked) }, reason: `${reason}; ${note}` } };
  }
  // Beyond the depth that is fully known there may be a shorter way.
  const known = graph.expanded() === graph.count() ? Infinity : graph.depth(graph.expanded());
  const isShortest = (path.loopAt ?? path.states.length - 1) <= known;
  return { worst, violation: isShortest ? { path, reason } : undefined };
}

/** What is known of links that lose fairly. */
export interface Fairness {
  readonly edgesOf: FairEdgesOf;
  /** A message and its link, for people. */
  readonly nameOf: (key: string) => string;
}

/** What makes a round a fair one. */
function fairnessText({ counts }: FairRound, nameOf: (key: string) => string): string {
  const lost = Array.from(counts).filter(([, count]) => count.lost > 0);
  if (lost.length === 0) return 'and the loss is fair: nothing is lost in the round';
  const times = (count: number) => (count === 1 ? 'once' : `${count} times`);
  const texts = lost.map(([key, count]) => `${nameOf(key)} arrives ${times(count.arrives)}, lost ${times(count.lost)}`);
  return `and the loss is fair: in each round ${texts.join('; ')}`;
}

/** A way through the states; from `loopAt` on it repeats for ever. */
export interface StatePath {
  readonly states: readonly number[];
  readonly loopAt?: number;
}

/** In place of a way: the search for it was stopped. */
const stopped = 'stopped';

/** After so many nodes a search pauses: some tenths of a second. */
const visitsPerPause = 1 << 18;

/**
 * Looks at one node of a search, a state in a phase, and reaches further ones.
 *
 * @returns whether the search is over: with this node, or with the last one that it reached.
 */
type Visit = (state: number, phase: number, reach: (state: number, phase: number) => void) => boolean;

/**
 * Searches breadth first from all sources at once. A source counts with its own depth, so that the first find lies on
 * a shortest trace from the initial state.
 *
 * @param nextSource the first source numbered so or higher, -1 if there is none.
 * Yields each time that it has worked for a while, and gives up if it is stopped then.
 *
 * @returns the states from a source to the end.
 */
function* search(
  graph: WayGraph,
  nextSource: (from: number) => number,
  visit: Visit,
  isStopped: () => boolean,
): Generator<undefined, readonly number[] | typeof stopped | undefined, undefined> {
  const nodes = createStateTable(2);
  const parents = createIntegerList();
  const lengths = createIntegerList();
  const queue = createIntegerList();
  const row = new Int32Array(2);
  let head = 0;
  let source = nextSource(0);

  function add(state: number, phase: number, parent: number, length: number): number {
    row[0] = state;
    row[1] = phase;
    const known = nodes.count();
    const node = nodes.add(row, 0);
    if (node !== known) return -1;
    parents.push(parent + 1);
    lengths.push(length);
    return node;
  }

  function wayTo(node: number): readonly number[] {
    const way: number[] = [];
    for (let at = node + 1; at !== 0; at = parents.get(at - 1)) {
      nodes.read(at - 1, row);
      way.push(wordAt(row, 0));
    }
    return way.reverse();
  }

  function next(): number {
    while (source !== -1 && (head === queue.length() || graph.depth(source) <= lengths.get(queue.get(head)))) {
      const node = add(source, 0, -1, graph.depth(source));
      source = nextSource(source + 1);
      if (node !== -1) return node;
    }
    if (head === queue.length()) return -1;
    head += 1;
    return queue.get(head - 1);
  }

  let visits = 0;
  for (let node = next(); node !== -1; node = next()) {
    visits += 1;
    if (visits % visitsPerPause === 0) {
      if (isStopped()) return stopped;
      yield undefined;
    }
    nodes.read(node, row);
    const [state, phase] = [wordAt(row, 0), wordAt(row, 1)];
    let end = node;
    const isOver = visit(state, phase, (to, toPhase) => {
      const reached = add(to, toPhase, node, lengths.get(node) + 1);
      if (reached === -1) return;
      queue.push(reached);
      end = reached;
    });
    if (isOver) return wayTo(end);
  }
  return undefined;
}

function sourcesAmong(graph: WayGraph, isSource: (state: number) => boolean): (from: number) => number {
  return (from) => {
    for (let state = from; state < graph.expanded(); state += 1) if (isSource(state)) return state;
    return -1;
  };
}

function forEachEdge(graph: WayGraph, state: number, use: (target: number, isTick: boolean) => void): void {
  if (state >= graph.expanded()) return;
  const end = graph.endOfEdges(state);
  for (let edge = graph.firstEdge(state); edge < end; edge += 1) use(graph.target(edge, state), graph.isTick(edge));
}

function stemTo(graph: WayGraph, way: readonly number[]): readonly number[] {
  return [...graph.pathTo(itemAt(way, 0)), ...way.slice(1)];
}

/** The shortest round from a state back to itself, through pending states, in which time goes on. */
function* shortestLoop(
  graph: WayGraph,
  state: number,
  times: ResponseTimes,
  isStopped: () => boolean,
): Generator<undefined, readonly number[] | typeof stopped | undefined, undefined> {
  return yield* search(
    graph,
    (from) => (from <= state ? state : -1),
    (at, ticked, reach) => {
      if (at === state && ticked === 2) return true;
      forEachEdge(graph, at, (target, isTick) => {
        if (!times.isOnEndlessCycle(target)) return;
        const phase = ticked > 0 || isTick ? 1 : 0;
        // Phase 2 is the way's end: the same state again, after a tick.
        reach(target, target === state && phase === 1 ? 2 : phase);
      });
      return false;
    },
    isStopped,
  );
}

/** A shortest way into a round that `to` never ends, and that round; undefined if there is none. */
function* shortestLasso(
  graph: WayGraph,
  times: ResponseTimes,
  isPending: (state: number) => boolean,
  isAsking: (state: number) => boolean,
  isStopped: () => boolean,
): Generator<undefined, StatePath | typeof stopped | undefined, undefined> {
  const stem = yield* search(
    graph,
    sourcesAmong(graph, (state) => isAsking(state) && isPending(state) && times.of(state) === Infinity),
    (state, _, reach) => {
      if (times.isOnEndlessCycle(state)) return true;
      forEachEdge(graph, state, (target) => {
        if (target < graph.expanded() && isPending(target) && times.of(target) === Infinity) reach(target, 0);
      });
      return false;
    },
    isStopped,
  );
  if (stem === undefined || stem === stopped) return stem;
  const states = stemTo(graph, stem);
  const loop = yield* shortestLoop(graph, lastOf(states), times, isStopped);
  if (loop === stopped) return stopped;
  if (loop === undefined) throw new Error('expected a round through a state that lies on one, came none');
  return { states: [...states, ...loop.slice(1)], loopAt: states.length - 1 };
}

/** A shortest way into a fair round that `to` never ends, and that round; undefined if there is none. */
function* fairLasso(
  graph: WayGraph,
  times: ResponseTimes,
  isPending: (state: number) => boolean,
  isAsking: (state: number) => boolean,
  edgesOf: FairEdgesOf,
): Generator<undefined, { readonly path: StatePath; readonly round: FairRound } | undefined, undefined> {
  const endless: number[] = [];
  for (let state = 0; state < graph.expanded(); state += 1) {
    if (isPending(state) && times.isOnEndlessCycle(state)) endless.push(state);
  }
  const rounds = new FairRounds(graph, endless, edgesOf);
  if (rounds.isEmpty) return undefined;
  const stem = yield* search(
    graph,
    sourcesAmong(graph, (state) => isAsking(state) && isPending(state)),
    (state, _, reach) => {
      if (rounds.has(state)) return true;
      forEachEdge(graph, state, (target) => {
        if (target < graph.expanded() && isPending(target)) reach(target, 0);
      });
      return false;
    },
    // Whether there is a violation is not known before.
    () => false,
  );
  if (stem === undefined || stem === stopped) return undefined;
  const states = stemTo(graph, stem);
  const round = rounds.roundFrom(lastOf(states));
  return { path: { states: [...states, ...round.states.slice(1)], loopAt: states.length - 1 }, round };
}

/** A shortest way on which more than `within` ticks pass before `to` holds. */
function* shortestDelay(
  graph: WayGraph,
  times: ResponseTimes,
  isPending: (state: number) => boolean,
  isAsking: (state: number) => boolean,
  within: number,
  isStopped: () => boolean,
): Generator<undefined, StatePath | typeof stopped | undefined, undefined> {
  const way = yield* search(
    graph,
    sourcesAmong(graph, (state) => isAsking(state) && isPending(state) && times.of(state) > within),
    (state, passed, reach) => {
      let isOver = false;
      forEachEdge(graph, state, (target, isTick) => {
        if (isOver) return;
        const then = passed + (isTick ? 1 : 0);
        isOver = then > within;
        const canExceed = target < graph.expanded() && isPending(target) && then + times.of(target) > within;
        if (isOver || canExceed) reach(target, then);
      });
      return isOver;
    },
    isStopped,
  );
  return way === undefined || way === stopped ? way : { states: stemTo(graph, way) };
}
