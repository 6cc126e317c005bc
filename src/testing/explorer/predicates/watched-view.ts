import { matchesState } from 'xstate';
import type { ActorState, ProcessState } from '../processes/process-state.js';
import type { PartKind } from './state-parts.js';
import type { ActorView, ProcessView } from '../description/system-view.js';

/** Told of each part of the process that is read. */
export type ReadListener = (kind: PartKind, name?: string) => void;

/** A record that tells which of its fields are read, also those that it does not have. */
function watchedRecord<Value>(
  fields: Readonly<Record<string, Value>>,
  onNames: () => void,
  onField: (name: string) => void,
): Readonly<Record<string, Value>> {
  const refuse = () => false;
  return new Proxy(fields, {
    get(target, name) {
      if (typeof name === 'string') onField(name);
      return Reflect.get(target, name) as unknown;
    },
    has(target, name) {
      if (typeof name === 'string') onField(name);
      return Reflect.has(target, name);
    },
    ownKeys(target) {
      onNames();
      return Reflect.ownKeys(target);
    },
    getOwnPropertyDescriptor(target, name) {
      if (typeof name === 'string') onField(name);
      return Reflect.getOwnPropertyDescriptor(target, name);
    },
    set: refuse,
    defineProperty: refuse,
    deleteProperty: refuse,
    preventExtensions: refuse,
    setPrototypeOf: refuse,
  });
}

function viewActor({ id, machine, value, context, timers, pending = [] }: ActorState, onRead: ReadListener): ActorView {
  return {
    id,
    machine,
    value,
    get context() {
      onRead('context', id);
      return context as ActorView['context'];
    },
    matches: (expected) => matchesState(expected, value),
    get timers() {
      onRead('timers', id);
      return Object.fromEntries(timers.map((timer) => [timer.id, timer.left]));
    },
    get pending() {
      onRead('pending', id);
      return pending.map((child) => child.id);
    },
  };
}

/** What a predicate is given of one process. The listener hears of each part before the predicate sees it. */
export function viewProcess({ process, isAlive, actors, notes }: ProcessState, onRead: ReadListener): ProcessView {
  return {
    name: process,
    get isAlive() {
      onRead('isAlive');
      return isAlive;
    },
    actors: watchedRecord(
      Object.fromEntries(actors.map((actor) => [actor.id, viewActor(actor, onRead)])),
      () => onRead('actorIds'),
      (id) => onRead('actor', id),
    ),
    notes: watchedRecord(
      { ...notes },
      () => onRead('noteNames'),
      (name) => onRead('note', name),
    ),
  };
}
