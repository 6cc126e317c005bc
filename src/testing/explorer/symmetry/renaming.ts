import { itemAt } from '../structures/checked-reads.js';
import { canonicalText, type Plain } from '../description/plain-data.js';
import type { Message } from '../processes/process-table.js';
import type { ProcessInput } from '../processes/process-host.js';
import type { ProcessState } from '../processes/process-state.js';

/** Exchanges ids for one another in everything that a system is made of. */
export interface Renaming {
  readonly name: (name: string) => string;
  readonly state: (state: ProcessState) => ProcessState;
  readonly input: (input: ProcessInput) => ProcessInput;
  readonly message: (message: Message) => Message;
}

/** What a set is kept in order by: strings by themselves, things with an id by that, and all else by its text. */
function keyOf(item: Plain): string {
  if (typeof item === 'string') return item;
  const id = typeof item === 'object' && item !== null && 'id' in item ? item['id'] : undefined;
  return typeof id === 'string' ? id : canonicalText(item, 'the item');
}

/** A list in strictly ascending order: a set, as far as one can see. */
function isSet(items: readonly Plain[]): boolean {
  const keys = items.map(keyOf);
  return keys.every((key, index) => index === 0 || itemAt(keys, index - 1) < key);
}

/** Ids are found as whole words: `A` in `consumer.A`, and not in `AB`. */
const word = /[A-Za-z0-9_-]+/g;

/** Makes the renaming that puts `to[i]` in the place of `from[i]`, all at once. */
export function createRenaming(from: readonly string[], to: readonly string[]): Renaming {
  const names = new Map(from.map((id, index) => [id, itemAt(to, index)]));
  const name = (text: string) => text.replace(word, (found) => names.get(found) ?? found);

  function plain(value: Plain): Plain {
    if (typeof value === 'string') return name(value);
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) {
      const items = (value as readonly Plain[]).map(plain);
      // A set stays in order, so that equal sets stay equal. If the list is no set after all, the machines tell: they
      // then do not treat ids alike.
      if (!isSet(value as readonly Plain[])) return items;
      return [...items].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
    }
    const fields = Object.entries(value as Readonly<Record<string, Plain>>);
    // The type of an event is the machine's vocabulary, whatever the ids are.
    return Object.fromEntries(
      fields.map(([key, field]) => (key === 'type' ? [key, field] : [name(key), plain(field)])),
    );
  }

  function input(given: ProcessInput): ProcessInput {
    switch (given.kind) {
      case 'event':
        return { ...given, actor: name(given.actor), event: plain(given.event) as never };
      case 'message':
        return {
          ...given,
          from: given.from === undefined ? undefined : name(given.from),
          message: plain(given.message),
        };
      case 'timer':
        return { ...given, actor: name(given.actor) };
      case 'settle':
        return { ...given, actor: name(given.actor), child: name(given.child) };
      case 'interrupted':
        return { ...given, input: input(given.input) };
      default:
        return given;
    }
  }

  return {
    name,
    state: ({ process, isAlive, actors, notes }) => ({
      process: name(process),
      isAlive,
      actors: actors
        .map((actor) => ({
          ...actor,
          id: name(actor.id),
          context: plain(actor.context),
          timers: actor.timers.map((timer) => ({ ...timer, event: plain(timer.event as unknown as Plain) as never })),
          ...(actor.pending === undefined
            ? {}
            : {
                pending: actor.pending
                  .map((child) => ({ ...child, id: name(child.id), input: plain(child.input) }))
                  .sort((a, b) => (a.id < b.id ? -1 : 1)),
              }),
        }))
        .sort((a, b) => (a.id < b.id ? -1 : 1)),
      notes: plain(notes) as Readonly<Record<string, Plain>>,
    }),
    input,
    message: ({ message, subject }) => ({ message: plain(message), subject: name(subject) }),
  };
}

/** Whether two things are equal, whatever the order of their keys. */
export function isSame(one: unknown, other: unknown): boolean {
  return canonicalText(one, 'this') === canonicalText(other, 'that');
}
