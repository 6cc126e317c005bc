import type { AnyActor, AnyStateMachine, AnyStateNode, AnyTransitionDefinition, EventObject, Snapshot } from 'xstate';
import type { RecordDraft } from './draft.js';
import { indexMachine } from './machine-record.js';
import type { TimerRecord } from './record.js';

/** A timer that runs. Times are those of the recorder, in milliseconds. */
interface RunningTimer {
  readonly state: string;
  readonly delay: string;
  readonly duration: number;
  readonly event: EventObject;
  startedAt: number;
}

/** What is known of one live actor, and of the step that it is in. */
export interface ActorEntry {
  readonly actor: AnyActor;
  readonly id: string;
  isTold: boolean;
  /** The context that was told last, to see whether it has changed. */
  context: unknown;
  /** The states that were active after the last step. */
  nodes: readonly AnyStateNode[];
  /** Events that it was sent and has not taken yet, the one that it is taking first. */
  readonly pending: { readonly event: EventObject; readonly from: string | undefined }[];
  /** The snapshot after the last microstep of the step that it is in. */
  readonly stepped: Snapshot<unknown> | undefined;
  /** Commands of the step that it is in, and what is told after that step. */
  readonly commands: string[];
  readonly followers: RecordDraft[];
  noteMicrostep(transitions: readonly AnyTransitionDefinition[], snapshot: Snapshot<unknown>): void;
  /** Notes an action that starts or cancels a timer, or is XState's own. Says whether it is one. */
  noteTimer(type: string, params: unknown, system: string, now: number): boolean;
  /** Gives away what the step has gathered. */
  takeStep(): {
    readonly taken: readonly AnyTransitionDefinition[];
    readonly commands: readonly string[];
    readonly followers: readonly RecordDraft[];
  };
  /** Takes over the timers that run already. */
  adoptTimers(now: number): void;
  runningTimers(system: string, now: number): readonly RecordDraft[];
  /** The timer that this event is of has fired, where it is of one. */
  fire(event: EventObject, system: string): RecordDraft | undefined;
  /** A sign of life restarted the timers so long ago. */
  restart(system: string, now: number, agoMs: number): readonly RecordDraft[];
  cancelAll(system: string): readonly RecordDraft[];
}

interface ScheduledEvent {
  readonly id: string;
  readonly source: unknown;
  readonly event: EventObject;
  readonly delay: number;
  /** Wall-clock time. */
  readonly startedAt: number;
}

export function createActorEntry(actor: AnyActor, id: string): ActorEntry {
  const timers = new Map<string, RunningTimer>();
  let taken: AnyTransitionDefinition[] = [];
  let commands: string[] = [];
  let followers: RecordDraft[] = [];
  let stepped: Snapshot<unknown> | undefined;

  const nameTimer = (timer: string, event: EventObject, delay: number): { state: string; delay: string } => {
    const logic = actor.logic as object;
    const index = 'root' in logic ? indexMachine(logic as AnyStateMachine) : undefined;
    return (
      index?.timerOf(event.type) ?? { state: index?.root.id ?? '', delay: timer.includes('.') ? timer : `${delay}` }
    );
  };

  const draft = (op: TimerRecord['op'], system: string, timer: string, running: RunningTimer) => ({
    type: 'timer' as const,
    op,
    system,
    actor: id,
    timer,
    state: running.state,
    delay: running.delay,
  });

  const started = (system: string, timer: string, running: RunningTimer, now: number): RecordDraft => {
    const total = running.duration;
    const ago = now - running.startedAt;
    const start = { ...draft('start', system, timer, running), duration: total };
    if (ago < 1) return start;
    return { ...start, duration: Math.max(0, Math.round((total - ago) * 1000) / 1000), total };
  };

  return {
    actor,
    id,
    isTold: false,
    context: undefined,
    nodes: [],
    pending: [],
    get stepped() {
      return stepped;
    },
    get commands() {
      return commands;
    },
    get followers() {
      return followers;
    },
    noteMicrostep: (transitions, snapshot) => {
      taken.push(...transitions);
      stepped = snapshot;
    },
    noteTimer: (type, params, system, now) => {
      if (type === 'xstate.cancel') {
        const timer = String((params as { readonly sendId?: unknown } | undefined)?.sendId);
        const running = timers.get(timer);
        if (running !== undefined) {
          timers.delete(timer);
          followers.push(draft('cancel', system, timer, running));
        }
        return true;
      }
      if (type !== 'xstate.raise' && type !== 'xstate.sendTo') return false;
      const { id: timer, delay, event } = (params ?? {}) as { id?: string; delay?: unknown; event?: EventObject };
      if (typeof delay !== 'number' || event === undefined) return type === 'xstate.raise';
      const key = timer ?? event.type;
      const running = { ...nameTimer(key, event, delay), duration: delay, event, startedAt: now };
      timers.set(key, running);
      followers.push(started(system, key, running, now));
      return true;
    },
    takeStep: () => {
      const step = { taken, commands, followers };
      taken = [];
      commands = [];
      followers = [];
      stepped = undefined;
      return step;
    },
    adoptTimers: (now) => {
      const { _scheduledEvents } = actor.system.getSnapshot() as unknown as {
        readonly _scheduledEvents: Readonly<Record<string, ScheduledEvent>>;
      };
      for (const { source, id: timer, event, delay, startedAt } of Object.values(_scheduledEvents)) {
        if (source !== actor || timers.has(timer)) continue;
        const ago = Math.max(0, Date.now() - startedAt);
        timers.set(timer, { ...nameTimer(timer, event, delay), duration: delay, event, startedAt: now - ago });
      }
    },
    runningTimers: (system, now) => Array.from(timers, ([timer, running]) => started(system, timer, running, now)),
    fire: (event, system) => {
      for (const [timer, running] of timers) {
        if (running.event !== event) continue;
        timers.delete(timer);
        return draft('fire', system, timer, running);
      }
      return undefined;
    },
    restart: (system, now, agoMs) => {
      let restarted: RecordDraft[] | undefined;
      for (const [timer, running] of timers) {
        // What a clock of the timer would hardly show is not worth a record.
        if (now - agoMs - running.startedAt < running.duration / 12) continue;
        running.startedAt = now - agoMs;
        (restarted ??= []).push(started(system, timer, running, now));
      }
      return restarted ?? [];
    },
    cancelAll: (system) => {
      const cancelled = Array.from(timers, ([timer, running]) => draft('cancel', system, timer, running));
      timers.clear();
      return cancelled;
    },
  };
}
