import type { CompiledSystem } from '../description/compile-system.js';
import { isAlike } from '../description/plain-data.js';
import type { InterruptedInput, ProcessInput, SettleInput } from '../processes/process-host.js';
import type { ProcessState } from '../processes/process-state.js';
import type { Activity, Sent } from '../processes/process-step.js';
import { createStepBuffer, StepKind, type FoundStep, type StepBuffer } from '../state-space/step-buffer.js';
import type { Successors } from '../state-space/successors.js';
import { itemAt, lastOf, wordAt } from '../structures/checked-reads.js';
import type { SentMessage, Step, StepName, Trace } from './trace.js';

const kindNames = Object.keys(StepKind) as StepName[];

type Draft = { -readonly [Key in keyof Step]: Step[Key] };

/** Turns ways through the states into traces, by taking each step once more. */
export interface TraceMaker {
  /**
   * The trace along these states. Where time alone leads from one to the next, or to itself, time goes on: a round must
   * not be shown as one in which something else happens again and again, and time stands still.
   */
  along(states: readonly Int32Array[], loopAt?: number): Trace;
  /** The trace of a walk, by the number of each step among those out of its state. */
  walked(states: readonly Int32Array[], numbers: readonly number[]): Trace;
  /** The same with one more step: number `step` out of the last state, which may have broken something. */
  withLastStep(states: readonly Int32Array[], step: number): Trace;
  /** The same with a step that breaks: this one, or where ids were exchanged on the way the first one that does. */
  withBrokenStep(states: readonly Int32Array[], step: number): Trace;
  /** What broke at the very start. */
  atStart(process: number, fault: string): Trace;
}

/**
 * Makes the trace maker of a system. It finds steps again in a buffer of its own, so that a trace can be made in the
 * midst of an exploration.
 *
 * @param expand adds the steps out of a state to a buffer.
 */
export function createTraceMaker(
  system: CompiledSystem,
  { processes, surroundings, width }: Successors,
  expand: (state: Int32Array, into: StepBuffer) => void,
): TraceMaker {
  const steps = createStepBuffer(width);
  const nameOf = (process: number): string => itemAt(system.processes, process);
  const statesIn = (words: Int32Array): readonly ProcessState[] =>
    system.processes.map((_, process) => itemAt(processes.states, wordAt(words, process)));

  /** The steps out of a state, in the place of others. */
  function find(state: Int32Array): void {
    steps.clear();
    expand(state, steps);
  }

  /** The inputs that a step gave to processes, in order. */
  function inputsOf({ kind, which, detail }: FoundStep): readonly (readonly [process: number, input: ProcessInput])[] {
    switch (kind) {
      case StepKind.timer:
        return [[which, itemAt(processes.inputs, detail)]];
      case StepKind.deliver: {
        const { from, to } = itemAt(system.links, which);
        const { message } = itemAt(processes.messages, detail);
        return [[to, { kind: 'message', from: nameOf(from), message }]];
      }
      case StepKind.stimulus: {
        const { process, input } = itemAt(system.stimuli, which);
        return [[process, input]];
      }
      case StepKind.crash:
      case StepKind.settle:
        return [[which, itemAt(processes.inputs, detail)]];
      case StepKind.restart:
        return [[which, { kind: 'start' }]];
      case StepKind.cut:
        return noticedBy(which, 'disconnected');
      case StepKind.heal:
        return noticedBy(which, 'reconnected');
      default:
        return [];
    }
  }

  function noticedBy(target: number, kind: 'disconnected' | 'reconnected') {
    if (system.adapter[kind] === undefined) return [];
    return itemAt(system.faults.cut.of, target).processes.map((process) => [process, { kind }] as const);
  }

  /** Names whom a step concerns. */
  function describe({ kind, which, detail }: FoundStep): Partial<Draft> {
    switch (kind) {
      case StepKind.timer: {
        const input = itemAt(processes.inputs, detail);
        const process = nameOf(which);
        return input.kind === 'timer' ? { process, actor: input.actor, name: input.id } : { process };
      }
      case StepKind.deliver:
      case StepKind.drop:
      case StepKind.duplicate: {
        const { from, to } = itemAt(system.links, which);
        const { message } = itemAt(processes.messages, detail);
        return { process: nameOf(to), from: nameOf(from), message };
      }
      case StepKind.stimulus: {
        const { name, process, input } = itemAt(system.stimuli, which);
        const shared = { name, process: nameOf(process) };
        if (input.kind === 'event') return { ...shared, actor: input.actor, event: input.event };
        return { ...shared, message: input.message };
      }
      case StepKind.cut:
      case StepKind.heal: {
        const { name, processes: cutOff } = itemAt(system.faults.cut.of, which);
        // A link that is cut is at no process.
        const [process] = cutOff;
        return { name, ...(process === undefined ? {} : { process: nameOf(process) }) };
      }
      case StepKind.tick:
        return {};
      case StepKind.settle: {
        const input = itemAt(processes.inputs, detail);
        return { process: nameOf(which), ...(input.kind === 'settle' ? describeSettled(input) : {}) };
      }
      case StepKind.crash: {
        const input = itemAt(processes.inputs, detail);
        return { process: nameOf(which), ...(input.kind === 'interrupted' ? describeInterrupted(which, input) : {}) };
      }
      default:
        return { process: nameOf(which) };
    }
  }

  function describeSettled({ actor, child, outcome }: SettleInput): Partial<Draft> {
    return { actor, child, name: outcome };
  }

  /** What a process was at when it crashed. */
  function describeInterrupted(process: number, { input, effects }: InterruptedInput): Partial<Draft> {
    if (input.kind === 'timer') {
      return { interrupted: { kind: 'timer', effects }, actor: input.actor, name: input.id };
    }
    if (input.kind === 'settle') return { interrupted: { kind: 'settle', effects }, ...describeSettled(input) };
    if (input.kind === 'message' && input.from !== undefined) {
      return { interrupted: { kind: 'deliver', effects }, from: input.from, message: input.message };
    }
    const stimulus = system.stimuli.find((other) => other.process === process && isAlike(other.input, input));
    return { interrupted: { kind: 'stimulus', effects }, ...(stimulus === undefined ? {} : { name: stimulus.name }) };
  }

  function sentFrom(process: number, message: Sent, after: Int32Array): SentMessage {
    const to = system.processes.indexOf(message.to);
    const isDown = surroundings.isDown(wordAt(after, width - 1), system.linkBetween(process, to));
    const isGone = !system.faults.crash.restart && !processes.isAlive(wordAt(after, to));
    return { from: nameOf(process), ...message, isLost: isDown || isGone };
  }

  /** Tells a step that was found, which leaves the state `before`. */
  function tell(before: Int32Array, found: FoundStep, tick: number): Step {
    const activities: Activity[] = [];
    const sent: SentMessage[] = [];
    const { after, fault } = found;
    for (const [process, input] of inputsOf(found)) {
      const reaction = processes.explain(wordAt(before, process), processes.inputId(input));
      activities.push(...reaction.activities);
      sent.push(...reaction.sent.map((message) => sentFrom(process, message, after)));
    }
    const isTick = found.kind === StepKind.tick;
    const told: Draft = {
      tick,
      kind: itemAt(kindNames, found.kind),
      ...describe(found),
      activities,
      commands: activities.flatMap(({ actor, commands }) => commands.map((command) => ({ actor, ...command }))),
      sent,
      changed: statesIn(after).filter((_, process) => !isTick && after[process] !== before[process]),
    };
    const [first] = activities;
    if (first !== undefined) told.actor ??= first.actor;
    if ((told.kind === 'timer' || told.kind === 'settle') && first !== undefined) told.event = first.event;
    if (fault !== undefined) told.fault = fault;
    return told;
  }

  function stepBetween(from: Int32Array, to: Int32Array): FoundStep {
    find(from);
    let found = -1;
    for (let step = 0; step < steps.count; step += 1) {
      const at = step * width;
      if (steps.faults[step] !== undefined || !to.every((word, k) => steps.words[at + k] === word)) continue;
      if (found === -1 || steps.kinds[step] === StepKind.tick) found = step;
    }
    if (found !== -1) return steps.read(found);
    throw new Error('a step of the trace was not found again: an adapter or a guard is not deterministic');
  }

  function numbered(from: Int32Array, step: number): FoundStep {
    find(from);
    return steps.read(step);
  }

  /** @param numbers of the steps, where they are known. */
  function tellAlong(states: readonly Int32Array[], numbers?: readonly number[]): Step[] {
    const told: Step[] = [];
    let tick = 0;
    for (let k = 1; k < states.length; k += 1) {
      const from = itemAt(states, k - 1);
      const found =
        numbers === undefined ? stepBetween(from, itemAt(states, k)) : numbered(from, itemAt(numbers, k - 1));
      const step = tell(from, found, tick);
      if (step.kind === 'tick') tick += 1;
      told.push(step);
    }
    return told;
  }

  const tickAfter = (told: readonly Step[]) => told.filter(({ kind }) => kind === 'tick').length;

  const traceOf = (first: Int32Array | undefined, told: readonly Step[], loopAt?: number): Trace => ({
    processes: system.processes,
    initial: first === undefined ? [] : statesIn(first),
    steps: told,
    ...(loopAt === undefined ? {} : { loopAt }),
  });

  /** @param choose the number of the last step, when the steps out of the last state are found. */
  function withStep(states: readonly Int32Array[], choose: () => number): Trace {
    const told = tellAlong(states);
    const last = lastOf(states);
    find(last);
    return traceOf(states[0], [...told, tell(last, steps.read(choose()), tickAfter(told))]);
  }

  return {
    along: (states, loopAt) => traceOf(states[0], tellAlong(states), loopAt),
    walked: (states, numbers) => traceOf(states[0], tellAlong(states, numbers)),
    withLastStep: (states, step) => withStep(states, () => step),
    withBrokenStep: (states, step) =>
      withStep(states, () => {
        const faults = steps.faults.slice(0, steps.count);
        return faults[step] === undefined ? faults.findIndex((fault) => fault !== undefined) : step;
      }),
    atStart(process, fault) {
      const before = itemAt(processes.unstarted, process);
      const { activities } = processes.explain(before, processes.inputId({ kind: 'start' }));
      const commands = activities.flatMap(({ actor, commands: own }) => own.map((command) => ({ actor, ...command })));
      return traceOf(undefined, [
        { tick: 0, kind: 'restart', process: nameOf(process), activities, commands, sent: [], changed: [], fault },
      ]);
    },
  };
}
