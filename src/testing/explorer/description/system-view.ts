import type { AnyStateMachine, ContextFrom, StateValue, StateValueFrom } from 'xstate';
import type { Plain } from './plain-data.js';

/** An actor as predicates see it. */
export interface ActorView<Context = Readonly<Record<string, Plain | undefined>>, Value = StateValue> {
  readonly id: string;
  /** The name of its machine. */
  readonly machine: string;
  /** Its state value. */
  readonly value: Value;
  readonly context: Context;
  /** Whether the actor is in this state, like the `matches` of a snapshot. */
  matches(value: StateValue): boolean;
  /** Ticks until each running timer fires, by timer id: `xstate.after.<delay>.<state>`. */
  readonly timers: Readonly<Record<string, number>>;
  /** The ids of the actors that it has invoked or spawned and that have not ended. */
  readonly pending: readonly string[];
}

/** The machine of an actor that a process starts with. */
export type MachineOf<Start> = Start extends AnyStateMachine
  ? Start
  : Start extends { readonly machine: infer Machine extends AnyStateMachine }
    ? Machine
    : never;

type StartViews<Starts> = {
  readonly [Id in keyof Starts]?: ActorView<ContextFrom<MachineOf<Starts[Id]>>, StateValueFrom<MachineOf<Starts[Id]>>>;
};

type AnyActorViews = Readonly<Record<string, ActorView | undefined>>;

/** A process as predicates see it. */
export interface ProcessView<Starts = unknown> {
  readonly name: string;
  /** False from a crash until the restart. */
  readonly isAlive: boolean;
  /** The existing actors, by id: start actors are typed by their machines, spawned ones are plain data. */
  readonly actors: unknown extends Starts ? AnyActorViews : StartViews<Starts> & Omit<AnyActorViews, keyof Starts>;
  /** The notes of the process, by name. */
  readonly notes: Readonly<Record<string, Plain | undefined>>;
}

/** The processes of a system by name, as predicates see them. */
export type SystemView<Processes = Readonly<Record<string, unknown>>> = {
  readonly [Name in keyof Processes]: ProcessView<Processes[Name]>;
};

/**
 * The environment in a state: active cuts and remaining budgets. A predicate that reads it is evaluated anew for every
 * combination of them.
 */
export interface SurroundingsView {
  /** The processes and links (`a->b`) that are currently cut. */
  readonly cut: readonly string[];
  /** What is left of each budget: by stimulus name, and `drop`, `duplicate`, `crash`, `cut`, `late` for the faults. */
  readonly left: Readonly<Record<string, number>>;
}

/** A state predicate. Must be a pure, synchronous function of its arguments. */
export type Predicate<View> = (system: View, surroundings: SurroundingsView) => boolean;
