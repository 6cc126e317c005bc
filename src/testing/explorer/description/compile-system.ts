import type { AnyStateMachine, AnyStateNode, EventObject } from 'xstate';
import { hintAt } from '../../known-fields.js';
import { checkConfigFields } from './config-fields.js';
import { plainAdapter, type HostAdapter } from './host-adapter.js';
import { collectMachines, type TickRange } from './compile-machines.js';
import type { InvokedActor } from './invoked.js';
import { compileLinks, type Link } from './links.js';
import { itemAt } from '../structures/checked-reads.js';
import { canonicalText, frozenFrom, type Plain } from './plain-data.js';
import type { CrashFault, DuplicateFault, Faults, MessageFault, Stimulus, SystemConfig } from './system-config.js';
import type { Predicate, SystemView } from './system-view.js';

export interface CompiledStart {
  readonly id: string;
  readonly machine: string;
  readonly input: Plain | undefined;
  readonly recall: ((notes: Readonly<Record<string, Plain | undefined>>) => object | undefined) | undefined;
}

export interface CompiledStimulus {
  readonly name: string;
  /** The index of the process. */
  readonly process: number;
  readonly input:
    | { readonly kind: 'event'; readonly actor: string; readonly event: EventObject }
    | { readonly kind: 'message'; readonly from: undefined; readonly message: Plain };
  readonly max: number;
  readonly when: Predicate<SystemView> | undefined;
  readonly mayBeIgnored: boolean;
  readonly mayBeUnused: boolean;
}

export interface CompiledFaults {
  readonly drop: MessageFault;
  readonly duplicate: DuplicateFault;
  readonly crash: {
    readonly max: number;
    readonly of: readonly number[];
    readonly restart: boolean;
    readonly midStep: boolean;
  };
  /** Each target as the indices of the links that it takes down. */
  readonly cut: { readonly max: number; readonly of: readonly CutTarget[] };
  readonly late: { readonly max: number; readonly ticks: number; readonly of: readonly number[] };
  /** The faults that may stay unused. */
  readonly unused: ReadonlySet<string>;
}

export interface CutTarget {
  readonly name: string;
  readonly links: readonly number[];
  /** The processes whose hosts may notice. */
  readonly processes: readonly number[];
}

/** The description with every name resolved to an index. */
export interface CompiledSystem {
  readonly processes: readonly string[];
  readonly starts: readonly (readonly CompiledStart[])[];
  /** Each machine by name, its delays as codes. */
  readonly machines: ReadonlyMap<string, AnyStateMachine>;
  /** How long the delay of a code takes in a process. */
  readonly ticksOf: (process: string, code: number) => TickRange;
  readonly links: readonly Link[];
  /** The link from one process to another, by their indices; -1 if there is none. */
  linkBetween(from: number, to: number): number;
  readonly adapter: HostAdapter;
  readonly stimuli: readonly CompiledStimulus[];
  readonly faults: CompiledFaults;
  readonly ids: readonly string[];
  /** Whether the ids stand in a ring, so that only rotations leave it as it is. */
  readonly isRing: boolean;
  /** What may come of invoked actors, by source or id. */
  readonly invoked: ReadonlyMap<string, InvokedActor>;
  /** A copy that nobody can change, the same one for equal values. @throws Error that names what is not plain data. */
  plain(value: unknown, path: string): Plain;
}

/** Makes each distinct value once. */
function createPlainCopies(): CompiledSystem['plain'] {
  const known = new Map<string, Plain>();
  return (value, path) => {
    const text = canonicalText(value, path);
    const before = known.get(text);
    if (before !== undefined) return before;
    const copy = frozenFrom(text) as Plain;
    known.set(text, copy);
    return copy;
  };
}

function plainCopy(value: unknown, path: string): Plain {
  return frozenFrom(canonicalText(value, path)) as Plain;
}

function budget(max: number, name: string): number {
  if (max === Infinity || (Number.isInteger(max) && max >= 0)) return max;
  throw new Error(`${name}: expected a whole number of times, 0 or more, but got ${max}`);
}

function finiteBudget(max: number, name: string): number {
  if (max !== Infinity) return budget(max, name);
  throw new Error(`${name}: expected a finite number of times`);
}

/** The machines of the actors that a process starts with, by id. */
type StartMachines = ReadonlyMap<string, AnyStateMachine>;

/** The descriptors of the events that some state of a machine has a transition for; timers and the like left out. */
function descriptorsOf(machine: AnyStateMachine): readonly string[] {
  const within = (state: AnyStateNode): readonly string[] => [
    ...state.transitions.keys(),
    ...Object.values(state.states).flatMap((child) => within(child as AnyStateNode)),
  ];
  return [...new Set(within(machine.root))].filter((descriptor) => !descriptor.startsWith('xstate.'));
}

/** Whether one of these descriptors, which may end in a wildcard, takes an event. */
function takes(descriptors: readonly string[], type: string): boolean {
  return descriptors.some((descriptor) =>
    descriptor.endsWith('*') ? type.startsWith(descriptor.slice(0, -1).replace(/\.$/, '')) : descriptor === type,
  );
}

/** @throws Error for an actor that the process never has. */
function checkActor(path: string, actor: string, starts: StartMachines, canSpawn: boolean): void {
  if (!starts.has(actor) && !canSpawn) {
    const known = [...starts.keys()];
    throw new Error(
      `${path} goes to an unknown actor '${actor}'${hintAt(actor, known)}: expected one of ${known.join(', ')}`,
    );
  }
}

/** @throws Error for an event that no state of its actor's machine has a transition for. */
function checkEvent(path: string, actor: string, type: string, starts: StartMachines): void {
  const machine = starts.get(actor);
  if (machine === undefined) return;
  const known = descriptorsOf(machine);
  if (takes(known, type)) return;
  const expected = known.length === 0 ? 'it has none for any' : `expected one of ${known.join(', ')}`;
  throw new Error(
    `${path}: no state of '${actor}' has a transition for the event '${type}'${hintAt(type, known)}: ${expected}`,
  );
}

function compileStimulus(
  name: string,
  stimulus: Stimulus,
  processes: readonly string[],
  starts: readonly StartMachines[],
  { canSpawn, checksEvents }: { readonly canSpawn: boolean; readonly checksEvents: boolean },
) {
  const process = processes.indexOf(stimulus.process);
  if (process === -1) {
    const hint = hintAt(stimulus.process, processes);
    throw new Error(`the stimulus '${name}' goes to an unknown process '${stimulus.process}'${hint}`);
  }
  const path = `the stimulus '${name}'`;
  const own = itemAt(starts, process);
  // A process may start with no actor at all.
  const [first = ''] = own.keys();
  if ('event' in stimulus) {
    checkActor(path, stimulus.actor ?? first, own, canSpawn);
    if (checksEvents) checkEvent(path, stimulus.actor ?? first, stimulus.event.type, own);
  }
  return {
    name,
    process,
    input:
      'event' in stimulus
        ? ({
            kind: 'event',
            actor: stimulus.actor ?? first,
            event: plainCopy(stimulus.event, path) as unknown as EventObject,
          } as const)
        : ({ kind: 'message', from: undefined, message: plainCopy(stimulus.message, path) } as const),
    max: budget(stimulus.max ?? 1, path),
    when: stimulus.when,
    mayBeIgnored: stimulus.mayBeIgnored ?? false,
    mayBeUnused: stimulus.mayBeUnused ?? false,
  } satisfies CompiledStimulus;
}

function compileFaults(faults: Faults, processes: readonly string[], links: readonly Link[]): CompiledFaults {
  const indexOf = (kind: string) => (name: string) => {
    const index = processes.indexOf(name);
    if (index === -1) {
      throw new Error(`faults.${kind}.of names an unknown process '${name}'${hintAt(name, processes)}`);
    }
    return index;
  };
  const withMax = <T extends { readonly max: number }>(kind: string, fault: number | T | undefined): T =>
    typeof fault === 'object'
      ? { ...fault, max: finiteBudget(fault.max, `faults.${kind}`) }
      : ({ max: finiteBudget(fault ?? 0, `faults.${kind}`) } as T);
  const crash = withMax<CrashFault>('crash', faults.crash);
  const cut = withMax<Exclude<NonNullable<Faults['cut']>, number>>('cut', faults.cut);
  const late = withMax<NonNullable<Faults['late']>>('late', faults.late);
  const cutTarget = (name: string): CutTarget => {
    const link = links.findIndex((candidate) => candidate.name === name);
    if (link !== -1) return { name, links: [link], processes: [] };
    const process = indexOf('cut')(name);
    const down = links.flatMap(({ from, to }, index) => (from === process || to === process ? [index] : []));
    return { name, links: down, processes: [process] };
  };
  return {
    drop: withMax<MessageFault>('drop', faults.drop),
    duplicate: withMax<DuplicateFault>('duplicate', faults.duplicate),
    crash: {
      max: crash.max,
      of: (crash.of ?? processes).map(indexOf('crash')),
      restart: crash.restart ?? false,
      midStep: crash.midStep ?? false,
    },
    cut: { max: cut.max, of: (cut.of ?? processes).map(cutTarget) },
    late: { max: late.max, ticks: late.max === 0 ? 0 : late.ticks, of: (late.of ?? processes).map(indexOf('late')) },
    unused: new Set(
      Object.entries(faults).flatMap(([kind, fault]: readonly [string, Faults[keyof Faults]]) =>
        typeof fault === 'object' && fault.mayBeUnused === true ? [kind] : [],
      ),
    ),
  };
}

function idsOf(ids: NonNullable<SystemConfig['ids']>): readonly string[] {
  return 'ring' in ids ? ids.ring : ids;
}

/**
 * Resolves the names of a description.
 *
 * @param checksEvents whether each stimulus must be an event that some state of its actor has a transition for: so in a
 *   description as it is written, and not where a machine was changed on purpose.
 * @throws Error that says what is wrong.
 */
export function compileSystem(config: SystemConfig, checksEvents = false): CompiledSystem {
  checkConfigFields(config);
  const processes = Object.keys(config.processes);
  if (processes.length === 0) throw new Error('a system needs at least one process');
  const { machines, nameOf, ticksOf } = collectMachines(config);
  const starts = Object.entries(config.processes).map(([process, own]) =>
    Object.entries(own).map(([id, start]): CompiledStart => {
      const machine: AnyStateMachine = 'machine' in start ? start.machine : start;
      const { input, recall } = 'machine' in start ? start : {};
      const copy = input === undefined ? undefined : plainCopy(input, `the input of ${process}/${id}`);
      return { id, machine: nameOf(machine), input: copy, recall };
    }),
  );
  const links = compileLinks(config.network ?? {}, processes);
  const lossy = links.find(({ isLossy }) => isLossy);
  if (lossy !== undefined && idsOf(config.ids ?? []).length > 1) {
    throw new Error(
      `the link '${lossy.name}': expected no ids beside a fair loss, whose rounds they would mix, came some`,
    );
  }
  const between = processes.map((_, from) =>
    processes.map((__, to) => links.findIndex((link) => link.from === from && link.to === to)),
  );
  const machineOf = (name: string): AnyStateMachine => {
    const machine = machines.get(name);
    if (machine === undefined) throw new Error(`expected the name of a machine, came '${name}'`);
    return machine;
  };
  const startMachines = starts.map((own) => new Map(own.map(({ id, machine }) => [id, machineOf(machine)])));
  return {
    processes,
    starts,
    machines,
    ticksOf,
    links,
    linkBetween: (from, to) => itemAt(itemAt(between, from), to),
    adapter: config.adapter ?? plainAdapter,
    stimuli: Object.entries(config.stimuli ?? {}).map(([name, stimulus]) =>
      compileStimulus(name, stimulus as Stimulus, processes, startMachines, {
        canSpawn: config.machines !== undefined,
        checksEvents,
      }),
    ),
    faults: compileFaults(config.faults ?? {}, processes, links),
    ids: idsOf(config.ids ?? []),
    isRing: config.ids !== undefined && !Array.isArray(config.ids),
    invoked: new Map(Object.entries(config.actors ?? {})),
    plain: createPlainCopies(),
  };
}

/**
 * The same with other stimuli or faults than the description has.
 *
 * @throws Error that says what is wrong.
 */
export function compileWith(
  config: SystemConfig,
  { stimuli, faults }: { readonly stimuli?: Readonly<Record<string, Stimulus>>; readonly faults?: Faults },
): CompiledSystem {
  return compileSystem({
    ...config,
    ...(stimuli === undefined ? {} : { stimuli: stimuli as NonNullable<SystemConfig['stimuli']> }),
    ...(faults === undefined ? {} : { faults }),
  });
}
