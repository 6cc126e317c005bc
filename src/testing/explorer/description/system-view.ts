import type { AnyStateMachine, ContextFrom, StateValue, StateValueFrom } from 'xstate';
import type { Plain } from './plain-data.js';

/** An actor as the properties see it. */
export interface ActorView<Context = Readonly<Record<string, Plain | undefined>>, Value = StateValue> {
  readonly id: string;
  /** The name of its machine. */
  readonly machine: string;
  readonly value: Value;
  readonly context: Context;
  /** Whether the actor is in this state, as a snapshot's `matches` tells. */
  matches(value: StateValue): boolean;
  /** Ticks until each running timer fires, by timer id: `xstate.after.<delay>.<state>`. */
  readonly timers: Readonly<Record<string, number>>;
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

/** A process as the properties see it. */
export interface ProcessView<Starts = unknown> {
  readonly name: string;
  /** False after a crash, until it is restarted. */
  readonly isAlive: boolean;
  /** The actors that live, by id: those that it starts with are typed by their machines, others are plain data. */
  readonly actors: unknown extends Starts ? AnyActorViews : StartViews<Starts> & Omit<AnyActorViews, keyof Starts>;
  /** What was noted in this process. */
  readonly notes: Readonly<Record<string, Plain | undefined>>;
}

/** All processes by name: what predicates and guards are given. */
export type SystemView<Processes = Readonly<Record<string, unknown>>> = {
  readonly [Name in keyof Processes]: ProcessView<Processes[Name]>;
};

/** What the surroundings hold at this moment. A predicate that reads it is evaluated for each of them. */
export interface SurroundingsView {
  /** The processes and links (`a->b`) that are cut off now. */
  readonly cut: readonly string[];
  /** What is left of each budget: by name of the stimulus, and `drop`, `duplicate`, `crash`, `cut`, `late`. */
  readonly left: Readonly<Record<string, number>>;
}

/** Must be a pure function of what it is given. */
export type Predicate<View> = (system: View, surroundings: SurroundingsView) => boolean;
