import type { EventObject } from 'xstate';
import type { RecordedCommand } from '../description/host-adapter.js';
import type { Plain } from '../description/plain-data.js';
import type { ProcessState } from '../processes/process-state.js';
import type { Activity } from '../processes/process-step.js';
import type { StepKind } from '../state-space/step-buffer.js';

/** The kind of a step: what the transition of the system is. */
export type StepName = keyof typeof StepKind;

/** A message that was sent in a step. */
export interface SentMessage {
  /** The name of the sending process. */
  readonly from: string;
  /** The name of the receiving process. */
  readonly to: string;
  readonly message: Plain;
  readonly subject: string;
  /** Whether it was lost immediately, because the link is cut or the receiver will never run again. */
  readonly isLost: boolean;
}

/** A step of a trace: a transition of the system with everything that happened in it, as plain data. */
export interface Step {
  /** The time of the step, in ticks since the start. */
  readonly tick: number;
  readonly kind: StepName;
  /** The process in which it happened; absent for a tick and for a cut or healed link. */
  readonly process?: string;
  /** The actor that received the first event of the step. */
  readonly actor?: string;
  /** The process that sent the message that was delivered, dropped or duplicated. */
  readonly from?: string;
  /** The message that was delivered, dropped or duplicated. */
  readonly message?: Plain;
  /** The event of a timer or a stimulus. */
  readonly event?: EventObject;
  /** The invoked actor that settled or sent an event. */
  readonly child?: string;
  /** The id of the timer, the name of the stimulus or of the outcome, or the process or link that was cut or healed. */
  readonly name?: string;
  /**
   * For a crash in the middle of a step: what the process was at, and how many of the messages and notes of that it had
   * sent and written.
   */
  readonly interrupted?: { readonly kind: 'timer' | 'deliver' | 'stimulus' | 'settle'; readonly effects: number };
  /** The macrosteps of all actors involved, in order. */
  readonly activities: readonly Activity[];
  /** The commands that these recorded, in order, each with the actor that recorded it. */
  readonly commands: readonly (RecordedCommand & { readonly actor: string })[];
  /** The messages that were sent, in order. */
  readonly sent: readonly SentMessage[];
  /** The states of the processes that changed, after the step. */
  readonly changed: readonly ProcessState[];
  /** The error, if the step failed. */
  readonly fault?: string;
}

/** An execution of a system: its initial state, and each step with everything that happened in it. */
export interface Trace {
  /** The names of all processes. */
  readonly processes: readonly string[];
  /** The initial state of each process, after its start. */
  readonly initial: readonly ProcessState[];
  readonly steps: readonly Step[];
  /** The index of the first step of the loop, for an infinite execution that ends in one. */
  readonly loopAt?: number;
}
