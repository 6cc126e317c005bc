import type { EventObject } from 'xstate';
import type { CompiledStart, CompiledSystem } from '../description/compile-system.js';
import type { Effect } from '../description/effects.js';
import type { Effects, HostScope, RecordedCommand } from '../description/host-adapter.js';
import { eventOf, invokedBy, type Child } from '../description/invoked.js';
import type { Plain } from '../description/plain-data.js';

/** What can happen to a process. */
export type ProcessInput =
  | { readonly kind: 'start' | 'crash' | 'disconnected' | 'reconnected' }
  | { readonly kind: 'event'; readonly actor: string; readonly event: EventObject }
  | { readonly kind: 'message'; readonly from: string | undefined; readonly message: Plain }
  | { readonly kind: 'timer'; readonly actor: string; readonly id: string }
  | SettleInput
  | InterruptedInput;

/** One of the outcomes of an actor that a machine has invoked. */
export interface SettleInput {
  readonly kind: 'settle';
  readonly actor: string;
  readonly child: string;
  readonly outcome: string;
}

/** An input in the middle of which the process crashes: after so many of the messages and notes that it leads to. */
export interface InterruptedInput {
  readonly kind: 'interrupted';
  readonly input: ProcessInput;
  readonly effects: number;
}

/** The actors of one process: those of the model, or real ones. An id that no actor has is passed over. */
export interface HostedActors {
  has(id: string): boolean;
  /** In alphabetical order. */
  ids(): readonly string[];
  make(id: string, machine: string, input: Plain | undefined): void;
  /** Gives an event to an actor, which records commands at its host. */
  give(id: string, event: EventObject): void;
  /** An actor that an actor has invoked and that has not ended. */
  child(id: string, child: string): Child | undefined;
  /** Something has come of a child. @param isOver whether it has ended. */
  settle(id: string, child: string, isOver: boolean): void;
  /** Fires a timer of an actor, as if its time had come. */
  fire(id: string, timer: string): void;
  stop(id: string): void;
  /** Ends them all in silence. */
  clear(): void;
}

/** What a process is, besides its actors. */
export interface ProcessHost {
  readonly isAlive: boolean;
  readonly notes: Readonly<Record<string, Plain>>;
  /** How many messages the last input made it send and notes it made it write. */
  readonly effects: number;
  /** What the host is at, for an error. */
  readonly doing: string;
  /** The command that is performed, and the actor that recorded it, if any is. */
  readonly performing: { readonly actor: string; readonly type: string } | undefined;
  /** Takes a command that an actor has recorded. It is performed when the actor's macrostep is over. */
  record(actor: string, command: RecordedCommand): void;
  /**
   * Runs an input to completion: a first-in-first-out queue of events, each handled to the end of its macrostep before
   * the commands that it recorded are performed, and these before the next event. The production host does the same.
   *
   * @throws what the actors and the adapter throw, and Error for what nobody handles.
   */
  run(input: ProcessInput): void;
}

/** Thrown through the host where a process crashes in the middle of a step. */
const interruption = new Error('a crash in the middle of a step');

/** More events than this in one step, and the actors are taken to chase each other for ever. */
const eventsMax = 1000;

function effectList(effects: Effects): readonly Effect[] {
  return Array.isArray(effects) ? (effects as readonly Effect[]) : [effects as Effect];
}

/**
 * Makes the host of a process.
 *
 * @param before whether the process lives, and its notes.
 * @param transmit takes a message to another process.
 */
export function createProcessHost(
  system: CompiledSystem,
  process: string,
  starts: readonly CompiledStart[],
  before: { readonly isAlive: boolean; readonly notes: Readonly<Record<string, Plain>> },
  actors: HostedActors,
  transmit: (to: string, message: Plain, subject: string) => void,
): ProcessHost {
  const events: { readonly actor: string; readonly event: EventObject }[] = [];
  const commands: { readonly actor: string; readonly command: RecordedCommand }[] = [];
  let { isAlive, notes } = before;
  let effects = 0;
  /** How many effects there may be before the process crashes. */
  let effectsMax = Infinity;
  let doing = '';
  let performing: ProcessHost['performing'];

  const scope = (actor: string | undefined, from: string | undefined): HostScope => ({
    process,
    actor,
    from,
    first: starts[0]?.id ?? '',
    actors: actors.ids(),
    notes,
  });

  function make(id: string, machine: string, input: Plain | undefined): void {
    doing = `${process}/${id} on its start`;
    if (!system.machines.has(machine)) throw new Error(`no machine is called '${machine}'`);
    if (actors.has(id)) throw new Error(`an actor '${id}' lives already`);
    actors.make(id, machine, input);
  }

  /** What an actor starts with: what it recalls of what was noted before, or else its input. */
  function inputOf({ id, input, recall }: CompiledStart): Plain | undefined {
    if (recall === undefined) return input;
    doing = `${process}/${id}, recall`;
    const recalled = recall(notes);
    return recalled === undefined ? input : system.plain(recalled, 'what it recalls');
  }

  function give(id: string, event: EventObject): void {
    doing = `${process}/${id} on ${event.type}`;
    actors.give(id, event);
  }

  /** Counts what outlives the process. @throws the interruption where it crashes before. */
  function countEffect(): void {
    if (effects === effectsMax) throw interruption;
    effects += 1;
  }

  function perform(effect: Effect): void {
    switch (effect.type) {
      case 'send':
        for (const to of effect.to) {
          countEffect();
          transmit(to, system.plain(effect.message, 'the message'), effect.subject);
        }
        return;
      case 'tell': {
        const event = system.plain(effect.event, 'the event') as unknown as EventObject;
        for (const actor of effect.to) if (actors.has(actor)) events.push({ actor, event });
        return;
      }
      case 'spawn':
        make(effect.id, effect.machine, system.plain(effect.input, 'the input'));
        return;
      case 'stop':
        actors.stop(effect.id);
        return;
      case 'note':
        countEffect();
        notes = { ...notes, [effect.name]: system.plain(effect.value, `the note '${effect.name}'`) };
    }
  }

  function performAll(): void {
    for (let next = commands.shift(); next !== undefined; next = commands.shift()) {
      const { actor, command } = next;
      doing = `${process}/${actor}, command ${command.type}`;
      performing = { actor, type: command.type };
      const asked = system.adapter.command(command, scope(actor, undefined));
      // What is emitted is heard outside of the system.
      if (asked === undefined && command.type !== 'xstate.emit') throw new Error('nobody handles this command');
      effectList(asked ?? []).forEach(perform);
      performing = undefined;
    }
  }

  function begin(input: ProcessInput): void {
    switch (input.kind) {
      case 'start':
        isAlive = true;
        for (const given of starts) make(given.id, given.machine, inputOf(given));
        return;
      case 'crash':
        isAlive = false;
        actors.clear();
        return;
      case 'settle':
        settle(input);
        return;
      case 'interrupted':
        interrupt(input);
        return;
      case 'event':
        give(input.actor, input.event);
        return;
      case 'timer':
        doing = `${process}/${input.actor} on ${input.id}`;
        actors.fire(input.actor, input.id);
        return;
      case 'message': {
        if (!isAlive) return;
        doing = `${process}, message ${JSON.stringify(input.message)}`;
        const asked = system.adapter.receive(input.message, scope(undefined, input.from));
        if (asked === undefined) throw new Error('nobody handles this message');
        effectList(asked).forEach(perform);
        return;
      }
      default:
        if (isAlive) effectList(system.adapter[input.kind]?.(scope(undefined, undefined)) ?? []).forEach(perform);
    }
  }

  function settle({ actor, child: id, outcome }: SettleInput): void {
    const child = actors.child(actor, id);
    const make = child === undefined ? undefined : invokedBy(system.invoked, child)?.outcomes[outcome];
    if (child === undefined || make === undefined) return;
    doing = `${process}/${actor}, the outcome '${outcome}' of '${id}'`;
    const { event, isOver } = eventOf(id, make(child.input as never));
    actors.settle(actor, id, isOver);
    give(actor, system.plain(event, 'the outcome') as unknown as EventObject);
  }

  function runAll(input: ProcessInput): void {
    effects = 0;
    begin(input);
    performAll();
    let handled = 0;
    for (let next = events.shift(); next !== undefined; next = events.shift()) {
      handled += 1;
      if (handled > eventsMax) throw new Error(`the actors told each other more than ${eventsMax} events at once`);
      give(next.actor, next.event);
      performAll();
    }
  }

  /** Runs an input up to the effect before which the process crashes. */
  function interrupt({ input, effects: before }: InterruptedInput): void {
    effectsMax = before;
    try {
      runAll(input);
    } catch (error) {
      if (error !== interruption) throw error;
    }
    effectsMax = Infinity;
    events.length = 0;
    commands.length = 0;
    performing = undefined;
    begin({ kind: 'crash' });
  }

  return {
    get isAlive() {
      return isAlive;
    },
    get notes() {
      return notes;
    },
    get effects() {
      return effects;
    },
    get doing() {
      return doing;
    },
    get performing() {
      return performing;
    },
    record(actor, command) {
      commands.push({ actor, command });
    },
    run: runAll,
  };
}
