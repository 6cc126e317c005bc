import type { EventObject, StateValue } from 'xstate';
import type { Child } from '../description/invoked.js';
import type { Plain } from '../description/plain-data.js';

/** A running timer of an actor. */
export interface Timer {
  readonly id: string;
  /** The event that it sends to its actor when it fires. */
  readonly event: EventObject;
  /** Ticks until it fires, at the latest. */
  readonly left: number;
  /** How many ticks earlier it may fire; absent where it fires on time. */
  readonly early?: number;
}

/** The state of an actor: its snapshot as plain data, and its running timers. */
export interface ActorState {
  readonly id: string;
  /** The name of its machine. */
  readonly machine: string;
  readonly value: StateValue;
  readonly context: Plain;
  /** The running timers, ordered by id. */
  readonly timers: readonly Timer[];
  /** The actors that it has invoked or spawned and that have not ended, ordered by id; absent where there are none. */
  readonly pending?: readonly PendingActor[];
}

/** An invoked or spawned actor that has not ended. */
export interface PendingActor extends Child {
  /** Ticks until something has come of it at the latest; absent where it may take any time. */
  readonly left?: number;
}

/** The state of a process, in canonical form: states that behave alike are equal. */
export interface ProcessState {
  /** The name of the process. */
  readonly process: string;
  /** False from a crash until the restart. */
  readonly isAlive: boolean;
  /** Ordered by id, not by creation, which would distinguish states that behave alike. */
  readonly actors: readonly ActorState[];
  /** The notes of the process, by name. */
  readonly notes: Readonly<Record<string, Plain>>;
}

/** What waits, one tick later. */
export function sooner<Waiting extends { readonly left?: number }>(waiting: Waiting): Waiting {
  return waiting.left === undefined ? waiting : { ...waiting, left: Math.max(0, waiting.left - 1) };
}

/** An actor one tick later: the same one where nothing of it runs. */
export function later(actor: ActorState): ActorState {
  const { timers, pending = [] } = actor;
  if ([...timers, ...pending].every(({ left = 0 }) => left === 0)) return actor;
  const next = { ...actor, timers: timers.map(sooner) };
  return pending.length === 0 ? next : { ...next, pending: pending.map(sooner) };
}
