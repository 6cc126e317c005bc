import {
  getInitialMicrosteps,
  getMicrosteps,
  getNextTransitions,
  initialTransition,
  transition,
  type AnyMachineSnapshot,
  type AnyStateMachine,
  type AnyStateNode,
  type AnyTransitionDefinition,
  type EventObject,
  type StateValue,
} from 'xstate';
import type { ActorEvent, Command } from '../../machines/index.js';

/** A state of a machine with its context, as the pure functions take and give it. */
export interface Snapshot {
  readonly value: StateValue;
  readonly context: unknown;
  readonly status: string;
}

/** An event of the protocol, or the end of a delay. */
export type StepEvent = ActorEvent | { readonly type: `xstate.after.${string}` };

/** What one event did: the state after its macrostep, the commands, and the rows of the state table that it took. */
export interface Step {
  readonly snapshot: Snapshot;
  readonly commands: readonly Command[];
  readonly rows: readonly Row[];
}

/** One transition, named as the state tables of PROTOCOL.md name it. */
export interface Row {
  /** The path of the state below the machine, with dots. */
  readonly state: string;
  /** The event, `after <delay>`, or `always`. */
  readonly event: string;
  /** The name of the guard, `–` where there is none. */
  readonly guard: string;
}

/** What stands in a table's cell for nothing. */
export const none = '–';

export function rowKey({ state, event, guard }: Row): string {
  return `${state} | ${event} | ${guard}`;
}

/** The path of a state node below its machine, with dots; empty for the machine itself. */
export function pathOf(node: { readonly path: readonly string[] }): string {
  return node.path.join('.');
}

/** The row of a transition's definition. */
export function rowOf(definition: AnyTransitionDefinition): Row {
  const source = definition.source as AnyStateNode;
  return {
    state: pathOf(source),
    event: eventName(definition.eventType as string, source.id),
    guard: guardName(definition.guard),
  };
}

function eventName(eventType: string, sourceId: string): string {
  if (eventType === '') return 'always';
  const delayed = /^xstate\.after\.(.+)$/.exec(eventType)?.[1];
  return delayed === undefined ? eventType : `after ${delayed.slice(0, -sourceId.length - 1)}`;
}

function guardName(guard: unknown): string {
  if (guard === undefined) return none;
  if (typeof guard === 'string') return guard;
  return (guard as { readonly type: string }).type;
}

/** The event by which the engine tells that a delay of a state is over. */
export function timeUp(machine: AnyStateMachine, delay: string, state: string): StepEvent {
  return { type: `xstate.after.${delay}.${machine.id}.${state}` };
}

/** The machine's first state, with the commands that it records before any event. */
export function begin(machine: AnyStateMachine, input?: unknown): Step {
  const [snapshot, actions] = initialTransition(machine, input as undefined);
  const rows = eventlessRows(machine, getInitialMicrosteps(machine, input as undefined));
  return { snapshot: snapshot as Snapshot, commands: commandsOf(actions), rows };
}

/** One event, without an actor and without a clock. */
export function advance(machine: AnyStateMachine, from: Snapshot, event: StepEvent): Step {
  const before = from as unknown as AnyMachineSnapshot;
  const [snapshot, actions] = transition(machine, before, event);
  return { snapshot: snapshot as Snapshot, commands: commandsOf(actions), rows: rowsTaken(machine, before, event) };
}

/** The state after these events, one after the other. */
export function reach(machine: AnyStateMachine, input: unknown, ...events: readonly StepEvent[]): Snapshot {
  return events.reduce((snapshot, event) => advance(machine, snapshot, event).snapshot, begin(machine, input).snapshot);
}

/** The rows of an event's macrostep: those of the event itself, and those of the eventless transitions after it. */
function rowsTaken(machine: AnyStateMachine, before: AnyMachineSnapshot, event: EventObject): readonly Row[] {
  const first = machine.getTransitionData(before, event).map(rowOf);
  return [...first, ...eventlessRows(machine, getMicrosteps(machine, before, event))];
}

/** The eventless transitions between the microsteps of a macrostep. */
function eventlessRows(machine: AnyStateMachine, microsteps: readonly (readonly [unknown, unknown])[]): readonly Row[] {
  return microsteps.slice(0, -1).flatMap(([between]) => {
    const snapshot = between as AnyMachineSnapshot;
    const taken = getNextTransitions(snapshot).find(
      (definition) => definition.eventType === '' && holds(machine, definition, snapshot),
    );
    return taken === undefined ? [] : [rowOf(taken)];
  });
}

/** Whether the guard of an eventless transition holds; such guards look at the context alone. */
function holds(machine: AnyStateMachine, definition: AnyTransitionDefinition, snapshot: AnyMachineSnapshot): boolean {
  const guard = machine.implementations.guards[guardName(definition.guard)] as
    ((scope: { readonly context: unknown }, params: undefined) => boolean) | undefined;
  return guard?.({ context: snapshot.context }, undefined) ?? true;
}

/** The commands among the actions: what is neither an update of the context nor the engine's own. */
function commandsOf(actions: readonly { readonly type: string; readonly params: unknown }[]): readonly Command[] {
  return actions
    .filter(({ type }) => isCommand(type))
    .map(({ type, params }) => ({ type, params })) as unknown as readonly Command[];
}

/** Whether an action of this name is a command: the others have no dot in their names, or are the engine's own. */
export function isCommand(type: string): boolean {
  return /^[a-z]+\.[a-zA-Z]+$/.test(type) && !type.startsWith('xstate.');
}
