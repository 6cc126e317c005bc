import type { AnyStateMachine, EventFrom, EventObject } from 'xstate';
import type { Plain } from './plain-data.js';

/** What a host does for a command or a message. Plain data, so that the explorer can put it into any order. */
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
 * Sends a message to other processes, one copy each.
 *
 * @param subject orders messages among themselves where the link's order is `subject`. Default: one subject for all.
 */
export function send(to: string | readonly string[], message: object, subject = ''): Effect {
  return { type: 'send', to: listOf(to), message: message as Plain, subject };
}

/**
 * Sends an event to actors of the same process, by their ids. An actor that does not exist is passed over.
 * `tell<typeof machine>` takes only the events that this machine declares.
 */
export function tell<Machine extends AnyStateMachine = AnyStateMachine>(
  to: string | readonly string[],
  event: EventFrom<Machine>,
): Effect {
  return { type: 'tell', to: listOf(to), event };
}

/** Makes an actor in the same process, of a machine that the system's `machines` name. */
export function spawn(id: string, machine: string, input: object = {}): Effect {
  return { type: 'spawn', id, machine, input: input as Plain };
}

/** Stops an actor of the same process at once, without an event. */
export function stop(id: string): Effect {
  return { type: 'stop', id };
}

/**
 * Writes something down for the properties to read: `notes` of the process. Notes outlive actors and crashes; each is a
 * part of the state, so keep them few and bounded.
 */
export function note(name: string, value: Plain): Effect {
  return { type: 'note', name, value };
}
