import type { AnyStateMachine, AnyStateNode } from 'xstate';
import { explorabilityBreaches } from '../../explorability/assert-explorable.js';
import { invokedBy, outcomesMissing } from './invoked.js';
import { itemAt } from '../structures/checked-reads.js';
import type { SystemConfig, Ticks } from './system-config.js';

/** A duration in ticks. */
export interface TickRange {
  readonly least: number;
  readonly most: number;
}

/** An endless loop of `always` transitions or raised events ends in an error after this many microsteps. */
const microstepsMax = 1000;

interface DelayedRaise {
  readonly type: string;
  readonly delay: unknown;
}

function isDelayedRaise(action: unknown): action is DelayedRaise {
  const raise = action as Partial<DelayedRaise> | null | undefined;
  return typeof action === 'function' && raise?.type === 'xstate.raise' && raise.delay !== undefined;
}

function statesOf(state: AnyStateNode): readonly AnyStateNode[] {
  return [state, ...Object.values(state.states).flatMap((child) => statesOf(child as AnyStateNode))];
}

/** Every delay that the machine's timers refer to, with the place. `after` has become delayed raises by now. */
function delaysUsed(machine: AnyStateMachine): readonly (readonly [delay: unknown, place: string])[] {
  const inStates = statesOf(machine.root).flatMap((state) => {
    const transitions = [...state.transitions.values(), state.always ?? []].flat();
    return [...state.entry, ...state.exit, ...transitions.flatMap(({ actions }) => actions)]
      .filter(isDelayedRaise)
      .map(({ delay }) => [delay, `state '${state.id}'`] as const);
  });
  const named = Object.entries(machine.implementations.actions)
    .filter((entry): entry is [string, never] => isDelayedRaise(entry[1]))
    .map(([name, raise]: readonly [string, DelayedRaise]) => [raise.delay, `action '${name}'`] as const);
  return [...inStates, ...named];
}

type Delays = Readonly<Record<string, Ticks>>;

function ticksOf(name: string, delay: string, delays: Delays, process?: string): Ticks | undefined {
  const own =
    process === undefined ? undefined : (delays[`${process}/${name}.${delay}`] ?? delays[`${process}/${delay}`]);
  return own ?? delays[`${name}.${delay}`] ?? delays[delay];
}

/** What is wrong with a duration, for an error. */
function ticksFault(delay: string, ticks: Ticks): string | undefined {
  const isWhole = (one: number) => Number.isInteger(one) && one >= 0;
  if (typeof ticks === 'number') {
    return isWhole(ticks) ? undefined : `'${delay}' must be a whole number of ticks, but is ${ticks}`;
  }
  const given: unknown = ticks;
  const [least = -1, most = -1, ...others] = Array.isArray(given) ? (given as readonly number[]) : [];
  const isRange = isWhole(least) && isWhole(most) && least <= most && others.length === 0;
  return isRange ? undefined : `'${delay}' must be a number of ticks or [least, most], but is ${JSON.stringify(ticks)}`;
}

/** What is wrong with the timers of one machine, for an error. */
function delayFaults(name: string, machine: AnyStateMachine, delays: Delays, processes: readonly string[]) {
  const declared = Object.keys(machine.implementations.delays);
  const missing = declared
    .filter((delay) => ticksOf(name, delay, delays) === undefined)
    .filter((delay) => processes.some((process) => ticksOf(name, delay, delays, process) === undefined))
    .map((delay) => `'${delay}' of machine '${name}' is missing`);
  const undeclared = delaysUsed(machine)
    .filter(([delay]) => typeof delay !== 'string' || !declared.includes(delay))
    .map(([delay, place]) => `${String(delay)} in ${place} is not the name of a delay declared in setup({ delays })`);
  return [...missing, ...undeclared];
}

function checkDelays(
  machines: readonly (readonly [string, AnyStateMachine])[],
  delays: Delays,
  processes: readonly string[],
): void {
  const shared = machines.flatMap(([name, { implementations }]) =>
    Object.keys(implementations.delays).flatMap((delay) => [delay, `${name}.${delay}`]),
  );
  const known = [...shared, ...processes.flatMap((process) => shared.map((delay) => `${process}/${delay}`))];
  const unknown = Object.keys(delays)
    .filter((delay) => !known.includes(delay))
    .map((delay) => `'${delay}' is declared by no machine`);
  const badTicks = Object.entries(delays).flatMap(([delay, ticks]) => ticksFault(delay, ticks) ?? []);
  const faults = [
    ...machines.flatMap(([name, machine]) => delayFaults(name, machine, delays, processes)),
    ...unknown,
    ...badTicks,
  ];
  if (faults.length > 0) throw new Error(`delays: ${[...new Set(faults)].join('; ')}`);
}

/** What a machine invokes of which nothing says what may come of it. */
function unknownInvokes(machine: AnyStateMachine, known: ReadonlyMap<string, unknown>): readonly string[] {
  return statesOf(machine.root).flatMap(({ invoke, id }) =>
    invoke.flatMap((invoked) => {
      const child = { id: invoked.id, src: typeof invoked.src === 'string' ? invoked.src : invoked.id };
      if (invokedBy(known, child) !== undefined) return [];
      return [`\n  ${id} → invoke: ${outcomesMissing(child)}`];
    }),
  );
}

/** @throws Error for what no exploration can do anything with, in the words of the rules of explorable machines. */
function checkStates(name: string, machine: AnyStateMachine, known: ReadonlyMap<string, unknown>): void {
  const breaches = explorabilityBreaches(machine).filter(({ problem }) => problem.startsWith('a history state'));
  const lines = [
    ...breaches.map(({ place, problem, remedy }) => `\n  ${place}: ${problem}; ${remedy}`),
    ...unknownInvokes(machine, known),
  ];
  if (lines.length === 0) return;
  throw new Error(`machine '${name}' cannot be explored:${lines.join('')}`);
}

/** All machines of a system under one name each: that in `machines`, or else their own id. */
function namedMachines(config: SystemConfig): readonly (readonly [string, AnyStateMachine])[] {
  const named = Object.entries(config.machines ?? {});
  const names = new Set(named.map(([name]) => name));
  for (const [process, starts] of Object.entries(config.processes)) {
    for (const [id, start] of Object.entries(starts)) {
      const machine = 'machine' in start ? start.machine : start;
      if (named.some(([, known]) => known === machine)) continue;
      const name = names.has(machine.id) ? `${process}/${id}` : machine.id;
      names.add(name);
      named.push([name, machine]);
    }
  }
  return named;
}

/**
 * Readies every machine of a system for exploration.
 *
 * @throws Error for delays that do not fit, history states, and invokes of which nothing says what may come of them.
 */
export function collectMachines(config: SystemConfig): {
  /** Each machine by name, its delays as codes: how long one takes depends on the process. */
  readonly machines: ReadonlyMap<string, AnyStateMachine>;
  readonly nameOf: (machine: AnyStateMachine) => string;
  /** How long a delay takes in a process. @param code what the machines are given in the place of a duration. */
  readonly ticksOf: (process: string, code: number) => TickRange;
} {
  const named = namedMachines(config);
  const delays = config.delays ?? {};
  const known = new Map(Object.entries(config.actors ?? {}));
  for (const [name, machine] of named) checkStates(name, machine, known);
  checkDelays(named, delays, Object.keys(config.processes));
  const codes: (readonly [machine: string, delay: string])[] = [];
  const machines = new Map<string, AnyStateMachine>();
  for (const [name, machine] of named) {
    const coded = Object.keys(machine.implementations.delays).map((delay) => [delay, codes.push([name, delay]) - 1]);
    const provided = machine.provide({ delays: Object.fromEntries(coded) as Record<string, number> } as Parameters<
      AnyStateMachine['provide']
    >[0]);
    provided.options.maxIterations = Math.min(machine.options.maxIterations ?? Infinity, microstepsMax);
    machines.set(name, provided);
  }
  const ranges = new Map<string, TickRange>();
  function rangeOf(process: string, code: number): TickRange {
    const [name, delay] = itemAt(codes, code);
    const ticks = ticksOf(name, delay, delays, process);
    if (ticks === undefined) throw new Error(`delays: '${delay}' of machine '${name}' is missing in '${process}'`);
    return typeof ticks === 'number' ? { least: ticks, most: ticks } : { least: ticks[0], most: ticks[1] };
  }
  function knownRange(process: string, code: number): TickRange {
    const key = `${code} ${process}`;
    const range = ranges.get(key) ?? rangeOf(process, code);
    ranges.set(key, range);
    return range;
  }
  return {
    machines,
    ticksOf: knownRange,
    nameOf: (machine) => named.find(([, known]) => known === machine)?.[0] ?? machine.id,
  };
}
