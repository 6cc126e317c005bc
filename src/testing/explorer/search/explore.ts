import { compileWith, type CompiledSystem } from '../description/compile-system.js';
import type { System } from '../description/system.js';
import type { StimulusOf } from '../description/system-config.js';
import type { SystemView } from '../description/system-view.js';
import { createStateGraph } from '../state-space/state-graph.js';
import { createSuccessors, type Successors } from '../state-space/successors.js';
import { createIntegerList } from '../structures/integer-list.js';
import { createStateTable } from '../structures/state-table.js';
import { exchangedAtFirst, idsWorthExchanging, nextLook, type Exchanged } from '../symmetry/exchange-worth.js';
import { createQuotient, type Quotient } from '../symmetry/quotient.js';
import { createSymmetry, type Symmetry } from '../symmetry/symmetry.js';
import {
  fingerprintOf,
  openCheckpoint,
  restoreCheckpoint,
  takeCheckpoint,
  type Noted,
  type OpenCheckpoint,
} from './checkpoint.js';
import { createChecks, type Checks } from './checks.js';
import { createExpansion } from './expansion.js';
import { checkExploreOptions, type ExploreOptions, type Progress } from './explore-options.js';
import { createPartialOrder } from './partial-order.js';
import { createResult, type ExploreResult } from './result.js';
import { createVerdicts } from './verdicts.js';

/**
 * Model checks a system: explores its reachable states exhaustively, breadth first, and checks the properties. A
 * violation comes with a shortest counterexample.
 *
 * @throws {Error} If the system or an option is invalid, or a predicate throws. Errors of the machines are reported as
 *   violations in the result.
 */
export function explore<Processes>(
  system: System<Processes>,
  options: ExploreOptions<SystemView<Processes>, StimulusOf<Processes>> = {},
): ExploreResult {
  const run = exploration(system as System, options as ExploreOptions<SystemView>);
  for (;;) {
    const { done, value } = run.next();
    if (done === true) return value;
  }
}

/** How long an exploration works before it lets the event loop turn. */
const turnMs = 25;

/**
 * Like {@link explore}, but yields to the event loop regularly: for long explorations that display progress or can be
 * aborted. Rejects with whatever `explore` throws.
 */
export async function exploreAsync<Processes>(
  system: System<Processes>,
  options: ExploreOptions<SystemView<Processes>, StimulusOf<Processes>> = {},
): Promise<ExploreResult> {
  const run = exploration(system as System, options as ExploreOptions<SystemView>);
  let turnedAt = performance.now();
  for (;;) {
    const { done, value } = run.next();
    if (done === true) return value;
    if (performance.now() - turnedAt < turnMs) continue;
    await new Promise((resolve) => setTimeout(resolve, 0));
    turnedAt = performance.now();
  }
}

const statesMaxDefault = 20_000_000;
const progressIntervalMsDefault = 500;
/** How many states are expanded between two looks at the clock. */
const statesPerLook = 2048;
/** Leads-to properties are first looked at after so many states. */
const firstAnalysis = 64;
/** Up to so many states they are looked at each time that there are four times as many, then at sixteen times. */
const frequentAnalyses = 200_000;

/**
 * The exploration itself; it yields each time that it has worked for a while. In the order in which things happen: the
 * description is compiled; `successors` computes the steps out of a state from its processes, its links and its
 * surroundings; `checks` says what the predicates make of a state; `expansion` commits the states after these steps to
 * the table and their edges to the graph; `verdicts` judges what is known and has traces made of what is violated.
 */
function* exploration(
  system: System,
  options: ExploreOptions<SystemView>,
): Generator<undefined, ExploreResult, undefined> {
  checkExploreOptions(options);
  const startedAt = performance.now();
  const compiled = compileWith(system.config, options);
  const { always, leadsTo, reachable, mayRest, stopAt } = options;
  const fingerprint = () => fingerprintOf(compiled, { always, leadsTo, reachable, mayRest, stopAt });
  const resumed = options.resume === undefined ? undefined : openCheckpoint(options.resume, fingerprint());
  const given = { startedAt, compiled, fingerprint };
  let prepared = prepare(
    { ...given, resumed },
    resumed?.header.exchanged ?? exchangedAtFirst(compiled.ids.length),
    options,
  );
  for (;;) {
    const result = yield* search(prepared, options);
    if (result === 'outdated') continue;
    if (!('anew' in result)) return result;
    // What was resumed has exchanged other ids, and is left behind.
    prepared = prepare({ ...given, resumed: undefined }, result.anew, options);
  }
}

/** What is the same each time that the search begins. */
interface Given {
  readonly startedAt: number;
  readonly compiled: CompiledSystem;
  /** Of the system and its properties, for checkpoints. */
  readonly fingerprint: () => string;
  /** Where it goes on from. */
  readonly resumed: OpenCheckpoint | undefined;
}

/** What depends on the ids that are exchanged, too. */
interface Prepared extends Given {
  readonly exchanged: Exchanged;
  readonly successors: Successors;
  readonly symmetry: Symmetry | undefined;
  readonly quotient: Quotient | undefined;
  readonly checks: Checks;
}

function prepare(given: Given, exchanged: Exchanged, options: ExploreOptions<SystemView>): Prepared {
  const { compiled } = given;
  const successors = createSuccessors(compiled);
  const symmetry = compiled.ids.length > 1 ? createSymmetry(compiled, successors, exchanged.count) : undefined;
  const quotient = symmetry === undefined ? undefined : createQuotient(symmetry, successors.width);
  const checks = createChecks(compiled, successors, options, symmetry);
  return { ...given, exchanged, successors, symmetry, quotient, checks };
}

/**
 * One search from the initial state. Where it has to begin anew it says why: `outdated`, states were reduced, and later a
 * predicate has read what it had not read before; or that another number of ids should be exchanged.
 */
function* search(
  { startedAt, compiled, fingerprint, resumed, exchanged, successors, symmetry, quotient, checks }: Prepared,
  options: ExploreOptions<SystemView>,
): Generator<undefined, ExploreResult | 'outdated' | { readonly anew: Exchanged }, undefined> {
  const { width } = successors;
  const row = new Int32Array(width);
  const states = createStateTable(width);
  const graph = createStateGraph(checks.leadsTo.length > 0, symmetry?.count);
  const explored = { states, graph, symmetry, quotient };
  const partialOrder =
    options.partialOrder === true ? createPartialOrder(compiled, successors, checks, explored) : undefined;
  const expansion = createExpansion(successors, states, graph, quotient, checks.mayHappen, partialOrder);
  const verdicts = createVerdicts(compiled, successors, checks, explored);
  const limit = { states: statesMaxDefault, seconds: Infinity, partial: false, ...options.limit };
  const statesMax = Math.min(limit.states, graph.statesMax);
  const progressIntervalMs = options.progressIntervalMs ?? progressIntervalMsDefault;
  let lastProgressAt = startedAt;
  let { lookAt } = exchanged;
  const noted: Noted = { atRest: 0, restStates: [], broken: [], reactions: createIntegerList() };
  if (options.onStopped !== undefined) {
    successors.processes.watch((state, input, { next }) => {
      for (const word of [state, input, next]) noted.reactions.push(word);
    });
  }

  const mustStop = () => verdicts.violations.length > 0 && options.stopAt !== 'end';

  function progress(elapsedMs: number): Omit<Progress, 'phase'> {
    return {
      states: states.count(),
      edges: graph.edgeCount(),
      statesPerSecond: elapsedMs === 0 ? 0 : (graph.expanded() / elapsedMs) * 1000,
      frontier: states.count() - graph.expanded(),
      depth: graph.depth(Math.max(0, graph.expanded() - 1)),
      memoryBytes: states.bytes() + graph.bytes() + checks.table.bytes() + successors.bytes(),
      elapsedMs,
    };
  }

  /** Tells how it stands, when it is time to. */
  function tell(phase: Progress['phase']): void {
    const now = performance.now();
    if (options.onProgress === undefined || now - lastProgressAt < progressIntervalMs) return;
    lastProgressAt = now;
    options.onProgress({ phase, ...progress(now - startedAt) });
  }

  /** Goes on with work on what is known, and tells meanwhile how it stands. */
  function* analyse(work: Generator<undefined, void, undefined>): Generator<undefined, void, undefined> {
    while (work.next().done !== true) {
      tell('analysing');
      yield undefined;
    }
  }

  const isAborted = () => options.signal?.aborted === true;

  function reasonToStop(): 'seconds' | 'signal' | undefined {
    if (isAborted()) return 'signal';
    return performance.now() - startedAt > limit.seconds * 1000 ? 'seconds' : undefined;
  }

  function commit(): void {
    for (const broken of expansion.commit()) {
      noted.broken.push(broken);
      verdicts.breakAt(broken);
    }
  }

  /** Puts everything to where the checkpoint was taken. */
  function resume(checkpoint: OpenCheckpoint): void {
    const then = restoreCheckpoint(checkpoint, compiled, successors, states, graph, (state) =>
      checks.table.entryOf(state),
    );
    noted.atRest = then.atRest;
    for (let state = 0; state < graph.expanded(); state += 1) {
      states.read(state, row);
      const entry = checks.table.entryOf(row);
      if (!verdicts.isJudged(entry)) verdicts.judge(state, entry);
    }
    for (const state of then.restStates) {
      noted.restStates.push(state);
      states.read(state, row);
      verdicts.judgeRest(state, checks.table.entryOf(row));
    }
    for (const broken of then.broken) {
      noted.broken.push(broken);
      verdicts.breakAt(broken);
    }
  }

  function finish(stoppedBy: ExploreResult['stoppedBy']): ExploreResult {
    if (stoppedBy !== undefined && stoppedBy !== 'violation') {
      options.onStopped?.(takeCheckpoint(fingerprint(), { ...exchanged, lookAt }, successors, states, graph, noted));
    }
    if (stoppedBy === undefined) {
      verdicts.judgeReachable();
      verdicts.judgeUnused(options.mayBeUnused === true);
    }
    const { depth, memoryBytes, elapsedMs } = progress(performance.now() - startedAt);
    const found = {
      complete: stoppedBy === undefined,
      ...(stoppedBy === undefined ? {} : { stoppedBy }),
      states: states.count(),
      edges: graph.edgeCount(),
      atRest: noted.atRest,
      depth,
      ms: elapsedMs,
      memoryBytes,
      worst: verdicts.worst,
      coverage: successors.processes.coverage(),
      unused: verdicts.unused,
      ...(symmetry === undefined
        ? {}
        : { exchanged: compiled.isRing ? compiled.ids : compiled.ids.slice(0, exchanged.count) }),
      violations: verdicts.violations,
    };
    return createResult(found, limit.partial);
  }

  const initial = successors.initial();
  if (!(initial instanceof Int32Array)) {
    verdicts.breakAtStart(initial.process, initial.fault);
    return finish('violation');
  }
  quotient?.checkInitial(initial);
  if (resumed === undefined) {
    states.add(initial, 0);
    graph.add(-1);
  } else {
    resume(resumed);
  }
  let nextAnalysis = firstAnalysis;
  while (nextAnalysis <= graph.expanded()) nextAnalysis *= nextAnalysis < frequentAnalyses ? 4 : 16;
  for (let index = graph.expanded(); ; index += 1) {
    if (index === states.count() || index === lookAt) commit();
    if (mustStop()) return finish('violation');
    if (index === lookAt && index < states.count() && symmetry !== undefined && !compiled.isRing) {
      lookAt = nextLook({ ...exchanged, lookAt });
      const known = { ids: compiled.ids.length, exchanged: exchanged.count, first: index, end: states.count(), width };
      const count = idsWorthExchanging(symmetry, known, (state, into) => {
        states.read(state, into);
      });
      if (count !== exchanged.count) return { anew: { count, lookAt } };
    }
    if (index === states.count()) break;
    states.read(index, row);
    const entry = checks.table.entryOf(row);
    if (!verdicts.isJudged(entry)) {
      // What comes before this state is reported before it.
      commit();
      if (mustStop()) return finish('violation');
      verdicts.judge(index, entry);
      if (mustStop()) return finish('violation');
    }
    if (expansion.expand(row, index, entry)) {
      noted.atRest += 1;
      if (!verdicts.isRestJudged(entry)) {
        commit();
        if (mustStop()) return finish('violation');
        noted.restStates.push(index);
        verdicts.judgeRest(index, entry);
        if (mustStop()) return finish('violation');
      }
    }
    const isLook = index % statesPerLook === statesPerLook - 1;
    const isAnalysis = index === nextAnalysis;
    if (expansion.isFull() || isLook || isAnalysis || states.count() + expansion.waiting() > statesMax) commit();
    if (mustStop()) return finish('violation');
    if (isLook) tell('exploring');
    if (isLook && partialOrder?.isOutdated() === true) return 'outdated';
    let stopped: ExploreResult['stoppedBy'] =
      states.count() > statesMax ? 'states' : isLook ? reasonToStop() : undefined;
    if (isAnalysis || stopped !== undefined) {
      nextAnalysis *= nextAnalysis < frequentAnalyses ? 4 : 16;
      yield* analyse(verdicts.judgeLeadsTo(isAborted));
      if (mustStop()) return finish('violation');
      // Whoever wants to stop meanwhile does not wait for another analysis of what has just been analysed.
      stopped ??= reasonToStop();
    }
    if (stopped !== undefined) return finish(stopped);
    if (isLook) yield undefined;
  }
  if (partialOrder?.isOutdated() === true) return 'outdated';
  yield* analyse(verdicts.judgeLeadsTo(isAborted));
  yield* analyse(verdicts.judgeTime());
  return finish(undefined);
}
