import type { EventObject } from 'xstate';
import type { RecordedCommand } from '../description/host-adapter.js';
import type { Plain } from '../description/plain-data.js';
import type { ProcessState } from '../processes/process-state.js';
import type { Activity } from '../processes/process-step.js';
import type { StepKind } from '../state-space/step-buffer.js';

/** What a step is. */
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

/** A way through the states of a system: where it starts, and each step with all that happened in it. */
export interface Trace {
  readonly processes: readonly string[];
  /** The states of all processes after their start. */
  readonly initial: readonly ProcessState[];
  readonly steps: readonly Step[];
  /** The step with which the part begins that repeats for ever. */
  readonly loopAt?: number;
}
