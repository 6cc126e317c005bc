import { createChecks } from './checks.js';
import { compileWith } from '../description/compile-with.js';
import type { ExploreOptions, Progress } from './explore-options.js';
import { createCovering } from '../symmetry/covering.js';
import { createExpansion } from './expansion.js';
import { checkLeadsTo } from '../liveness/leads-to-check.js';
import { createResult, type ExploreResult } from './result.js';
import { createQuotient } from '../symmetry/quotient.js';
import { unfold } from '../symmetry/unfold.js';
import { createStateGraph } from '../state-space/state-graph.js';
import { createStateTable } from '../structures/state-table.js';
import { createSuccessors } from '../state-space/successors.js';
import { createSymmetry } from '../symmetry/symmetry.js';
import type { System } from '../description/system.js';
import type { SystemView } from '../description/system-view.js';
import { firstTimelock } from '../liveness/timelock.js';
import { createTraceMaker, type Trace } from '../traces/trace.js';
import { brokenProperty, createViolation, type Violation } from '../traces/violation.js';

const statesMaxDefault = 20_000_000;
const progressIntervalMsDefault = 500;
/** How many states are expanded between two looks at the clock. */
const statesPerLook = 2048;
/** Leads-to properties are first looked at after so many states. */
const firstAnalysis = 64;
/** Up to so many states they are looked at each time that there are four times as many, then at sixteen times. */
const frequentAnalyses = 200_000;

/** The exploration itself; it yields each time that it has worked for a while. */
export function* exploration(
  system: System,
  options: ExploreOptions<SystemView>,
): Generator<undefined, ExploreResult, undefined> {
  const startedAt = performance.now();
  const compiled = compileWith(system, options);
  const successors = createSuccessors(compiled);
  const { steps, width } = successors;
  const symmetry = compiled.ids.length > 1 ? createSymmetry(compiled, successors) : undefined;
  const checks = createChecks(compiled, successors, options, symmetry);
  const { table } = checks;
  const quotient = symmetry === undefined ? undefined : createQuotient(symmetry, width);
  const states = createStateTable(width);
  const graph = createStateGraph(checks.leadsTo.length > 0, symmetry?.count);
  const allStates = symmetry === undefined ? graph : createCovering(graph, symmetry);
  const violations: Violation[] = [];
  const violated = new Set<string>();
  const reached = new Set<string>();
  /** By entry of the predicates' table. */
  const isJudged: boolean[] = [];
  const worst: Record<string, number> = {};
  const limit = { states: statesMaxDefault, seconds: Infinity, partial: false, ...options.limit };
  const statesMax = Math.min(limit.states, graph.statesMax);
  const progressIntervalMs = options.progressIntervalMs ?? progressIntervalMsDefault;
  let lastProgressAt = startedAt;
  /** The state that is being looked at, and what the predicates say of it. */
  const row = new Int32Array(width);
  let entry = 0;

  const mayHappen = (stimulus: number) => checks.mayHappen(entry, stimulus);
  const expansion = createExpansion(successors, states, graph, quotient, mayHappen);
  const look = (state: Int32Array) => {
    entry = table.entryOf(state);
    successors.expand(state, mayHappen);
  };
  const traces = createTraceMaker(compiled, successors, look);
  const rowOf = (index: number) => {
    const copy = new Int32Array(width);
    states.read(index, copy);
    return copy;
  };
  /** The state of `allStates`. */
  const coveredRow = (state: number) => {
    if (symmetry === undefined) return rowOf(state);
    const exchanged = new Int32Array(width);
    symmetry.permute(rowOf(Math.floor(state / symmetry.count)), allStates.exchange(state), exchanged);
    return exchanged;
  };
  const rowsTo = (index: number) => {
    const rows = graph.pathTo(index).map(rowOf);
    return quotient === undefined ? rows : unfold(quotient, rows, look, steps);
  };

  /** The trace to a state, with ids exchanged so that the violation is what it says. */
  function traceTo(index: number, permutationOf: (lastRow: Int32Array) => number): Trace {
    const rows = rowsTo(index);
    const last = rows[rows.length - 1];
    const permutation = symmetry === undefined || last === undefined ? 0 : permutationOf(last);
    const exchanged = rows.map((state) => {
      const other = state.slice();
      if (permutation > 0) symmetry?.permute(state, permutation, other);
      return other;
    });
    return traces.along(exchanged);
  }

  function report(violation: Violation): void {
    violations.push(violation);
    violated.add(violation.property);
  }

  const mustStop = () => violations.length > 0 && options.stopAt !== 'end';

  /** Goes on with work on what is known, and tells meanwhile how it stands. */
  function* tellingOf<T>(work: Generator<undefined, T, undefined>): Generator<undefined, T, undefined> {
    for (;;) {
      const { done, value } = work.next();
      if (done === true) return value;
      tell('analysing');
      yield undefined;
    }
  }

  function* analyse(): Generator<undefined, void, undefined> {
    for (const check of checks.leadsTo) {
      if (violated.has(check.name)) continue;
      const found = yield* tellingOf(checkLeadsTo(allStates, table, check));
      if (found.worst !== undefined) worst[check.name] = found.worst;
      if (found.violation === undefined) continue;
      const { path, reason } = found.violation;
      const trace = traces.along(path.states.map(coveredRow), path.loopAt);
      report(createViolation(compiled, check.name, 'leadsTo', reason, trace));
    }
  }

  /** The first exchange of ids for which a predicate answers so, -1 if there is none. */
  function permutationWhere(at: number, predicate: number, answer: boolean): number {
    for (let permutation = 0; permutation < (symmetry?.count ?? 1); permutation += 1) {
      if (table.holds(at, predicate, permutation) === answer) return permutation;
    }
    return -1;
  }

  /** Where every step is known, a state from which time can never go on is one too many. */
  function* checkTime(): Generator<undefined, void, undefined> {
    if (checks.leadsTo.length === 0 || violations.length > 0) return;
    const state = yield* tellingOf(firstTimelock(graph));
    if (state === -1) return;
    const reason = 'time can never go on from here: something must always happen first';
    report(createViolation(compiled, brokenProperty, 'broken', reason, traces.along(rowsTo(state))));
  }

  /** What the predicates say of one state need not be looked at again for another of which they say the same. */
  function checkEntry(index: number): void {
    const own = entry;
    for (const { name, predicate } of checks.always) {
      if (permutationWhere(own, predicate, false) === -1 || violated.has(name)) continue;
      const permutationOf = (last: Int32Array) => permutationWhere(table.entryOf(last), predicate, false);
      const trace = traceTo(index, permutationOf);
      report(createViolation(compiled, name, 'always', `'${name}' does not hold`, trace));
    }
    for (const { name, predicate } of checks.reachable) {
      if (permutationWhere(own, predicate, true) !== -1) reached.add(name);
    }
    isJudged[own] = true;
  }

  function reportFault(index: number, step: number, fault: string): void {
    if (violated.has(brokenProperty)) return;
    const rows = rowsTo(index);
    const last = rows[rows.length - 1];
    if (last !== undefined) look(last);
    // Where ids were exchanged, the step that breaks may be another one.
    const others = steps.faults.slice(0, steps.count);
    const broken = others[step] === undefined ? others.findIndex((other) => other !== undefined) : step;
    const trace = traces.withLastStep(rows, broken);
    report(createViolation(compiled, brokenProperty, 'broken', trace.steps.at(-1)?.fault ?? fault, trace));
  }

  /** Takes the steps that were found. */
  function settle(): void {
    for (const { state, step, fault } of expansion.take()) reportFault(state, step, fault);
  }

  function progress(elapsedMs: number): Omit<Progress, 'phase'> {
    return {
      states: states.count(),
      edges: graph.edgeCount(),
      statesPerSecond: elapsedMs === 0 ? 0 : (graph.expanded() / elapsedMs) * 1000,
      frontier: states.count() - graph.expanded(),
      depth: graph.depth(Math.max(0, graph.expanded() - 1)),
      memoryBytes: states.bytes() + graph.bytes() + table.bytes() + successors.bytes(),
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

  function reasonToStop(): 'seconds' | 'signal' | undefined {
    if (options.signal?.aborted === true) return 'signal';
    return performance.now() - startedAt > limit.seconds * 1000 ? 'seconds' : undefined;
  }

  function finish(stoppedBy: ExploreResult['stoppedBy']): ExploreResult {
    if (stoppedBy === undefined) {
      for (const { name } of checks.reachable) {
        if (reached.has(name)) continue;
        const reason = `'${name}' is never reached, in ${states.count()} states`;
        const trace = { processes: compiled.processes, initial: [], steps: [] };
        report(createViolation(compiled, name, 'reachable', reason, trace));
      }
    }
    const { depth, memoryBytes, elapsedMs } = progress(performance.now() - startedAt);
    const coverage = [...compiled.machines].map(([name, machine]) => [name, machine.coverage.report()] as const);
    const found = {
      complete: stoppedBy === undefined,
      ...(stoppedBy === undefined ? {} : { stoppedBy }),
      states: states.count(),
      edges: graph.edgeCount(),
      depth,
      ms: elapsedMs,
      memoryBytes,
      worst,
      coverage: Object.fromEntries(coverage),
      violations,
    };
    return createResult(found, limit.partial);
  }

  const initial = successors.initial();
  if (!(initial instanceof Int32Array)) {
    const { process, fault } = initial;
    report(createViolation(compiled, brokenProperty, 'broken', fault, traces.atStart(process, fault)));
    return finish('violation');
  }
  quotient?.checkInitial(initial);
  states.add(initial, 0);
  graph.add(-1);
  let nextAnalysis = firstAnalysis;
  for (let index = 0; ; index += 1) {
    if (index === states.count()) settle();
    if (mustStop()) return finish('violation');
    if (index === states.count()) break;
    states.read(index, row);
    entry = table.entryOf(row);
    if (isJudged[entry] !== true) {
      // What comes before this state is reported before it.
      settle();
      if (mustStop()) return finish('violation');
      entry = table.entryOf(row);
      checkEntry(index);
      if (mustStop()) return finish('violation');
      // The trace of a violation has looked at other states.
      entry = table.entryOf(row);
    }
    expansion.expand(row, entry);
    const isLook = index % statesPerLook === statesPerLook - 1;
    const isAnalysis = index === nextAnalysis;
    if (expansion.isFull() || isLook || isAnalysis || states.count() + expansion.waiting() > statesMax) settle();
    if (mustStop()) return finish('violation');
    if (isLook) tell('exploring');
    let stopped: ExploreResult['stoppedBy'] =
      states.count() > statesMax ? 'states' : isLook ? reasonToStop() : undefined;
    if (isAnalysis || stopped !== undefined) {
      nextAnalysis *= nextAnalysis < frequentAnalyses ? 4 : 16;
      yield* analyse();
      if (mustStop()) return finish('violation');
      // Whoever wants to stop meanwhile does not wait for another analysis of what has just been analysed.
      stopped ??= reasonToStop();
    }
    if (stopped !== undefined) return finish(stopped);
    if (isLook) yield undefined;
  }
  yield* analyse();
  yield* checkTime();
  return finish(undefined);
}
