import type { TraceEvent } from '../../trace-events/trace-event.js';
import { compileSystem } from '../explorer/description/compile-system.js';
import type { Faults } from '../explorer/description/system-config.js';
import type { System } from '../explorer/description/system.js';
import type { Coverage } from '../explorer/processes/coverage.js';
import { came, requireFields } from '../known-fields.js';
import { Checker, type CheckedCounts, type CheckerOptions } from './checker.js';
import type { Nonconformance } from './complaint.js';
import { smallestTrace } from './smallest.js';
import { traceDiagram } from './trace-diagram.js';

/** Options of {@link conforms}. */
export interface ConformsOptions {
  /**
   * How late a timer may fire, in the unit of the run, milliseconds or ticks. A machine that is busy, or a process that
   * was stopped for a while, makes timers late.
   *
   * @default 1,000 ms in a live run, 0 in a simulated or explored one, where `late` faults of the system are added
   */
  readonly late?: number;
  /**
   * How early a timer may seem to fire, in the unit of the run: that it has started is told when the step is over in which
   * it has.
   *
   * @default 50 ms in a live run, 0 otherwise
   */
  readonly early?: number;
  /**
   * How much the clocks of different processes may differ, in the unit of the run.
   *
   * @default 1,000 ms in a live run, 0 otherwise
   */
  readonly skew?: number;
  /**
   * How long the delays of the machines are, by name or as `machine.name`, in the unit of the run. A delay that is not
   * named may be of any length, where it is the same each time.
   *
   * @default none in a live run; the delays of the system in ticks
   */
  readonly delays?: Readonly<Record<string, number>>;
  /**
   * What the network and the processes may do, instead of the faults of the system. A number above 0 allows a fault any
   * number of times: budgets bound explorations, and not what happens.
   *
   * @default the faults of the system
   */
  readonly faults?: Faults;
}

/** The result of {@link conforms}. */
export interface Conformance {
  /** Whether the trace is a behaviour of the system, as far as it shows. */
  readonly ok: boolean;
  /** What the trace does not show, so that nothing is said of it, a line each. */
  readonly notVisible: readonly string[];
  /** The first trace event that cannot be; absent if the trace conforms. */
  readonly violation?: Nonconformance;
  readonly counts: CheckedCounts;
  /** How late the latest timer was, in the unit of the run. */
  readonly latest: number;
  /** By machine, what no actor of the trace has visited. */
  readonly coverage: Readonly<Record<string, Coverage>>;
  /** The trace up to the violation with a mark of it, for the page; the whole trace if there is none. */
  readonly trace: readonly TraceEvent[];
  /** The verdict in words, with the sequence diagram up to the violation. */
  toString(): string;
  /**
   * The smallest trace found that still does not conform for the same reason: without whatever the reason does not need.
   * What was before its beginning is told as in a trace that begins late. This result if the trace conforms.
   */
  smallest(): Conformance;
  /**
   * Returns this result if the trace conforms.
   *
   * @throws {Error} Otherwise; the message says what cannot be and what could, and shows the smallest trace.
   */
  assert(): Conformance;
}

const optionFields = Object.keys({ late: true, early: true, skew: true, delays: true, faults: true } satisfies Record<
  keyof ConformsOptions,
  true
>);

/**
 * Checks whether what really happened is a behaviour of a system: whether each step of each actor in a trace is one of
 * its machine, each command was carried out, each event came from somewhere, timers ran as long as they should, and the
 * network did nothing to messages that the network of the system does not. Takes time in proportion to the trace.
 *
 * Lifelines of consumer and producer clients in a live trace are checked as clients of this package, whatever the
 * system; all others by the processes of the system, to which they belong by the name of their lifeline or actor.
 *
 * @param trace Trace events in order, header first, as `createTracer`, `collectTraces` or `readJsonLines` give them.
 * @throws {TypeError} For options that are unknown or invalid.
 * @example
 *   conforms(readJsonLines(text), market).assert();
 */
export function conforms<Processes>(
  trace: readonly TraceEvent[],
  system: System<Processes>,
  options: ConformsOptions = {},
): Conformance {
  const checker = createChecker(system, options);
  for (const event of trace) {
    checker.push(event);
    if (checker.isDecided) break;
  }
  const violation = checker.end();
  return conformanceOf(checker, trace, violation, system, options);
}

/**
 * A checker that takes a trace event by event, for traces that are not held in memory.
 *
 * @throws {TypeError} For options that are unknown or invalid.
 */
export function createChecker(system: System<unknown>, options: ConformsOptions): Checker {
  return new Checker(checkerOptions(system, options));
}

function checkerOptions(system: System<unknown>, options: ConformsOptions): CheckerOptions {
  requireFields('', options, optionFields);
  for (const name of ['late', 'early', 'skew'] as const) requireDuration(name, options[name]);
  for (const [name, duration] of Object.entries(options.delays ?? {})) requireDuration(`delays.${name}`, duration);
  const { faults = system.config.faults ?? {} } = options;
  const compiled = compileSystem({ ...system.config, faults: boundedFaults(faults) });
  const { drop, cut, crash, duplicate, late } = compiled.faults;
  return {
    system: compiled,
    lateness: (run) => options.late ?? (run?.unit === 'ms' && run.source === 'live' ? 1_000 : late.ticks),
    earliness: (run) => options.early ?? (run?.unit === 'ms' && run.source === 'live' ? liveEarlinessMs : 0.001),
    skew: (run) => options.skew ?? (run?.source === 'live' ? 1_000 : 0),
    durations: options.delays ?? {},
    ticks: system.config.delays ?? {},
    mayLose: drop.max + cut.max + crash.max > 0 || compiled.links.some(({ isLossy }) => isLossy),
    mayRepeat: duplicate.max > 0 || compiled.links.some(({ order }) => order === 'set'),
  };
}

/** Timers of Node count whole milliseconds, and a step takes longer where the machine is busy. */
const liveEarlinessMs = 50;

/** Endless budgets are allowed here, where nothing is explored. */
function boundedFaults(faults: Faults): Faults {
  return JSON.parse(
    JSON.stringify(faults, (_, value: unknown) => (value === Infinity ? Number.MAX_SAFE_INTEGER : value)),
  ) as Faults;
}

function requireDuration(name: string, value: unknown): void {
  if (value === undefined || (typeof value === 'number' && value >= 0)) return;
  throw new TypeError(`${name}: expected a number of at least 0, came ${came(value)}`);
}

/**
 * The verdict of a checker.
 *
 * @param trace the trace, at least up to the violation.
 */
export function conformanceOf(
  checker: Checker,
  trace: readonly TraceEvent[],
  violation: Nonconformance | undefined,
  system: System<unknown>,
  options: ConformsOptions,
): Conformance {
  const checkAgain = (smaller: readonly TraceEvent[]): Conformance => conforms(smaller, system, options);
  const { counts, unseen, visited } = checker;
  const notVisible = unseen.list();
  const result: Conformance = {
    ok: violation === undefined,
    notVisible,
    ...(violation === undefined ? {} : { violation }),
    counts,
    latest: unseen.latest,
    coverage: visited.coverage(),
    trace: violation === undefined ? trace : traceUpTo(trace, violation),
    toString: () => verdictText(result),
    smallest: () => (violation === undefined ? result : checkAgain(smallestTrace(trace, violation, checkAgain))),
    assert: () => {
      if (violation === undefined) return result;
      throw new Error(`${result.smallest().toString()}\n\nIn the whole trace it is trace event ${violation.index}.`);
    },
  };
  return result;
}

/** The trace up to what cannot be, and a mark that says why. */
export function traceUpTo(
  trace: readonly TraceEvent[],
  { index, reason, event, ...of }: Nonconformance,
): readonly TraceEvent[] {
  const { seq, at } = 'seq' in event ? event : { seq: 0, at: 0 };
  const system = of.system ?? ('system' in event ? event.system : undefined);
  const actor = of.actor ?? ('actor' in event ? event.actor : undefined);
  const mark: TraceEvent = {
    type: 'mark',
    seq: seq + 1,
    at,
    kind: 'violation',
    text: reason,
    ...(system === undefined ? {} : { system }),
    ...(actor === undefined ? {} : { actor }),
  };
  return [...trace.slice(0, index + 1), mark];
}

/** What was found, in words. */
export function verdictText({ violation, notVisible, counts, trace }: Conformance): string {
  const unseen = notVisible.length === 0 ? '' : `\nnot visible:\n${notVisible.map((line) => `  ${line}`).join('\n')}`;
  const { events, steps, judged, messages } = counts;
  if (violation === undefined) {
    const nothing = steps === 0 ? ', in which no actor does anything' : '';
    return `conforms: ${events} trace events${nothing}, ${judged} of ${steps} steps judged, ${messages} messages${unseen}`;
  }
  const { index, event, rule, reason, allowed } = violation;
  const who = 'actor' in event ? ` of ${event.actor}` : '';
  const could = allowed.length === 0 ? '' : `\nallowed there:\n${allowed.map((line) => `  ${line}`).join('\n')}`;
  return `does not conform at trace event ${index} (${event.type}${who}, rule '${rule}'): ${reason}${could}${unseen}\n\n${traceDiagram(trace)}`;
}
