import type { EventObject, StateValue } from 'xstate';
import type { CompiledStart, CompiledSystem } from './compile-system.js';
import type { Effect } from './effects.js';
import type { Effects, HostScope, RecordedCommand } from './host-adapter.js';
import type { MachineStep } from './machine-step.js';
import { canonicalText, frozenFrom, type Plain } from './plain-data.js';
import type { ActorState, ProcessState, Timer } from './process-state.js';
import { startTimer, type DelayedRaise } from './start-timer.js';

/** What can happen to a process. */
export type ProcessInput =
  | { readonly kind: 'start' | 'crash' | 'disconnected' | 'reconnected' }
  | { readonly kind: 'event'; readonly actor: string; readonly event: EventObject }
  | { readonly kind: 'message'; readonly from: string | undefined; readonly message: Plain }
  | { readonly kind: 'timer'; readonly actor: string; readonly id: string };

export interface Sent {
  readonly to: string;
  readonly message: Plain;
  readonly subject: string;
}

/** One macrostep of one actor, for traces. */
export interface Activity {
  readonly actor: string;
  readonly event: EventObject;
  /** Undefined if the actor was made by it. */
  readonly before: ActorState | undefined;
  /** Undefined if the actor is gone. */
  readonly after: ActorState | undefined;
  readonly commands: readonly RecordedCommand[];
}

export interface Reaction {
  readonly next: ProcessState;
  readonly sent: readonly Sent[];
  readonly activities: readonly Activity[];
  /** What broke, if something did: then the rest tells how far it came. */
  readonly fault: string | undefined;
}

interface WorkingActor {
  readonly machine: string;
  value: StateValue;
  context: Plain;
  readonly timers: Map<string, Timer>;
}

type MutableActivity = { -readonly [Key in keyof Activity]: Activity[Key] };

/** More events than this in one step, and the actors are taken to chase each other for ever. */
const eventsMax = 1000;

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function effectList(effects: Effects): readonly Effect[] {
  return Array.isArray(effects) ? (effects as readonly Effect[]) : [effects as Effect];
}

/** The state of a process before it has ever started. */
export function unstarted(process: string): ProcessState {
  return { process, isAlive: false, actors: [], notes: {} };
}

/**
 * Runs one input of a process to completion: a first-in-first-out queue of events, each handled to the end of its
 * macrostep before the commands that it recorded are performed, and these before the next event. The production host
 * does the same.
 */
export function react(
  system: CompiledSystem,
  state: ProcessState,
  starts: readonly CompiledStart[],
  input: ProcessInput,
): Reaction {
  const { process } = state;
  const actors = new Map<string, WorkingActor>(
    state.actors.map(({ id, machine, value, context, timers }) => [
      id,
      { machine, value, context, timers: new Map(timers.map((timer) => [timer.id, timer])) },
    ]),
  );
  const notes: Record<string, Plain> = { ...state.notes };
  const events: { readonly actor: string; readonly event: EventObject }[] = [];
  const commands: { readonly actor: string; readonly command: RecordedCommand }[] = [];
  const sent: Sent[] = [];
  const activities: MutableActivity[] = [];
  let isAlive = state.isAlive;
  let doing = '';

  const scope = (actor: string | undefined, from: string | undefined): HostScope => ({
    process,
    actor,
    from,
    first: starts[0]?.id ?? '',
    actors: [...actors.keys()].sort(),
    notes,
  });

  /** Takes over what a macrostep did. Returns the commands that it recorded. */
  function settle(id: string, machine: string, step: MachineStep, timers: Map<string, Timer>) {
    const recorded: RecordedCommand[] = [];
    for (const action of step.actions) {
      switch (action.type) {
        case 'xstate.raise':
          startTimer(timers, action.params as DelayedRaise);
          break;
        case 'xstate.cancel':
          timers.delete((action.params as { readonly sendId: string }).sendId);
          break;
        case 'xstate.log':
          break;
        case 'xstate.sendTo':
        case 'xstate.spawnChild':
        case 'xstate.stopChild':
          throw new Error(`it used ${action.type}, which cannot be explored; record a command for the host instead`);
        default:
          recorded.push(action);
          commands.push({ actor: id, command: action });
      }
    }
    if (step.isDone) {
      actors.delete(id);
    } else {
      actors.set(id, { machine, value: step.value, context: step.context, timers });
    }
    return recorded;
  }

  function stateOf(id: string): ActorState | undefined {
    const actor = actors.get(id);
    if (actor === undefined) return undefined;
    const { machine, value, context, timers } = actor;
    return { id, machine, value, context, timers: [...timers.values()].sort((a, b) => (a.id < b.id ? -1 : 1)) };
  }

  function handle(id: string, event: EventObject): void {
    const actor = actors.get(id);
    const machine = actor === undefined ? undefined : system.machines.get(actor.machine);
    if (actor === undefined || machine === undefined) return;
    doing = `${process}/${id} on ${event.type}`;
    const activity: MutableActivity = { actor: id, event, before: stateOf(id), after: undefined, commands: [] };
    activities.push(activity);
    const step = machine.stepper.next(actor.value, actor.context, event);
    activity.commands = settle(id, actor.machine, step, actor.timers);
    activity.after = stateOf(id);
  }

  function make(id: string, name: string, given: Plain | undefined): void {
    doing = `${process}/${id} on its start`;
    const machine = system.machines.get(name);
    if (machine === undefined) throw new Error(`no machine is called '${name}'`);
    if (actors.has(id)) throw new Error(`an actor '${id}' lives already`);
    const event = { type: 'xstate.init' };
    const activity: MutableActivity = { actor: id, event, before: undefined, after: undefined, commands: [] };
    activities.push(activity);
    activity.commands = settle(id, name, machine.stepper.initial(given), new Map());
    activity.after = stateOf(id);
  }

  function perform(effect: Effect): void {
    switch (effect.type) {
      case 'send':
        for (const to of effect.to) {
          const message = frozenFrom(canonicalText(effect.message, 'the message')) as Plain;
          if (!system.processes.includes(to)) throw new Error(`it sent a message to an unknown process '${to}'`);
          if (system.linkBetween(system.processes.indexOf(process), system.processes.indexOf(to)) === -1) {
            throw new Error(`it sent a message to '${to}', to which there is no link`);
          }
          sent.push({ to, message, subject: effect.subject });
        }
        return;
      case 'tell': {
        const event = frozenFrom(canonicalText(effect.event, 'the event')) as EventObject;
        for (const actor of effect.to) if (actors.has(actor)) events.push({ actor, event });
        return;
      }
      case 'spawn':
        make(effect.id, effect.machine, frozenFrom(canonicalText(effect.input, 'the input')) as Plain);
        return;
      case 'stop':
        actors.delete(effect.id);
        return;
      case 'note':
        notes[effect.name] = frozenFrom(canonicalText(effect.value, `the note '${effect.name}'`)) as Plain;
    }
  }

  function performAll(): void {
    for (let next = commands.shift(); next !== undefined; next = commands.shift()) {
      const { actor, command } = next;
      doing = `${process}/${actor}, command ${command.type}`;
      const effects = system.adapter.command(command, scope(actor, undefined));
      if (effects === undefined) throw new Error('nobody handles this command');
      effectList(effects).forEach(perform);
    }
  }

  function begin(): void {
    switch (input.kind) {
      case 'start':
        isAlive = true;
        for (const { id, machine, input: given } of starts) make(id, machine, given);
        return;
      case 'crash':
        isAlive = false;
        actors.clear();
        return;
      case 'event':
        handle(input.actor, input.event);
        return;
      case 'timer': {
        const timer = actors.get(input.actor)?.timers.get(input.id);
        if (timer === undefined) return;
        actors.get(input.actor)?.timers.delete(input.id);
        handle(input.actor, timer.event);
        return;
      }
      case 'message': {
        if (!isAlive) return;
        doing = `${process}, message ${JSON.stringify(input.message)}`;
        const effects = system.adapter.receive(input.message, scope(undefined, input.from));
        if (effects === undefined) throw new Error('nobody handles this message');
        effectList(effects).forEach(perform);
        return;
      }
      default:
        if (isAlive) effectList(system.adapter[input.kind]?.(scope(undefined, undefined)) ?? []).forEach(perform);
    }
  }

  function runToCompletion(): void {
    begin();
    performAll();
    let handled = 0;
    for (let next = events.shift(); next !== undefined; next = events.shift()) {
      handled += 1;
      if (handled > eventsMax) throw new Error(`the actors told each other more than ${eventsMax} events at once`);
      handle(next.actor, next.event);
      performAll();
    }
  }

  let fault: string | undefined;
  try {
    runToCompletion();
  } catch (error) {
    fault = `${doing}: ${messageOf(error)}`;
  }
  const next = {
    process,
    isAlive,
    actors: [...actors.keys()].sort().flatMap((id) => stateOf(id) ?? []),
    notes,
  };
  return { next, sent, activities, fault };
}
