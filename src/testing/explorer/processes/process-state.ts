import type { EventObject, StateValue } from 'xstate';
import type { Plain } from '../description/plain-data.js';

/** A running timer of an actor. */
export interface Timer {
  readonly id: string;
  /** The event that it sends to its actor when it fires. */
  readonly event: EventObject;
  /** Ticks until it fires. */
  readonly left: number;
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
