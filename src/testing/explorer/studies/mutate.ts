import type { AnyStateMachine } from 'xstate';
import { mutants, type Mutant } from '../../mutants/mutants.js';
import { collectMachines } from '../description/compile-machines.js';
import { explore } from '../search/explore.js';
import type { ExploreOptions } from '../search/explore-options.js';
import type { System } from '../description/system.js';
import type { StartActor, StartActors, Stimulus, StimulusOf, SystemConfig } from '../description/system-config.js';
import type { SystemView } from '../description/system-view.js';

/** What became of one mutant. */
export interface MutantOutcome {
  /** The name of the machine in the system. */
  readonly machine: string;
  readonly place: string;
  readonly description: string;
  /** `undecided`: a limit ended the exploration before a violation was found. */
  readonly outcome: 'noticed' | 'survived' | 'undecided';
  /** The property that noticed it, or why the mutant is no system at all. */
  readonly by?: string;
  readonly states: number;
}

/** How good the properties of a system are at noticing mistakes. */
export interface MutateResult {
  readonly outcomes: readonly MutantOutcome[];
  /** Those that no property notices: a gap in the properties, or a part of the machines that has no use. */
  readonly survivors: readonly MutantOutcome[];
  /** How many are noticed, from 0 to 1. */
  readonly score: number;
  /** The score, and a line for each mutant that was not noticed. */
  toString(): string;
}

/** Which mutants are made of which machines, and how each is explored. */
export interface MutateOptions<View, OneStimulus = Stimulus<View>> extends ExploreOptions<View, OneStimulus> {
  /**
   * Makes the mutants of a machine.
   *
   * @default the kit's own `mutants`
   */
  readonly mutantsOf?: (machine: AnyStateMachine) => readonly Mutant[];
  /**
   * The machines to change, by name.
   *
   * @default all
   */
  readonly machines?: readonly string[];
  /** Called after each mutant. */
  readonly onOutcome?: (outcome: MutantOutcome) => void;
}

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

/**
 * Grades properties: makes one mistake after another in the machines of a system, and asks which of them no property
 * notices.
 *
 * @throws Error if the system as it is violates the properties, or cannot be explored completely.
 */
export function mutate<Processes>(
  system: System<Processes>,
  options: MutateOptions<SystemView<Processes>, StimulusOf<Processes>>,
): MutateResult {
  const { mutantsOf = mutants, machines, onOutcome, ...rest } = options;
  const properties = rest as unknown as ExploreOptions<SystemView>;
  explore(system as System, properties).assert();
  const { nameOf } = collectMachines(system.config);
  const outcomes: MutantOutcome[] = [];
  for (const original of machinesOf(system.config)) {
    const machine = nameOf(original);
    if (machines !== undefined && !machines.includes(machine)) continue;
    for (const { place, description, machine: mutant } of mutantsOf(original)) {
      const judged = judge(withMutant(system.config, original, mutant), properties);
      const outcome = { machine, place, description, ...judged };
      outcomes.push(outcome);
      onOutcome?.(outcome);
    }
  }
  const unnoticed = outcomes.filter(({ outcome }) => outcome !== 'noticed');
  const noticed = outcomes.length - unnoticed.length;
  return {
    outcomes,
    survivors: outcomes.filter(({ outcome }) => outcome === 'survived'),
    score: outcomes.length === 0 ? 1 : noticed / outcomes.length,
    toString: () =>
      [
        `${noticed} of ${outcomes.length} mutants are noticed`,
        ...unnoticed.map(
          ({ machine, place, description, outcome }) => `${outcome}: ${machine}, ${place}: ${description}`,
        ),
      ].join('\n'),
  };
}
