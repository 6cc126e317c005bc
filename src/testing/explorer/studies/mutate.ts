import type { AnyStateMachine } from 'xstate';
import { hintAt } from '../../known-fields.js';
import { mutants, type Mutant } from '../../mutants/mutants.js';
import { collectMachines } from '../description/compile-machines.js';
import { explore } from '../search/explore.js';
import type { ExploreOptions } from '../search/explore-options.js';
import type { System } from '../description/system.js';
import type { StartActor, StartActors, Stimulus, StimulusOf, SystemConfig } from '../description/system-config.js';
import type { SystemView } from '../description/system-view.js';

/** The outcome of exploring a mutant. */
export interface MutantOutcome {
  /** The name of the machine in the system. */
  readonly machine: string;
  /** The state, and the path within its config. */
  readonly place: string;
  /** The mutation. */
  readonly description: string;
  /** `noticed` means killed; `undecided`, that a limit stopped the exploration before a violation was found. */
  readonly outcome: 'noticed' | 'survived' | 'undecided';
  /** The violated property, or the error if the mutant is not a valid system. Absent unless `noticed`. */
  readonly by?: string;
  /** Distinct states found. */
  readonly states: number;
}

/** The result of mutation testing: how well the properties of a system detect faults in its machines. */
export interface MutateResult {
  /** The outcome of every mutant. */
  readonly outcomes: readonly MutantOutcome[];
  /** The mutants that violate no property: a gap in the properties, or a redundant part of the machines. */
  readonly survivors: readonly MutantOutcome[];
  /** The mutation score: the fraction of mutants that are noticed, from 0 to 1. */
  readonly score: number;
  /** Returns the score, and a line for each mutant that was not noticed. */
  toString(): string;
}

/**
 * The properties to check and the options of {@link mutate}. A mutant may have infinitely many states, so each is
 * explored up to `limit.states` states; if omitted, up to ten times as many as the system itself has, at least 10,000.
 */
export interface MutateOptions<View, OneStimulus = Stimulus<View>> extends ExploreOptions<View, OneStimulus> {
  /**
   * Generates the mutants of a machine.
   *
   * @default mutants
   */
  readonly mutantsOf?: (machine: AnyStateMachine) => readonly Mutant[];
  /**
   * The names of the machines to mutate.
   *
   * @default all
   */
  readonly machines?: readonly string[];
  /**
   * Called after each mutant, with the number of mutants explored so far and in total.
   *
   * @default none
   */
  readonly onOutcome?: (outcome: MutantOutcome, progress: { readonly judged: number; readonly of: number }) => void;
}

/** The limit of a mutant, in states of the original; a small one has so many at least. */
const statesPerOriginal = 10;
const statesLeast = 10_000;

function replaceStart(start: StartActor, old: AnyStateMachine, mutant: AnyStateMachine): StartActor {
  if (start === old) return mutant;
  return 'machine' in start && start.machine === old ? { ...start, machine: mutant } : start;
}

function withMutant(config: SystemConfig, old: AnyStateMachine, mutant: AnyStateMachine): SystemConfig {
  const { machines, processes } = config;
  const mapped = (starts: StartActors): StartActors =>
    Object.fromEntries(Object.entries(starts).map(([id, start]) => [id, replaceStart(start, old, mutant)]));
  return {
    ...config,
    processes: Object.fromEntries(Object.entries(processes).map(([name, starts]) => [name, mapped(starts)])),
    ...(machines === undefined
      ? {}
      : {
          machines: Object.fromEntries(
            Object.entries(machines).map(([name, machine]) => [name, machine === old ? mutant : machine]),
          ),
        }),
  };
}

function machinesOf({ machines = {}, processes }: SystemConfig): readonly AnyStateMachine[] {
  const starts = Object.values(processes).flatMap((own) => Object.values(own));
  return [
    ...new Set([...Object.values(machines), ...starts.map((start) => ('machine' in start ? start.machine : start))]),
  ];
}

/** Explores the system with one machine replaced. A mutant that is no system at all is noticed before it runs. */
function judge(
  config: SystemConfig,
  options: ExploreOptions<SystemView>,
): Pick<MutantOutcome, 'outcome' | 'by' | 'states'> {
  try {
    const { complete, states, violations } = explore({ config }, options);
    const [first] = violations;
    if (first !== undefined) return { outcome: 'noticed', by: first.property, states };
    return { outcome: complete ? 'survived' : 'undecided', states };
  } catch (error) {
    return { outcome: 'noticed', by: error instanceof Error ? error.message : String(error), states: 0 };
  }
}

function requireNames(asked: readonly string[] | undefined, known: readonly string[]): void {
  const stranger = asked?.find((name) => !known.includes(name));
  if (stranger === undefined) return;
  throw new TypeError(`machines: expected some of ${known.join(', ')}, came '${stranger}'${hintAt(stranger, known)}`);
}

/**
 * Mutation testing of properties: explores the mutants of a system's machines, one at a time, and reports those that
 * violate no property.
 *
 * @throws {TypeError} If an option is unknown or invalid, or `machines` names an unknown machine.
 * @throws {Error} If the original system violates the properties, or cannot be explored completely.
 */
export function mutate<Processes>(
  system: System<Processes>,
  options: MutateOptions<SystemView<Processes>, StimulusOf<Processes>>,
): MutateResult {
  const { mutantsOf = mutants, machines, onOutcome, ...rest } = options;
  const properties = rest as unknown as ExploreOptions<SystemView>;
  const { states: originalStates } = explore(system as System, properties).assert();
  const { nameOf } = collectMachines(system.config);
  const originals = machinesOf(system.config);
  requireNames(machines, originals.map(nameOf));
  const made = originals
    .filter((original) => machines?.includes(nameOf(original)) ?? true)
    .flatMap((original) => mutantsOf(original).map((mutant) => ({ original, mutant })));
  const states = properties.limit?.states ?? Math.max(statesLeast, originalStates * statesPerOriginal);
  const limited = { ...properties, limit: { ...properties.limit, states } };
  const outcomes = made.map(({ original, mutant: { place, description, machine } }, index): MutantOutcome => {
    const judged = judge(withMutant(system.config, original, machine), limited);
    const outcome = { machine: nameOf(original), place, description, ...judged };
    onOutcome?.(outcome, { judged: index + 1, of: made.length });
    return outcome;
  });
  const unnoticed = outcomes.filter(({ outcome }) => outcome !== 'noticed');
  const noticed = outcomes.length - unnoticed.length;
  const undecided = unnoticed.filter(({ outcome }) => outcome === 'undecided').length;
  const limitText = undecided === 0 ? '' : `, ${undecided} undecided: a limit ended their exploration`;
  return {
    outcomes,
    survivors: outcomes.filter(({ outcome }) => outcome === 'survived'),
    score: outcomes.length === 0 ? 1 : noticed / outcomes.length,
    toString: () =>
      [
        `${noticed} of ${outcomes.length} mutants are noticed${limitText}`,
        ...unnoticed.map(
          ({ machine, place, description, outcome }) => `${outcome}: ${machine}, ${place}: ${description}`,
        ),
      ].join('\n'),
  };
}
