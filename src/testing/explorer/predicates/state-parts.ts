import { itemAt, wordAt } from '../structures/checked-reads.js';
import { createInterning, type Interning } from '../structures/interning.js';
import { canonicalText } from '../description/plain-data.js';
import type { ActorState, ProcessState } from '../processes/process-state.js';

/**
 * What of a process's state a predicate can read by itself: whether it lives, one actor (its machine and state), that
 * actor's context, timers or invoked actors, one note, or the names of all actors or all notes.
 */
export type PartKind = 'isAlive' | 'actorIds' | 'actor' | 'context' | 'timers' | 'pending' | 'noteNames' | 'note';

/** The parts that were read of the processes' states, each with its values as small integers. */
export interface StateParts {
  /** How many parts are known. Each new one gives all states other classes. */
  count(): number;
  /** The number of a part. @param name of the actor or note; empty for the other kinds. */
  partOf(process: number, kind: PartKind, name?: string): number;
  /** The process that a part belongs to. */
  processOf(part: number): number;
  /** The value of a part in a state of its process; equal integers mean equal values. */
  valueIn(part: number, state: number): number;
  /** The class of a state of this process: states that are alike in every known part share it. */
  classOf(process: number, state: number): number;
}

function actorText(kind: PartKind, { machine, value, context, timers, pending = [] }: ActorState): string {
  if (kind === 'pending') return JSON.stringify(pending.map(({ id }) => id));
  if (kind === 'context') return canonicalText(context, 'the context');
  return canonicalText(kind === 'timers' ? timers : [machine, value], 'the actor');
}

function textOf(kind: PartKind, name: string, { isAlive, actors, notes }: ProcessState): string {
  switch (kind) {
    case 'isAlive':
      return String(isAlive);
    case 'actorIds':
      return JSON.stringify(actors.map(({ id }) => id));
    case 'noteNames':
      return JSON.stringify(Object.keys(notes).sort());
    case 'note': {
      const note = Object.hasOwn(notes, name) ? notes[name] : undefined;
      return note === undefined ? '' : canonicalText(note, 'the note');
    }
    default: {
      const actor = actors.find(({ id }) => id === name);
      return actor === undefined ? '' : actorText(kind, actor);
    }
  }
}

/** What has been found out of states, by their numbers: an integer each, 0 or more. */
interface Memo {
  /** -1 for a state of which it was not found out yet. */
  get(state: number): number;
  set(state: number, value: number): void;
}

const initialStates = 256;

function createMemo(): Memo {
  let words = new Int32Array(initialStates);
  return {
    get: (state) => (state < words.length ? wordAt(words, state) - 1 : -1),
    set(state, value) {
      if (state >= words.length) {
        const grown = new Int32Array(Math.max(state + 1, words.length * 2));
        grown.set(words);
        words = grown;
      }
      words[state] = value + 1;
    },
  };
}

interface Part {
  readonly process: number;
  readonly kind: PartKind;
  readonly name: string;
  readonly values: Interning<undefined>;
  readonly known: Memo;
}

/** Makes an empty table. @param states of the processes; it may grow. */
export function createStateParts(states: readonly ProcessState[]): StateParts {
  const parts: Part[] = [];
  const numbers = new Map<string, number>();
  let classes = createInterning<undefined>();
  let classOf = createMemo();

  function valueIn(part: number, state: number): number {
    const own = itemAt(parts, part);
    const known = own.known.get(state);
    if (known !== -1) return known;
    const value = own.values.idOf(textOf(own.kind, own.name, itemAt(states, state)), () => undefined);
    own.known.set(state, value);
    return value;
  }

  function classify(process: number, state: number): number {
    const values = parts.map((part, index) => (part.process === process ? valueIn(index, state) : ''));
    const found = classes.idOf(`${process} ${values.join()}`, () => undefined);
    classOf.set(state, found);
    return found;
  }

  return {
    count() {
      return parts.length;
    },
    partOf(process, kind, name = '') {
      const key = `${process} ${kind} ${name}`;
      const known = numbers.get(key);
      if (known !== undefined) return known;
      numbers.set(key, parts.length);
      parts.push({ process, kind, name, values: createInterning(), known: createMemo() });
      classes = createInterning();
      classOf = createMemo();
      return parts.length - 1;
    },
    processOf: (part) => itemAt(parts, part).process,
    valueIn,
    classOf(process, state) {
      const known = classOf.get(state);
      return known === -1 ? classify(process, state) : known;
    },
  };
}
