import { itemAt, outOfRange } from '../structures/checked-reads.js';
import { createMachineCoverage, type Coverage } from './coverage.js';
import { createMachineStepper } from './machine-step.js';
import type { CompiledSystem } from '../description/compile-system.js';
import { invokedBy } from '../description/invoked.js';
import { createInterning } from '../structures/interning.js';
import { createIntPairMap } from '../structures/int-pair-map.js';
import { canonicalText, frozenAs, isAlike, type Plain } from '../description/plain-data.js';
import type { ProcessInput } from './process-host.js';
import { react, unstarted, type Reaction } from './process-step.js';
import { later, type ActorState, type ProcessState } from './process-state.js';

/** A message as the network carries it. */
export interface Message {
  readonly message: Plain;
  readonly subject: string;
}

/** A reaction in integers: `sent` holds pairs of link and message. */
export interface CompiledReaction {
  readonly next: number;
  readonly sent: Int32Array;
  /** How many messages were sent and notes written. */
  readonly effects: number;
  readonly fault: string | undefined;
}

export type ReactionListener = (state: number, input: number, reaction: CompiledReaction) => void;

/**
 * The processes' part of the state space: states, inputs and messages as integers, and every reaction computed once.
 * A state names its process, so one table serves all processes.
 */
export interface ProcessTable {
  readonly states: readonly ProcessState[];
  readonly messages: readonly Message[];
  readonly inputs: readonly ProcessInput[];
  bytes(): number;
  /** The state of each process before its start. */
  readonly unstarted: readonly number[];
  stateId(state: ProcessState): number;
  inputId(input: ProcessInput): number;
  messageId(message: Message): number;
  /** The inputs of the timers that may fire. */
  due(state: number): Int32Array;
  /** Whether a timer must fire, or something come of an invoked actor, before time goes on. */
  isHeldUp(state: number): boolean;
  /** The inputs of what may come of the actors that are invoked. */
  outcomes(state: number): Int32Array;
  isAlive(state: number): boolean;
  /** The state one tick later; what is due stays due. */
  tick(state: number): number;
  /** @param isCompared whether somebody compares it with another run, so that it need not be run twice. */
  react(state: number, input: number, isCompared?: boolean): CompiledReaction;
  /** Calls the listener with each reaction that is computed from now on. */
  watch(listener: ReactionListener): void;
  /** The same reaction with all that a trace tells, computed anew. */
  explain(state: number, input: number): Reaction;
  /** What was never used of the machines, by their names. */
  coverage(): Readonly<Record<string, Coverage>>;
}

const nothing = new Int32Array(0);

/** Whether two runs of one input came to the same, whatever they noted for traces. */
function isSameReaction(one: Reaction, other: Reaction): boolean {
  return one.fault === other.fault && isAlike(one.next, other.next) && isAlike(one.sent, other.sent);
}

/** Makes an empty table for a system. */
export function createProcessTable(system: CompiledSystem): ProcessTable {
  const coverages = new Map(Array.from(system.machines, ([name, machine]) => [name, createMachineCoverage(machine)]));
  const steppers = new Map(
    Array.from(coverages, ([name, { watched, observe }]) => [name, createMachineStepper(watched, observe)]),
  );
  const states = createInterning<ProcessState>();
  const actorStates = createInterning<ActorState>();
  /** The numbers of those actors' states that are known as objects already. */
  const actorIds = new WeakMap<ActorState, number>();
  const messages = createInterning<Message>();
  const inputs = createInterning<ProcessInput>();
  const due: Int32Array[] = [];
  const outcomes: Int32Array[] = [];
  const heldUp: boolean[] = [];
  const alive: boolean[] = [];
  const ticked: number[] = [];
  const reactions: CompiledReaction[] = [];
  const known = createIntPairMap();
  const listeners: ReactionListener[] = [];

  function actorId(actor: ActorState): number {
    const known = actorIds.get(actor);
    if (known !== undefined) return known;
    const id = actorStates.idOf(canonicalText(actor, 'the state'), () => actor);
    actorIds.set(actor, id);
    return id;
  }

  /** The one text of a state. Most of its actors are as they were before, so each of them is one number in it. */
  function textOf({ process, isAlive, actors, notes }: ProcessState): string {
    const ids = actors.map(actorId).join();
    return `${system.processes.indexOf(process)} ${isAlive ? 1 : 0} ${ids} ${canonicalText(notes, 'the notes')}`;
  }

  function stateId(state: ProcessState): number {
    // Equal actors become the same objects, so that what is known of one need not be found out again.
    const id = states.idOf(textOf(state), () => ({
      ...state,
      notes: frozenAs(state.notes, 'the notes'),
      actors: state.actors.map((actor) => itemAt(actorStates.values, actorId(actor))),
    }));
    if (id === due.length) {
      const timers = state.actors.flatMap((actor) => actor.timers.map((timer) => ({ actor: actor.id, ...timer })));
      const dueNow = timers.filter(({ left, early = 0 }) => left <= early);
      due.push(Int32Array.from(dueNow.map(({ actor, id: timer }) => inputId({ kind: 'timer', actor, id: timer }))));
      const pending = state.actors.flatMap((actor) =>
        (actor.pending ?? []).map((child) => ({ actor: actor.id, child })),
      );
      outcomes.push(
        Int32Array.from(
          pending.flatMap(({ actor, child }) =>
            Object.keys(invokedBy(system.invoked, child)?.outcomes ?? {}).map((outcome) =>
              inputId({ kind: 'settle', actor, child: child.id, outcome }),
            ),
          ),
        ),
      );
      heldUp.push([...timers, ...pending.map(({ child }) => child)].some(({ left }) => left === 0));
      alive.push(state.isAlive);
      const standsStill = [...timers, ...pending.map(({ child }) => child)].every(({ left = 0 }) => left === 0);
      ticked.push(standsStill ? id : -1);
    }
    return id;
  }

  function inputId(input: ProcessInput): number {
    return inputs.idOf(canonicalText(input, 'the input'), () => input);
  }

  function messageId(message: Message): number {
    return messages.idOf(canonicalText(message, 'the message'), () => message);
  }

  function explain(state: number, input: number): Reaction {
    const from = itemAt(states.values, state);
    const starts = itemAt(system.starts, system.processes.indexOf(from.process));
    return react(system, steppers, from, starts, itemAt(inputs.values, input));
  }

  function compile(state: number, input: number, isCompared: boolean): CompiledReaction {
    const reaction = explain(state, input);
    const again = isCompared ? reaction : explain(state, input);
    // The machines' own steps have been compared already, so what differs is the host's doing.
    const fault =
      reaction.fault ??
      (isSameReaction(reaction, again)
        ? undefined
        : 'the adapter is not deterministic: the same input led to different effects');
    // What broke has no state after it: its context may not even be plain data.
    if (fault !== undefined) return { next: state, sent: nothing, effects: 0, fault };
    const from = system.processes.indexOf(reaction.next.process);
    const sent = reaction.sent.flatMap(({ to, message, subject }) => [
      system.linkBetween(from, system.processes.indexOf(to)),
      messageId({ message, subject }),
    ]);
    return { next: stateId(reaction.next), sent: Int32Array.from(sent), effects: reaction.effects, fault };
  }

  function tick(state: number): number {
    const from = itemAt(states.values, state);
    return stateId({ ...from, actors: from.actors.map(later) });
  }

  return {
    states: states.values,
    messages: messages.values,
    inputs: inputs.values,
    bytes() {
      return known.bytes();
    },
    unstarted: system.processes.map((process) => stateId(unstarted(process))),
    stateId,
    inputId,
    messageId,
    due: (state) => due[state] ?? outOfRange(due.length, state),
    outcomes: (state) => outcomes[state] ?? outOfRange(outcomes.length, state),
    isHeldUp: (state) => heldUp[state] ?? outOfRange(heldUp.length, state),
    isAlive: (state) => alive[state] ?? outOfRange(alive.length, state),
    tick(state) {
      const after = ticked[state] ?? outOfRange(ticked.length, state);
      return after === -1 ? (ticked[state] = tick(state)) : after;
    },
    react(state, input, isCompared = false) {
      let index = known.get(state, input);
      if (index === -1) {
        index = reactions.length;
        const reaction = compile(state, input, isCompared);
        // A listener may ask for further reactions, so this one is known before it is told.
        reactions.push(reaction);
        known.set(state, input, index);
        for (const listener of listeners) listener(state, input, reaction);
      }
      return reactions[index] ?? outOfRange(reactions.length, index);
    },
    watch(listener) {
      listeners.push(listener);
    },
    explain,
    coverage: () => Object.fromEntries(Array.from(coverages, ([name, coverage]) => [name, coverage.report()])),
  };
}
