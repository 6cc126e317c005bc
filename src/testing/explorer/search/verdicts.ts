import type { CompiledSystem } from '../description/compile-system.js';
import type { FairEdge } from '../liveness/fair-loss.js';
import { checkLeadsTo, type Fairness } from '../liveness/leads-to.js';
import { firstTimelock } from '../liveness/timelock.js';
import { createStepBuffer, StepKind, type FoundStep } from '../state-space/step-buffer.js';
import type { Successors } from '../state-space/successors.js';
import { itemAt, lastOf } from '../structures/checked-reads.js';
import { coarsestClasses, createCovering } from '../symmetry/covering.js';
import type { Symmetry } from '../symmetry/symmetry.js';
import type { WayGraph } from '../state-space/state-graph.js';
import { createTraceMaker } from '../traces/trace-maker.js';
import { messageText } from '../traces/step-text.js';
import type { Trace } from '../traces/trace.js';
import {
  brokenProperty,
  createViolation,
  restProperty,
  restReason,
  type PropertyKind,
  type Violation,
} from '../traces/violation.js';
import type { Checks } from './checks.js';
import type { BrokenStep } from './expansion.js';
import type { Explored } from './explored.js';
import type { Unused } from './result.js';

/** What an exploration has found out of its properties: each of them is violated once at most. */
export interface Verdicts {
  readonly violations: readonly Violation[];
  /** For each leads-to property that was ever asked for: the most ticks that its answer takes. */
  readonly worst: Readonly<Record<string, number>>;
  /** Whether a state of this entry was judged. */
  isJudged(entry: number): boolean;
  /** Judges what the predicates say of a state. It need not be done again for another of which they say the same. */
  judge(state: number, entry: number): void;
  /** Whether a state of this entry that is at rest was judged. */
  isRestJudged(entry: number): boolean;
  /** Judges a state that is at rest. It need not be done again for another of which the predicates say the same. */
  judgeRest(state: number, entry: number): void;
  /** A process broke at its start. */
  breakAtStart(process: number, fault: string): void;
  breakAt(step: BrokenStep): void;
  /**
   * Judges the leads-to properties in what is known. Yields each time that it has worked for a while.
   *
   * @param isStopped whether somebody has stopped waiting for how a violation comes about.
   */
  judgeLeadsTo(isStopped: () => boolean): Generator<undefined, void, undefined>;
  /** Where every step is known, a state from which time can never go on is one too many. Yields likewise. */
  judgeTime(): Generator<undefined, void, undefined>;
  /** Where every state is known, what was not reached never is. */
  judgeReachable(): void;
  /** What never came about, once every state is known. */
  readonly unused: readonly Unused[];
  /** Where every state is known, what has not come about never does. @param isAllowed whether that is all right. */
  judgeUnused(isAllowed: boolean): void;
}

/** Makes the verdicts of an exploration that has found nothing yet. */
export function createVerdicts(
  system: CompiledSystem,
  successors: Successors,
  checks: Checks,
  { states, graph, symmetry, quotient }: Explored,
): Verdicts {
  const { table } = checks;
  const traces = createTraceMaker(system, successors, checks.expand);
  const allStates = symmetry === undefined ? graph : createCovering(graph, symmetry);
  const violations: Violation[] = [];
  const violated = new Set<string>();
  const reached = new Set<string>();
  const worst: Record<string, number> = {};
  const unused: Unused[] = [];
  /** By entry of the predicates' table. */
  const judged: boolean[] = [];
  const restJudged: boolean[] = [];

  function report(property: string, kind: PropertyKind, reason: string, trace: Trace): void {
    violations.push(createViolation(system, property, kind, reason, trace));
    violated.add(property);
  }

  function rowOf(state: number): Int32Array {
    const row = new Int32Array(successors.width);
    states.read(state, row);
    return row;
  }

  function exchanged(row: Int32Array, permutation: number): Int32Array {
    if (symmetry === undefined || permutation === 0) return row;
    const into = new Int32Array(row.length);
    symmetry.permute(row, permutation, into);
    return into;
  }

  /** The state of `allStates`. */
  function coveredRow(state: number): Int32Array {
    if (symmetry === undefined) return rowOf(state);
    return exchanged(rowOf(Math.floor(state / symmetry.count)), allStates.exchange(state));
  }

  function rowsTo(state: number): readonly Int32Array[] {
    const rows = graph.pathTo(state).map(rowOf);
    return quotient === undefined ? rows : quotient.unfold(rows, checks.expand);
  }

  const hasFairLoss = system.links.some(({ isLossy }) => isLossy);
  const steps = createStepBuffer(successors.width);
  const fairness: Fairness | undefined = hasFairLoss
    ? {
        edgesOf: (state) => {
          steps.clear();
          checks.expand(rowOf(state), steps);
          // A step that broke leads nowhere.
          const found = Array.from({ length: steps.count }, (_, step) => steps.read(step));
          return found.filter(({ fault }) => fault === undefined).map(fairEdge);
        },
        nameOf: (key) => {
          const [link = 0, message = 0] = key.split(' ').map(Number);
          const { from, to } = itemAt(system.links, link);
          const text = messageText(itemAt(successors.processes.messages, message).message);
          return `${text} from ${itemAt(system.processes, from)} to ${itemAt(system.processes, to)}`;
        },
      }
    : undefined;

  function fairEdge({ kind, which, detail }: FoundStep): FairEdge | undefined {
    const isLoss = kind === StepKind.drop;
    if ((!isLoss && kind !== StepKind.deliver) || !itemAt(system.links, which).isLossy) return undefined;
    return { kind: isLoss ? 'lost' : 'arrives', key: `${which} ${detail}` };
  }

  /** The graph of a question's own classes of exchanges; undefined where it has all exchanges, too. */
  function smallerGraph(exchanging: Symmetry, answers: readonly number[]): WayGraph | undefined {
    const classes = coarsestClasses(exchanging, answers);
    return classes.exchanges.length === exchanging.count ? undefined : createCovering(graph, exchanging, classes);
  }

  /** The first exchange of ids for which a predicate answers so, -1 if there is none. */
  function permutationWhere(entry: number, predicate: number, answer: boolean): number {
    for (let permutation = 0; permutation < (symmetry?.count ?? 1); permutation += 1) {
      if (table.holds(entry, predicate, permutation) === answer) return permutation;
    }
    return -1;
  }

  /** The trace to a state, with ids exchanged so that the predicate fails in it as it is. */
  function traceToFailure(state: number, predicate: number): Trace {
    const rows = rowsTo(state);
    const permutation = permutationWhere(table.entryOf(lastOf(rows)), predicate, false);
    return traces.along(rows.map((row) => exchanged(row, permutation)));
  }

  const nothingShown: Trace = { processes: system.processes, initial: [], steps: [] };

  /** Of streams that differ by their names only one is explored, so what happened to one of them happens to all. */
  function hasHappened(stimulus: number): boolean {
    const { stimuli } = successors.used;
    for (let permutation = 0; permutation < (symmetry?.count ?? 1); permutation += 1) {
      if (stimuli[symmetry?.stimulus(permutation, stimulus) ?? stimulus] === 1) return true;
    }
    return false;
  }

  function unusedFaults(): readonly string[] {
    const kinds = ['drop', 'duplicate', 'crash', 'cut', 'late'] as const;
    return kinds.filter((kind) => system.faults[kind].max > 0 && !successors.used.isFault(kind));
  }

  return {
    violations,
    worst,
    unused,
    isJudged: (entry) => judged[entry] === true,
    judge(state, entry) {
      for (const { name, predicate } of checks.always) {
        if (permutationWhere(entry, predicate, false) === -1 || violated.has(name)) continue;
        report(name, 'always', `'${name}' does not hold`, traceToFailure(state, predicate));
      }
      for (const { name, predicate } of checks.reachable) {
        if (permutationWhere(entry, predicate, true) !== -1) reached.add(name);
      }
      judged[entry] = true;
    },
    isRestJudged: (entry) => checks.mayRest === undefined || restJudged[entry] === true,
    judgeRest(state, entry) {
      restJudged[entry] = true;
      if (checks.mayRest === undefined || violated.has(restProperty)) return;
      if (permutationWhere(entry, checks.mayRest, false) === -1) return;
      report(restProperty, 'rest', restReason, traceToFailure(state, checks.mayRest));
    },
    breakAtStart(process, fault) {
      report(brokenProperty, 'broken', fault, traces.atStart(process, fault));
    },
    breakAt({ state, step, fault }) {
      if (violated.has(brokenProperty)) return;
      const trace = traces.withBrokenStep(rowsTo(state), step);
      report(brokenProperty, 'broken', lastOf(trace.steps).fault ?? fault, trace);
    },
    *judgeLeadsTo(isStopped) {
      for (const check of checks.leadsTo) {
        if (violated.has(check.name)) continue;
        const found = yield* checkLeadsTo(allStates, table, check, isStopped, {
          ...(fairness === undefined ? {} : { fairness }),
          ...(symmetry === undefined ? {} : { smallerFor: (answers) => smallerGraph(symmetry, answers) }),
        });
        if (found.worst !== undefined) worst[check.name] = found.worst;
        if (found.violation === undefined) continue;
        const { path, reason } = found.violation;
        report(check.name, 'leadsTo', reason, traces.along(path.states.map(coveredRow), path.loopAt));
      }
    },
    *judgeTime() {
      if (checks.leadsTo.length === 0 || violations.length > 0) return;
      const state = yield* firstTimelock(graph);
      if (state === -1) return;
      const reason = 'time can never go on from here: something must always happen first';
      report(brokenProperty, 'broken', reason, traces.along(rowsTo(state)));
    },
    judgeReachable() {
      for (const { name } of checks.reachable) {
        if (reached.has(name)) continue;
        const reason = `'${name}' is never reached, in ${states.count()} states`;
        report(name, 'reachable', reason, nothingShown);
      }
    },
    judgeUnused(isAllowed) {
      const add = (kind: Unused['kind'], name: string, mayBeUnused: boolean, what: string) => {
        unused.push({ kind, name });
        if (isAllowed || mayBeUnused) return;
        const reason = `${what}, in ${states.count()} states. Where that is right, say so with mayBeUnused: true`;
        report(`${kind} '${name}' is used`, 'unused', reason, nothingShown);
      };
      system.stimuli.forEach(({ name, mayBeUnused, max }, stimulus) => {
        if (max === 0 || hasHappened(stimulus)) return;
        add('stimulus', name, mayBeUnused, `the stimulus '${name}' never happens: nothing ever comes of it`);
      });
      for (const name of unusedFaults()) {
        add('fault', name, system.faults.unused.has(name), `the fault '${name}' has a budget and never happens`);
      }
      for (const [actor, { outcomes, mayBeUnused = false }] of system.invoked) {
        for (const outcome of Object.keys(outcomes)) {
          if (successors.used.isOutcome(actor, outcome)) continue;
          const name = `${actor}: ${outcome}`;
          add(
            'outcome',
            name,
            mayBeUnused,
            `the outcome '${outcome}' of '${actor}' never happens: nobody waits for it`,
          );
        }
      }
      for (const { name, mayBeUnused } of checks.leadsTo) {
        if (worst[name] !== undefined) continue;
        add('leadsTo', name, mayBeUnused, `the leadsTo '${name}' is never asked for: its 'from' never holds`);
      }
    },
  };
}
