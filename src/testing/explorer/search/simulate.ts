import { createRandom } from '../../doubles/random.js';
import { createChecks } from './checks.js';
import { compileWith } from '../description/compile-system.js';
import { propertyFields, type ExploreOptions } from './explore-options.js';
import { came, requireFields } from '../../known-fields.js';
import { checkProperties } from '../description/config-fields.js';
import type { Properties } from '../description/properties.js';
import { createStateTable } from '../structures/state-table.js';
import { isAtRest } from '../state-space/rest.js';
import { createStepBuffer, StepKind } from '../state-space/step-buffer.js';
import { itemAt, lastOf } from '../structures/checked-reads.js';
import { createSuccessors } from '../state-space/successors.js';
import type { Stimulus, StimulusOf } from '../description/system-config.js';
import type { System } from '../description/system.js';
import type { SystemView } from '../description/system-view.js';
import { createTraceMaker } from '../traces/trace-maker.js';
import type { Trace } from '../traces/trace.js';
import { brokenProperty, createViolation, restProperty, restReason, type Violation } from '../traces/violation.js';
import { replayTrace, type ReplayReport } from '../traces/replay.js';

/** The properties to check and the options of {@link simulate}. */
export interface SimulateOptions<View, OneStimulus = Stimulus<View>> extends Pick<
  ExploreOptions<View, OneStimulus>,
  'always' | 'leadsTo' | 'reachable' | 'mayRest' | 'stimuli' | 'faults'
> {
  /** The seed of the walk, an integer: the same seed takes the same steps. */
  readonly seed: number;
  /** The length of the walk, in transitions. */
  readonly steps: number;
}

/** The result of a random walk. The absence of violations proves nothing. */
export interface SimulateResult {
  /** Whether no violation was found. */
  readonly ok: boolean;
  readonly seed: number;
  /** The transitions taken: fewer than requested if a violation ended the walk. */
  readonly steps: number;
  /** The simulated time that has passed, in ticks. */
  readonly ticks: number;
  /** Distinct states visited. */
  readonly states: number;
  /** The names of the `reachable` properties that held in some state of the walk. */
  readonly reached: readonly string[];
  /**
   * The longest response time seen, in ticks, of each `leadsTo` whose `from` held, including responses that are still
   * outstanding.
   */
  readonly longest: Readonly<Record<string, number>>;
  /** At most one, whose trace is the whole walk rather than a shortest counterexample. */
  readonly violations: readonly Violation[];
  /** Returns the walk as a trace. */
  trace(): Trace;
  /** Drives real actors along the walk and compares them with the model. */
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
  ...Object.keys({ stimuli: true, faults: true, seed: true, steps: true } satisfies Record<
    Exclude<keyof SimulateOptions<SystemView>, keyof Properties<SystemView>>,
    true
  >),
];

function checkSimulateOptions(options: SimulateOptions<SystemView>): void {
  requireFields('', options, simulateFields);
  checkProperties(options);
  if (Number.isInteger(options.steps) && options.steps >= 0) return;
  throw new TypeError(`steps: expected a whole number, 0 or more, came ${came(options.steps)}`);
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

/**
 * Takes a random walk through a system that is too large to explore, and checks the properties on the way. A `leadsTo`
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
  const compiled = compileWith(system.config, plain);
  const successors = createSuccessors(compiled);
  const { width } = successors;
  const checks = createChecks(compiled, successors, plain);
  const { table } = checks;
  const random = createRandom(options.seed);
  const seen = createStateTable(width);
  const walk: Int32Array[] = [];
  /** The number of each step among those out of its state: several of them may lead to the same state. */
  const taken: number[] = [];
  const violations: Violation[] = [];
  const reached = new Set<string>();
  const waiting = new Map<string, number>();
  const longest: Record<string, number> = {};
  /** The steps out of the state that the walk has come to. */
  const steps = createStepBuffer(width);
  let ticks = 0;
  const traces = createTraceMaker(compiled, successors, checks.expand);

  function choose(): number {
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

  function wait(entry: number, isTick: boolean): void {
    for (const { name, within, from, to } of checks.leadsTo) {
      const before = waiting.get(name);
      const now = before === undefined ? undefined : before + (isTick ? 1 : 0);
      if (now !== undefined) {
        longest[name] = Math.max(longest[name] ?? 0, now);
        if (within !== undefined && now > within) add(name, 'leadsTo', `'${name}' takes more than ${within} ticks`);
      }
      if (table.holds(entry, to)) waiting.delete(name);
      else if (now !== undefined || table.holds(entry, from)) waiting.set(name, now ?? 0);
    }
  }

  function add(name: string, kind: 'always' | 'leadsTo' | 'rest', what: string): void {
    if (violations.length > 0) return;
    violations.push(
      createViolation(compiled, name, kind, `${what} (seed ${options.seed})`, traces.walked(walk, taken)),
    );
  }

  function check(isTick: boolean): void {
    const here = lastOf(walk);
    const entry = table.entryOf(here);
    seen.add(here, 0);
    for (const { name, predicate } of checks.reachable) if (table.holds(entry, predicate)) reached.add(name);
    for (const { name, predicate } of checks.always) {
      if (!table.holds(entry, predicate)) add(name, 'always', `'${name}' does not hold`);
    }
    wait(entry, isTick);
  }

  function takeStep(): void {
    steps.clear();
    const here = lastOf(walk);
    checks.expand(here, steps);
    const { mayRest } = checks;
    if (mayRest !== undefined && isAtRest(here, steps, 0) && !table.holds(table.entryOf(here), mayRest)) {
      add(restProperty, 'rest', restReason);
      return;
    }
    const step = choose();
    const { kind, fault, after } = steps.read(step);
    if (fault !== undefined) {
      const trace = traces.withLastStep(walk, step);
      violations.push(createViolation(compiled, brokenProperty, 'broken', `${fault} (seed ${options.seed})`, trace));
      return;
    }
    const isTick = kind === StepKind.tick;
    if (isTick) ticks += 1;
    walk.push(after);
    taken.push(step);
    check(isTick);
  }

  const initial = successors.initial();
  if (initial instanceof Int32Array) {
    walk.push(initial);
    check(false);
    while (walk.length <= options.steps && violations.length === 0) takeStep();
  } else {
    const { process, fault } = initial;
    violations.push(createViolation(compiled, brokenProperty, 'broken', fault, traces.atStart(process, fault)));
  }
  const trace = () => traces.walked(walk, taken);
  const result: SimulateResult = {
    ok: violations.length === 0,
    seed: options.seed,
    steps: Math.max(0, walk.length - 1),
    ticks,
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
