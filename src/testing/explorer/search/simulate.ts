import { createRandom, type Random } from '../../doubles/random.js';
import { createChecks } from './checks.js';
import { compileWith } from '../description/compile-system.js';
import { propertyFields, type ExploreOptions } from './explore-options.js';
import { came, requireFields } from '../../known-fields.js';
import { checkProperties } from '../description/config-fields.js';
import type { Properties } from '../description/properties.js';
import { createStateTable } from '../structures/state-table.js';
import { StepKind, type StepBuffer } from '../state-space/step-buffer.js';
import { itemAt } from '../structures/checked-reads.js';
import { createSuccessors } from '../state-space/successors.js';
import type { Stimulus, StimulusOf } from '../description/system-config.js';
import type { System } from '../description/system.js';
import type { SystemView } from '../description/system-view.js';
import { createTraceMaker } from '../traces/trace-maker.js';
import { createWalker, type Walk } from './walker.js';
import { shrinkWalk } from './shrink.js';
import type { Trace } from '../traces/trace.js';
import { brokenProperty, createViolation, type Violation } from '../traces/violation.js';
import { replayTrace, type ReplayReport } from '../traces/replay.js';

/** The properties to check and the options of {@link simulate}. */
export interface SimulateOptions<View, OneStimulus = Stimulus<View>> extends Pick<
  ExploreOptions<View, OneStimulus>,
  'always' | 'leadsTo' | 'reachable' | 'mayRest' | 'stimuli' | 'faults'
> {
  /**
   * The seed of the walk, an integer: the same seed takes the same steps. With `seeds` that of the first walk.
   *
   * @default 1
   */
  readonly seed?: number;
  /**
   * How many walks are taken, each with the next seed, until one violates a property. What one has found out of the
   * machines is known to the next, so that many short walks cost no more than a long one.
   *
   * @default 1
   */
  readonly seeds?: number;
  /** The length of each walk, in transitions. */
  readonly steps: number;
  /**
   * Whether a walk that fails is shrunk for its violation: steps are left out for as long as the rest still violates the
   * same property.
   *
   * @default true
   */
  readonly shrink?: boolean;
}

/** The result of random walks. The absence of violations proves nothing. */
export interface SimulateResult {
  /** Whether no violation was found. */
  readonly ok: boolean;
  /** The seed of the walk that failed, or else of the last one. */
  readonly seed: number;
  /** How many walks were taken. */
  readonly walks: number;
  /** The transitions taken in all walks: fewer than requested if a violation ended one. */
  readonly steps: number;
  /** The simulated time that has passed in all walks, in ticks. */
  readonly ticks: number;
  /** Distinct states visited. */
  readonly states: number;
  /** The names of the `reachable` properties that held in some state. */
  readonly reached: readonly string[];
  /**
   * The longest response time seen, in ticks, of each `leadsTo` whose `from` held, including responses that are still
   * outstanding.
   */
  readonly longest: Readonly<Record<string, number>>;
  /** At most one. Its trace is the walk without the steps that it does not need, or the whole walk without `shrink`. */
  readonly violations: readonly Violation[];
  /** Returns the whole walk that failed, or else the last one, as a trace. */
  trace(): Trace;
  /** Drives real actors along that walk and compares them with the model. */
  replay(): ReplayReport;
  /**
   * Returns this result if there is no violation.
   *
   * @throws {Error} Otherwise; the message names the seed and shows the walk.
   */
  assert(): SimulateResult;
}

const simulateFields = [
  ...propertyFields,
  ...Object.keys({ stimuli: true, faults: true, seed: true, seeds: true, steps: true, shrink: true } satisfies Record<
    Exclude<keyof SimulateOptions<SystemView>, keyof Properties<SystemView>>,
    true
  >),
];

function checkSimulateOptions(options: SimulateOptions<SystemView>): void {
  requireFields('', options, simulateFields);
  checkProperties(options);
  const { steps, seeds = 1, shrink = true } = options;
  if (!Number.isInteger(steps) || steps < 0) {
    throw new TypeError(`steps: expected a whole number, 0 or more, came ${came(steps)}`);
  }
  if (!Number.isInteger(seeds) || seeds < 1) {
    throw new TypeError(`seeds: expected a whole number, 1 or more, came ${came(seeds)}`);
  }
  if (typeof shrink !== 'boolean') throw new TypeError(`shrink: expected true or false, came ${came(shrink)}`);
}

/** Faults are chosen less often, or the budgets would be gone before anything has begun. */
const faultWeight = 1;
const usualWeight = 8;

const faultKinds: ReadonlySet<number> = new Set([
  StepKind.drop,
  StepKind.duplicate,
  StepKind.crash,
  StepKind.cut,
  StepKind.late,
]);

/** One of the steps, by chance. */
function choose(random: Random, steps: StepBuffer): number {
  const weightOf = (step: number) => (faultKinds.has(itemAt(steps.kinds, step)) ? faultWeight : usualWeight);
  let total = 0;
  for (let step = 0; step < steps.count; step += 1) total += weightOf(step);
  let at = random.integer(0, total - 1);
  for (let step = 0; step < steps.count; step += 1) {
    at -= weightOf(step);
    if (at < 0) return step;
  }
  return 0;
}

/**
 * Takes random walks through a system that is too large to explore, and checks the properties on the way. A `leadsTo`
 * is checked against its `within`; without one its response time is only measured.
 *
 * @throws {TypeError} If an option is unknown or invalid.
 * @throws {RangeError} If the seed is not a safe integer.
 * @throws {Error} If the system is invalid, or a predicate throws.
 */
export function simulate<Processes>(
  system: System<Processes>,
  options: SimulateOptions<SystemView<Processes>, StimulusOf<Processes>>,
): SimulateResult {
  const plain = options as unknown as SimulateOptions<SystemView>;
  checkSimulateOptions(plain);
  const { seed: firstSeed = 1, seeds = 1, shrink = true } = plain;
  const compiled = compileWith(system.config, plain);
  const successors = createSuccessors(compiled);
  const checks = createChecks(compiled, successors, plain);
  const seen = createStateTable(successors.width);
  const traces = createTraceMaker(compiled, successors, checks.expand);
  const violations: Violation[] = [];
  const reached = new Set<string>();
  const longest: Record<string, number> = {};
  const sum = { steps: 0, ticks: 0, walks: 0 };
  let seed = firstSeed;
  let last: Walk = { states: [], taken: [], labels: [], ticks: 0, longest: {}, reached: [], finding: undefined };

  function count(walk: Walk): void {
    sum.walks += 1;
    sum.steps += walk.taken.length;
    sum.ticks += walk.ticks;
    for (const state of walk.states) seen.add(state, 0);
    for (const name of walk.reached) reached.add(name);
    for (const [name, ticks] of Object.entries(walk.longest)) longest[name] = Math.max(longest[name] ?? 0, ticks);
  }

  /** @param shown the walk that the violation shows, of which the seed's own walk may have been a longer one. */
  function report(shown: Walk, length: number): void {
    const { finding, states, taken } = shown;
    if (finding === undefined) return;
    const { property, kind, reason, brokenStep } = finding;
    const trace = brokenStep === undefined ? traces.walked(states, taken) : traces.withLastStep(states, brokenStep);
    const from = taken.length < length ? `, shrunk from ${length} steps` : '';
    violations.push(createViolation(compiled, property, kind, `${reason} (seed ${seed})${from}`, trace));
  }

  const initial = successors.initial();
  if (initial instanceof Int32Array) {
    const walker = createWalker(initial, successors.width, checks);
    for (let index = 0; index < seeds && last.finding === undefined; index += 1) {
      seed = firstSeed + index;
      const random = createRandom(seed);
      last = walker.walk(plain.steps, (steps) => choose(random, steps));
      count(last);
    }
    report(shrink ? shrinkWalk(walker, last) : last, last.taken.length);
  } else {
    const { process, fault } = initial;
    violations.push(createViolation(compiled, brokenProperty, 'broken', fault, traces.atStart(process, fault)));
  }
  const trace = () => traces.walked(last.states, last.taken);
  const result: SimulateResult = {
    ok: violations.length === 0,
    seed,
    ...sum,
    states: seen.count(),
    reached: [...reached],
    longest,
    violations,
    trace,
    replay: () => replayTrace(compiled, trace()),
    assert() {
      const [first] = violations;
      if (first !== undefined) throw new Error(first.toString());
      return result;
    },
  };
  return result;
}
