import type { AnyStateMachine, EventFrom, EventObject } from 'xstate';
import type { Plain } from './plain-data.js';

/** What a host does for a command or a message, as plain data. Made by `send`, `tell`, `spawn`, `stop` and `note`. */
export type Effect =
  | { readonly type: 'send'; readonly to: readonly string[]; readonly message: Plain; readonly subject: string }
  | { readonly type: 'tell'; readonly to: readonly string[]; readonly event: EventObject }
  | { readonly type: 'spawn'; readonly id: string; readonly machine: string; readonly input: Plain }
  | { readonly type: 'stop'; readonly id: string }
  | { readonly type: 'note'; readonly name: string; readonly value: Plain };

function listOf(names: string | readonly string[]): readonly string[] {
  return typeof names === 'string' ? [names] : names;
}

/**
 * An effect that sends a message to one or several processes, over the network of the model.
 *
 * @param to The names of the receiving processes; each gets a copy.
 * @param subject With the link order `subject`, only messages of the same subject keep their order. Omitted: the empty
 *   subject.
 */
export function send(to: string | readonly string[], message: object, subject = ''): Effect {
  return { type: 'send', to: listOf(to), message: message as Plain, subject };
}

/**
 * An effect that sends an event to actors of the same process, by id. Ids of actors that do not exist are ignored.
 * `tell<typeof machine>` accepts only events that this machine declares.
 */
export function tell<Machine extends AnyStateMachine = AnyStateMachine>(
  to: string | readonly string[],
  event: EventFrom<Machine>,
): Effect {
  return { type: 'tell', to: listOf(to), event };
}

/** An effect that spawns an actor in the same process, with a machine named in the system's `machines`. */
export function spawn(id: string, machine: string, input: object = {}): Effect {
  return { type: 'spawn', id, machine, input: input as Plain };
}

/** An effect that stops an actor of the same process immediately, without sending it an event. */
export function stop(id: string): Effect {
  return { type: 'stop', id };
}

/**
 * An effect that sets a note of the process, an auxiliary variable that properties and adapters read as `notes`. Notes
 * survive actors and crashes. They are part of the state, so keep them few and bounded.
 */
export function note(name: string, value: Plain): Effect {
  return { type: 'note', name, value };
}
