import type { EventObject } from 'xstate';
import type { CompiledStart, CompiledSystem } from '../description/compile-system.js';
import type { RecordedCommand } from '../description/host-adapter.js';
import type { TickRange } from '../description/compile-machines.js';
import type { MachineStep, MachineStepper } from './machine-step.js';
import { invokedBy, outcomesMissing, type Child } from '../description/invoked.js';
import { canonicalText, frozenFrom, type Plain } from '../description/plain-data.js';
import { createProcessHost, type HostedActors, type ProcessInput } from './process-host.js';
import type { ActorState, PendingActor, ProcessState, Timer } from './process-state.js';
import { remediesFor } from './remedies.js';

export interface Sent {
  readonly to: string;
  readonly message: Plain;
  readonly subject: string;
}

/** A macrostep of an actor, in a trace. */
export interface Activity {
  /** The id of the actor. */
  readonly actor: string;
  /** The event that caused it. */
  readonly event: EventObject;
  /** The state before; undefined if the actor was created by this step. */
  readonly before: ActorState | undefined;
  /** The state after; undefined if the actor no longer exists. */
  readonly after: ActorState | undefined;
  /** The commands that the macrostep recorded, in order. */
  readonly commands: readonly RecordedCommand[];
}

export interface Reaction {
  readonly next: ProcessState;
  readonly sent: readonly Sent[];
  readonly activities: readonly Activity[];
  /** How many messages were sent and notes written. */
  readonly effects: number;
  /** What broke, if something did: then the rest tells how far it came. */
  readonly fault: string | undefined;
}

type MutableActivity = { -readonly [Key in keyof Activity]: Activity[Key] };

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The state of a process before it has ever started. */
export function unstarted(process: string): ProcessState {
  return { process, isAlive: false, actors: [], notes: {} };
}

/** What XState resolves a `raise` to; those of `after` carry a delay and an id. */
interface DelayedRaise {
  readonly event: EventObject;
  readonly id?: unknown;
  readonly delay?: number;
}

/**
 * Starts a timer among those that run. A raise without a delay has been handled within the macrostep and starts none.
 *
 * @throws Error for a timer that runs already, and for a delay or id that cannot be explored.
 */
function startTimer(
  timers: Map<string, Timer>,
  { event, id, delay }: DelayedRaise,
  ticksOf: (code: number) => TickRange,
): void {
  if (delay === undefined) return;
  const name = id ?? `raise.${event.type}`;
  if (typeof name !== 'string') throw new Error('a delayed raise needs a string as its id');
  const { least, most } = ticksOf(delay);
  if (timers.has(name)) throw new Error(`the timer ${name} was started twice`);
  const copy = frozenFrom(canonicalText(event, `the event of ${name}`)) as EventObject;
  timers.set(name, { id: name, event: copy, left: most, ...(least === most ? {} : { early: most - least }) });
}

/** The timers that run after a macrostep, in the order of their ids. The same list if none has changed. */
function timersAfter(
  before: ActorState['timers'],
  { actions }: MachineStep,
  ticksOf: (code: number) => TickRange,
): ActorState['timers'] {
  const isTiming = ({ type }: RecordedCommand) => type === 'xstate.raise' || type === 'xstate.cancel';
  if (!actions.some(isTiming)) return before;
  const timers = new Map(before.map((timer) => [timer.id, timer]));
  for (const { type, params } of actions) {
    if (type === 'xstate.raise') startTimer(timers, params as DelayedRaise, ticksOf);
    if (type === 'xstate.cancel') timers.delete((params as { readonly sendId: string }).sendId);
  }
  return [...timers.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

const noChildren: readonly Child[] = [];

/** The children as the machine knows them, without the time that they have. */
function childrenOf(pending: readonly PendingActor[] | undefined): readonly Child[] {
  return pending?.map(({ id, src, input }) => ({ id, src, input })) ?? noChildren;
}

/** A child with all the time that it has. @throws Error for one of which nothing says what may come of it. */
export function timed(system: CompiledSystem, { id, src, input }: Child): PendingActor {
  const invoked = invokedBy(system.invoked, { id, src });
  if (invoked === undefined) throw new Error(outcomesMissing({ id, src }));
  return { id, src, input, ...(invoked.within === undefined ? {} : { left: invoked.within }) };
}

/** The children of an actor after a macrostep. @throws Error for one of which nothing says what may come of it. */
function pendingAfter(
  system: CompiledSystem,
  before: readonly PendingActor[],
  { children }: MachineStep,
): readonly PendingActor[] {
  return children.map(({ isNew, ...child }) => {
    const known = isNew ? undefined : before.find(({ id }) => id === child.id);
    return known ?? timed(system, child);
  });
}

/** An actor of whose child something has come: it is gone, or has all its time again. */
function settled(system: CompiledSystem, actor: ActorState, child: string, isOver: boolean): ActorState {
  const { pending = [], ...rest } = actor;
  const left = pending.flatMap((one) => (one.id !== child ? [one] : isOver ? [] : [timed(system, one)]));
  return left.length === 0 ? rest : { ...rest, pending: left };
}

/**
 * The commands among the actions, which are the host's to perform.
 *
 * @param remedies for an action that nobody can perform, by its type.
 */
function commandsAmong(
  actions: readonly RecordedCommand[],
  remedies: (type: string) => string,
): readonly RecordedCommand[] {
  return actions.filter(({ type }) => {
    switch (type) {
      case 'xstate.raise':
      case 'xstate.cancel':
      case 'xstate.log':
        return false;
      case 'xstate.sendTo':
      case 'xstate.spawnChild':
      case 'xstate.stopChild':
        throw new Error(
          `it used ${type}, which cannot be explored; record a command for the host instead${remedies(type)}`,
        );
      default:
        return true;
    }
  });
}

/** Runs one input of a process to completion. @param steppers of the system's machines, by name. */
export function react(
  system: CompiledSystem,
  steppers: ReadonlyMap<string, MachineStepper>,
  state: ProcessState,
  starts: readonly CompiledStart[],
  input: ProcessInput,
): Reaction {
  const { process } = state;
  const linkFrom = system.processes.indexOf(process);
  /** The machine of each actor that ever lived in this step, also of those that are gone. */
  const machineOf = new Map(state.actors.map((actor) => [actor.id, actor.machine]));
  const actors = new Map<string, ActorState>(state.actors.map((actor) => [actor.id, actor]));
  const sent: Sent[] = [];
  const activities: MutableActivity[] = [];

  function begin(actor: string, event: EventObject): MutableActivity {
    const activity = { actor, event, before: actors.get(actor), after: undefined, commands: [] };
    activities.push(activity);
    return activity;
  }

  /** Takes over what a macrostep did. */
  function settle(activity: MutableActivity, machine: string, timers: ActorState['timers'], step: MachineStep): void {
    const id = activity.actor;
    const running = timersAfter(timers, step, (code) => system.ticksOf(process, code));
    activity.commands = commandsAmong(step.actions, (type) => {
      const own = system.machines.get(machine);
      return own === undefined ? '' : remediesFor(own, type);
    });
    for (const command of activity.commands) host.record(id, command);
    if (step.isDone) {
      actors.delete(id);
      return;
    }
    const pending = pendingAfter(system, activity.before?.pending ?? [], step);
    const after: ActorState = { id, machine, value: step.value, context: step.context, timers: running };
    activity.after = pending.length === 0 ? after : { ...after, pending };
    actors.set(id, activity.after);
  }

  function stepperOf(machine: string): MachineStepper {
    const stepper = steppers.get(machine);
    if (stepper === undefined) throw new Error(`expected the name of a machine, came '${machine}'`);
    return stepper;
  }

  function handle(id: string, event: EventObject): void {
    const actor = actors.get(id);
    if (actor === undefined) return;
    const activity = begin(id, event);
    const { machine, value, context, timers, pending } = actor;
    settle(activity, machine, timers, stepperOf(machine).next(value, context, event, childrenOf(pending)));
  }

  const hosted: HostedActors = {
    has: (id) => actors.has(id),
    ids: () => [...actors.keys()].sort(),
    make(id, name, given) {
      machineOf.set(id, name);
      const activity = begin(id, { type: 'xstate.init' });
      settle(activity, name, [], stepperOf(name).initial(given));
    },
    give: handle,
    fire(id, timerId) {
      const actor = actors.get(id);
      const fired = actor?.timers.find((timer) => timer.id === timerId);
      if (actor === undefined || fired === undefined) return;
      actors.set(id, { ...actor, timers: actor.timers.filter((timer) => timer !== fired) });
      handle(id, fired.event);
    },
    child: (id, child) => actors.get(id)?.pending?.find((pending) => pending.id === child),
    settle(id, child, isOver) {
      const actor = actors.get(id);
      if (actor !== undefined) actors.set(id, settled(system, actor, child, isOver));
    },
    stop: (id) => actors.delete(id),
    clear: () => {
      actors.clear();
    },
  };

  const host = createProcessHost(system, process, starts, state, hosted, (to, message, subject) => {
    const linkTo = system.processes.indexOf(to);
    if (linkTo === -1) throw new Error(`it sent a message to an unknown process '${to}'`);
    if (system.linkBetween(linkFrom, linkTo) === -1) {
      throw new Error(`it sent a message to '${to}', to which there is no link`);
    }
    sent.push({ to, message, subject });
  });

  /** What to write instead of an action that could not be performed, by a machine or by its host. */
  function remedies(error: unknown): string {
    const { performing } = host;
    const actor = performing?.actor ?? activities.at(-1)?.actor ?? '';
    const machine = system.machines.get(machineOf.get(actor) ?? '');
    if (machine === undefined) return '';
    if (performing !== undefined) return remediesFor(machine, performing.type);
    return messageOf(error).startsWith('Unable to send event to') ? remediesFor(machine, 'xstate.sendTo') : '';
  }

  let fault: string | undefined;
  try {
    host.run(input);
  } catch (error) {
    fault = `${host.doing}: ${messageOf(error)}${remedies(error)}`;
  }
  const next = {
    process,
    isAlive: host.isAlive,
    actors: [...actors.values()].sort((a, b) => (a.id < b.id ? -1 : 1)),
    notes: host.notes,
  };
  return { next, sent, activities, effects: host.effects, fault };
}
