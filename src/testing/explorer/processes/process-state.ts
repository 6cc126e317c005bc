import type { EventObject, StateValue } from 'xstate';
import type { Plain } from '../description/plain-data.js';

/** A timer that runs: what it sends to its own actor, and in how many ticks. */
export interface Timer {
  readonly id: string;
  readonly event: EventObject;
  readonly left: number;
}

/** All that one actor knows: its snapshot as plain data, and the timers that run for it. */
export interface ActorState {
  readonly id: string;
  /** The name of its machine. */
  readonly machine: string;
  readonly value: StateValue;
  readonly context: Plain;
  /** In the order of their ids. */
  readonly timers: readonly Timer[];
}

/** All that one process knows, in a form that is equal exactly if the process behaves alike from here on. */
export interface ProcessState {
  readonly process: string;
  readonly isAlive: boolean;
  /** In the order of their ids, not of their making, which would tell states apart that behave alike. */
  readonly actors: readonly ActorState[];
  readonly notes: Readonly<Record<string, Plain>>;
}
