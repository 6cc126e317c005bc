import type { EventObject } from 'xstate';
import type { CompiledSystem } from '../description/compile-system.js';
import type { RecordedCommand } from '../description/host-adapter.js';
import type { Plain } from '../description/plain-data.js';
import type { ProcessInput } from '../processes/process-host.js';
import type { Activity, Sent } from '../processes/process-step.js';
import type { ProcessState } from '../processes/process-state.js';
import { StepKind } from '../state-space/step-buffer.js';
import type { Successors } from '../state-space/successors.js';

export type StepName = keyof typeof StepKind;

/** A message that a step sent. */
export interface SentMessage {
  readonly from: string;
  readonly to: string;
  readonly message: Plain;
  readonly subject: string;
  /** Lost at once, since the link is cut or nobody will ever read it. */
  readonly isLost: boolean;
}

/** One step of a trace: all that happened, as plain data. */
export interface Step {
  /** The ticks that have passed since the start. */
  readonly tick: number;
  readonly kind: StepName;
  /** Where it happened; absent for a tick and for a cut or healed link. */
  readonly process?: string;
  /** The actor that got the first event of the step. */
  readonly actor?: string;
  /** Who sent the message that was delivered, dropped or duplicated. */
  readonly from?: string;
  readonly message?: Plain;
  /** The event of a timer or a stimulus. */
  readonly event?: EventObject;
  /** The timer's id, the stimulus's name, the process or link that was cut or healed. */
  readonly name?: string;
  /** Every macrostep of every actor that took part, in order. */
  readonly activities: readonly Activity[];
  readonly commands: readonly (RecordedCommand & { readonly actor: string })[];
  readonly sent: readonly SentMessage[];
  /** The state of the processes that changed, after the step. */
  readonly changed: readonly ProcessState[];
  /** What broke. */
  readonly fault?: string;
}

export interface Trace {
  readonly processes: readonly string[];
  /** The states of all processes after their start. */
  readonly initial: readonly ProcessState[];
  readonly steps: readonly Step[];
  /** The step with which the part begins that repeats for ever. */
  readonly loopAt?: number;
}

const kindNames = Object.keys(StepKind) as StepName[];

type Draft = { -readonly [Key in keyof Step]: Step[Key] };

/** Turns ways through the states into traces, by taking each step once more. */
export interface TraceMaker {
  /** The trace along these states. */
  along(states: readonly Int32Array[], loopAt?: number): Trace;
  /** The same with one more step: number `step` out of the last state, which may have broken something. */
  withLastStep(states: readonly Int32Array[], step: number): Trace;
  /** What broke at the very start. */
  atStart(process: number, fault: string): Trace;
}

/** Makes the trace maker of a system. @param expand fills the step buffer with the steps out of a state. */
export function createTraceMaker(
  system: CompiledSystem,
  { processes, steps, surroundings, width }: Successors,
  expand: (state: Int32Array) => void,
): TraceMaker {
  const statesIn = (words: Int32Array): readonly ProcessState[] =>
    system.processes.flatMap((_, index) => processes.states[words[index] ?? 0] ?? []);

  /** The inputs that step `index` gave to processes, in order. */
  function inputsOf(index: number): readonly (readonly [process: number, input: ProcessInput])[] {
    const which = steps.which[index] ?? 0;
    const detail = steps.details[index] ?? 0;
    switch (steps.kinds[index]) {
      case StepKind.timer:
        return [[which, processes.inputs[detail] ?? { kind: 'start' }]];
      case StepKind.deliver: {
        const link = system.links[which];
        const message = processes.messages[detail]?.message ?? null;
        return [[link?.to ?? 0, { kind: 'message', from: system.processes[link?.from ?? 0], message }]];
      }
      case StepKind.stimulus: {
        const stimulus = system.stimuli[which];
        return stimulus === undefined ? [] : [[stimulus.process, stimulus.input]];
      }
      case StepKind.crash:
        return [[which, { kind: 'crash' }]];
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
    return (system.faults.cut.of[target]?.processes ?? []).map((process) => [process, { kind }] as const);
  }

  /** Names whom a step concerns. */
  function describe(index: number): Partial<Draft> {
    const which = steps.which[index] ?? 0;
    const detail = steps.details[index] ?? 0;
    switch (steps.kinds[index]) {
      case StepKind.timer: {
        const input = processes.inputs[detail];
        const process = system.processes[which] ?? '';
        return input?.kind === 'timer' ? { process, actor: input.actor, name: input.id } : { process };
      }
      case StepKind.deliver:
      case StepKind.drop:
      case StepKind.duplicate: {
        const link = system.links[which];
        return {
          process: system.processes[link?.to ?? 0] ?? '',
          from: system.processes[link?.from ?? 0] ?? '',
          message: processes.messages[detail]?.message ?? null,
        };
      }
      case StepKind.stimulus: {
        const { name = '', process = 0, input } = system.stimuli[which] ?? {};
        const shared = { name, process: system.processes[process] ?? '' };
        if (input?.kind === 'event') return { ...shared, actor: input.actor, event: input.event };
        return { ...shared, message: input?.message ?? null };
      }
      case StepKind.cut:
      case StepKind.heal: {
        const target = system.faults.cut.of[which];
        const process = system.processes[target?.processes[0] ?? -1];
        return { name: target?.name ?? '', ...(process === undefined ? {} : { process }) };
      }
      case StepKind.tick:
        return {};
      default:
        return { process: system.processes[which] ?? '' };
    }
  }

  function sentFrom(process: number, message: Sent, after: Int32Array): SentMessage {
    const to = system.processes.indexOf(message.to);
    const isDown = surroundings.isDown(after[width - 1] ?? 0, system.linkBetween(process, to));
    const isGone = !system.faults.crash.restart && !processes.isAlive(after[to] ?? 0);
    return { from: system.processes[process] ?? '', ...message, isLost: isDown || isGone };
  }

  /** Tells step `index` of the buffer, which leaves the state `before`. */
  function tell(before: Int32Array, index: number, tick: number): Step {
    const activities: Activity[] = [];
    const sent: SentMessage[] = [];
    const after = steps.words.subarray(index * width, (index + 1) * width);
    for (const [process, input] of inputsOf(index)) {
      const reaction = processes.explain(before[process] ?? 0, processes.inputId(input));
      activities.push(...reaction.activities);
      sent.push(...reaction.sent.map((message) => sentFrom(process, message, after)));
    }
    const isTick = steps.kinds[index] === StepKind.tick;
    const fault = steps.faults[index];
    const told: Draft = {
      tick,
      kind: kindNames[steps.kinds[index] ?? 0] ?? 'tick',
      ...describe(index),
      activities,
      commands: activities.flatMap(({ actor, commands }) => commands.map((command) => ({ actor, ...command }))),
      sent,
      changed: statesIn(after).filter((_, process) => !isTick && after[process] !== before[process]),
    };
    const [first] = activities;
    if (first !== undefined) told.actor ??= first.actor;
    if (told.kind === 'timer' && first !== undefined) told.event = first.event;
    if (fault !== undefined) told.fault = fault;
    return told;
  }

  function stepBetween(from: Int32Array, to: Int32Array): number {
    expand(from);
    for (let index = 0; index < steps.count; index += 1) {
      const at = index * width;
      if (steps.faults[index] === undefined && to.every((word, k) => steps.words[at + k] === word)) return index;
    }
    throw new Error('a step of the trace was not found again: an adapter or a guard is not deterministic');
  }

  function along(states: readonly Int32Array[]): Step[] {
    const told: Step[] = [];
    let tick = 0;
    for (let k = 1; k < states.length; k += 1) {
      const [from, to] = [states[k - 1], states[k]];
      if (from === undefined || to === undefined) continue;
      const step = tell(from, stepBetween(from, to), tick);
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

  return {
    along: (states, loopAt) => traceOf(states[0], along(states), loopAt),
    withLastStep(states, step) {
      const told = along(states);
      const last = states[states.length - 1];
      if (last === undefined) return traceOf(undefined, told);
      expand(last);
      return traceOf(states[0], [...told, tell(last, step, tickAfter(told))]);
    },
    atStart(process, fault) {
      const before = processes.unstarted[process] ?? 0;
      const { activities } = processes.explain(before, processes.inputId({ kind: 'start' }));
      const commands = activities.flatMap(({ actor, commands: own }) => own.map((command) => ({ actor, ...command })));
      const name = system.processes[process] ?? '';
      return traceOf(undefined, [
        { tick: 0, kind: 'restart', process: name, activities, commands, sent: [], changed: [], fault },
      ]);
    },
  };
}
