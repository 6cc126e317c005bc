import type { AnyEventObject, EventObject } from 'xstate';
import { came } from '../../known-fields.js';
import type { Plain } from './plain-data.js';

/**
 * What comes of an invoked actor: it ends with an `output`, which the machine hears as its `onDone`, or with an `error`,
 * its `onError`; or it goes on and sends an `event`, as the callback of `fromCallback` does.
 */
export type Outcome =
  { readonly output: unknown } | { readonly error: unknown } | { readonly event: EventObject | AnyEventObject };

/** What may come of the actors of one source. */
export interface InvokedActor {
  /** What may come of them, by name. Each is called with the input that the machine gave, and must be pure. */
  readonly outcomes: Readonly<Record<string, (input: never) => Outcome>>;
  /**
   * After how many ticks one of them has happened at the latest.
   *
   * @default at any time, or never
   */
  readonly within?: number;
  /**
   * Whether some of the outcomes may never happen in the whole exploration. Otherwise each of these is a violation.
   *
   * @default false
   */
  readonly mayBeUnused?: boolean;
}

/** An actor that a machine has invoked or spawned, and of which something may come. */
export interface Child {
  readonly id: string;
  /** What it was made of: its name in `setup({ actors })`. */
  readonly src: string;
  readonly input: Plain;
}

/** The entry of a child: that of its source, or that of its id. */
export function invokedBy<Entry>(
  entries: ReadonlyMap<string, Entry>,
  { src, id }: Omit<Child, 'input'>,
): Entry | undefined {
  return entries.get(src) ?? entries.get(id);
}

/** How to say what may come of an actor, for the error that nothing says it. */
export function outcomesMissing({ src, id }: Omit<Child, 'input'>): string {
  const name = src.startsWith('xstate.invoke.') ? id : src;
  const isNamed = name !== id || !/^\d+\./.test(id);
  const naming = isNamed ? '' : 'give it a name in setup({ actors }), or an id, and ';
  return (
    `nothing says what may come of '${name}'; ${naming}let the system say it, like ` +
    `actors: { ${isNamed ? `'${name}'` : 'name'}: { outcomes: { found: (input) => ({ output: [input] }), ` +
    `failed: () => ({ error: { message: 'offline' } }) } } }`
  );
}

/**
 * The event that an outcome is for the machine, and whether the actor has ended with it.
 *
 * @throws TypeError for what is no outcome.
 */
export function eventOf(id: string, outcome: unknown): { readonly event: object; readonly isOver: boolean } {
  const given = (typeof outcome === 'object' && outcome !== null ? outcome : {}) as Readonly<Record<string, unknown>>;
  const [kind, ...others] = Object.keys(given);
  if (others.length === 0) {
    if (kind === 'output') {
      return { event: { type: `xstate.done.actor.${id}`, output: given['output'], actorId: id }, isOver: true };
    }
    if (kind === 'error') {
      return { event: { type: `xstate.error.actor.${id}`, error: given['error'], actorId: id }, isOver: true };
    }
    if (kind === 'event') return { event: given['event'] as object, isOver: false };
  }
  const keys = Object.keys(given).join(', ');
  throw new TypeError(
    `expected { output }, { error } or { event }, came ${keys === '' ? came(outcome) : `{ ${keys} }`}`,
  );
}
