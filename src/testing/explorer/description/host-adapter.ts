import type { EventObject } from 'xstate';
import { came } from '../../known-fields.js';
import { send, spawn, stop, tell, note, type Effect } from './effects.js';
import type { Plain } from './plain-data.js';

/** An action that a transition recorded, as data. */
export interface RecordedCommand {
  readonly type: string;
  readonly params?: unknown;
}

/** The input of an adapter's decision. An adapter must be deterministic: equal scopes must give equal effects. */
export interface HostScope {
  /** The name of the process. */
  readonly process: string;
  /** The actor that recorded the command; undefined for a message. */
  readonly actor: string | undefined;
  /** The name of the process that sent the message; undefined for a command. */
  readonly from: string | undefined;
  /** The id of the process's first start actor, whether or not it still exists. */
  readonly first: string;
  /** The ids of the process's actors, in alphabetical order. */
  readonly actors: readonly string[];
  /** The notes of the process, by name. */
  readonly notes: Readonly<Record<string, Plain>>;
}

/** What an adapter returns: one effect, or several in the order in which they are performed. */
export type Effects = Effect | readonly Effect[];

/**
 * Interprets the commands of the machines: the model's counterpart of the host that performs them in production.
 *
 * `command` and `receive` return effects, `[]` for none, or undefined for a command or message that the adapter does
 * not handle, which is a violation.
 */
export interface HostAdapter<Command = RecordedCommand, Message = unknown> {
  /** Performs a command that an actor's transition recorded. */
  command(command: Command, scope: HostScope): Effects | undefined;
  /** Handles a message that was delivered to the process, or given to it by a stimulus. */
  receive(message: Message, scope: HostScope): Effects | undefined;
  /**
   * Called when a cut isolates the process.
   *
   * @default no effects: the host does not notice
   */
  disconnected?(scope: HostScope): Effects;
  /**
   * Called when the cut heals.
   *
   * @default no effects: the host does not notice
   */
  reconnected?(scope: HostScope): Effects;
}

interface PlainMessage {
  readonly actor?: string;
  readonly event: EventObject;
}

interface PlainCommandParams {
  readonly to: string | readonly string[];
  readonly event: EventObject;
  readonly subject?: string;
  readonly id: string;
  readonly machine: string;
  readonly input?: object;
  readonly name: string;
  readonly value: Plain;
}

const isText = (value: unknown) => typeof value === 'string';
const isObject = (value: unknown) => typeof value === 'object' && value !== null;

/** What the params of the plain adapter's commands have to be, in the words of an error. */
const paramRules = {
  to: [(value) => isText(value) || (Array.isArray(value) && value.every(isText)), 'a name, or a list of names'],
  event: [(value) => isText((value as { type?: unknown } | null | undefined)?.type), 'an event { type }'],
  id: [isText, 'a text'],
  machine: [isText, 'the name of a machine'],
  name: [isText, 'a text'],
} satisfies Readonly<Record<string, readonly [fits: (value: unknown) => boolean, expected: string]>>;

/** By command, the params without which it means nothing. */
const paramsNeeded: Readonly<Record<string, readonly (keyof typeof paramRules)[]>> = {
  send: ['to', 'event'],
  tell: ['to', 'event'],
  spawn: ['id', 'machine'],
  stop: ['id'],
  note: ['name'],
};

/** @throws TypeError for params that the command cannot be performed with. */
function checkParams(type: string, params: unknown): PlainCommandParams {
  const needed = paramsNeeded[type] ?? [];
  if (!isObject(params)) throw new TypeError(`expected params { ${needed.join(', ')} }, came ${came(params)}`);
  for (const name of needed) {
    const [fits, expected] = paramRules[name];
    const value = (params as Readonly<Record<string, unknown>>)[name];
    if (!fits(value)) throw new TypeError(`expected params.${name} to be ${expected}, came ${came(value)}`);
  }
  return params as PlainCommandParams;
}

/** `server/worker` addresses an actor of a process, `server` its first start actor. */
function sendTo(address: string, params: PlainCommandParams): Effect {
  const [process = '', actor] = address.split('/');
  const message: PlainMessage = actor === undefined ? { event: params.event } : { actor, event: params.event };
  return send(process, message, params.subject);
}

/**
 * The default adapter. Its commands are `send {to, event, subject?}` to `process` or `process/actor`,
 * `tell {to, event}`, `spawn {id, machine, input?}`, `stop {id}` and `note {name, value}`. A message addressed to a
 * process without an actor goes to the process's first start actor.
 *
 * Its `command` throws a TypeError for params that are missing or invalid, which the explorer reports as a violation.
 */
export const plainAdapter: HostAdapter<RecordedCommand, PlainMessage> = {
  command({ type, params: anyParams }) {
    if (paramsNeeded[type] === undefined) return undefined;
    const params = checkParams(type, anyParams);
    switch (type) {
      case 'send':
        return (typeof params.to === 'string' ? [params.to] : params.to).map((address) => sendTo(address, params));
      case 'tell':
        return tell(params.to, params.event);
      case 'spawn':
        return spawn(params.id, params.machine, params.input);
      case 'stop':
        return stop(params.id);
      case 'note':
        return note(params.name, params.value);
      default:
        return undefined;
    }
  },
  receive({ actor, event }, { first }) {
    return tell(actor ?? first, event);
  },
};
