import type { CompiledSystem } from '../description/compile-system.js';
import { itemAt } from '../structures/checked-reads.js';
import { canonicalText } from '../description/plain-data.js';
import type { ProcessInput } from '../processes/process-host.js';
import { later, type ProcessState } from '../processes/process-state.js';
import { createRealProcess } from './real-process.js';
import type { Step, Trace } from './trace.js';

/** The result of replaying a trace: how real actors compare with the model. */
export interface ReplayReport {
  /** The number of steps of the trace. */
  readonly steps: number;
  /** How many comparisons were made, of the states of processes and of messages sent. */
  readonly comparisons: number;
  /** The differences, in words. Empty if the actors conform to the model. */
  readonly differences: readonly string[];
}

function stateLater({ actors, ...rest }: ProcessState): ProcessState {
  return { ...rest, actors: actors.map(later) };
}

/** What a step of its kind tells. @throws Error for a trace that was not made by an exploration. */
function told<Key extends 'actor' | 'child' | 'name' | 'from' | 'message'>(
  step: Step,
  key: Key,
): Exclude<Step[Key], undefined> {
  const value = step[key];
  if (value === undefined) throw new Error(`expected a step of the kind ${step.kind} to tell its ${key}`);
  return value as Exclude<Step[Key], undefined>;
}

function inputOf(step: Step, system: CompiledSystem): ProcessInput | undefined {
  switch (step.kind) {
    case 'timer':
      return { kind: 'timer', actor: told(step, 'actor'), id: told(step, 'name') };
    case 'settle':
      return { kind: 'settle', actor: told(step, 'actor'), child: told(step, 'child'), outcome: told(step, 'name') };
    case 'deliver':
      return { kind: 'message', from: told(step, 'from'), message: told(step, 'message') };
    case 'stimulus':
      return system.stimuli.find(({ name }) => name === step.name)?.input;
    case 'crash': {
      const { interrupted } = step;
      const input = interrupted === undefined ? undefined : inputOf({ ...step, kind: interrupted.kind }, system);
      if (interrupted === undefined || input === undefined) return { kind: 'crash' };
      return { kind: 'interrupted', input, effects: interrupted.effects };
    }
    case 'restart':
      return { kind: 'start' };
    case 'cut':
      return { kind: 'disconnected' };
    case 'heal':
      return { kind: 'reconnected' };
    default:
      return undefined;
  }
}

/**
 * Drives real actors, made by `createActor` on a clock that is moved by hand, along a trace, and compares after each
 * step every snapshot, every timer and every message sent with what the explorer says.
 */
export function replayTrace(system: CompiledSystem, trace: Trace): ReplayReport {
  let sent: string[] = [];
  const real = trace.processes.map((process, index) =>
    createRealProcess(system, process, itemAt(system.starts, index), (to, message) => {
      sent.push(canonicalText({ from: process, to, message }, 'the message'));
    }),
  );
  let model: readonly ProcessState[] = trace.initial;
  let comparisons = 0;
  const differences: string[] = [];

  function compare(place: string, what: string, expected: string, found: string): void {
    comparisons += 1;
    if (expected !== found) differences.push(`${place}, ${what}: the model says ${expected}, the actors say ${found}`);
  }

  function compareStates(place: string): void {
    model.forEach((expected, index) => {
      const found = itemAt(real, index).state();
      compare(place, expected.process, canonicalText(expected, 'the model'), canonicalText(found, 'the actors'));
    });
  }

  for (const process of real) process.give({ kind: 'start' });
  if (trace.initial.length === 0) return { steps: 0, comparisons, differences };
  compareStates('at the start');
  trace.steps.forEach((step, number) => {
    // What broke has no state to compare with.
    if (step.fault !== undefined) return;
    const place = `step ${number + 1}, ${step.kind}`;
    sent = [];
    if (step.kind === 'tick') for (const process of real) process.tick();
    const input = inputOf(step, system);
    // A link that is cut is at no process.
    if (input !== undefined && step.process !== undefined) {
      itemAt(real, trace.processes.indexOf(step.process)).give(input);
    }
    model = model.map(
      (state) =>
        step.changed.find(({ process: changed }) => changed === state.process) ??
        (step.kind === 'tick' ? stateLater(state) : state),
    );
    compareStates(place);
    const expected = step.sent.map(({ from, to, message }) => canonicalText({ from, to, message }, 'the message'));
    compare(place, 'messages sent', expected.join(), sent.join());
  });
  return { steps: trace.steps.length, comparisons, differences };
}
