import type { AnyActor, AnyStateMachine, AnyStateNode, AnyTransitionDefinition, EventObject, Snapshot } from 'xstate';
import type { TraceEventDraft } from '../trace-events/draft.js';
import { indexMachine } from '../trace-events/machine-index.js';
import type { TraceTimer } from '../trace-events/trace-event.js';

/** A timer that runs. Times are those of the tracer, in milliseconds. */
interface RunningTimer {
  readonly state: string;
  readonly delay: string;
  readonly duration: number;
  readonly event: EventObject;
  startedAt: number;
}

interface ScheduledEvent {
  readonly id: string;
  readonly source: unknown;
  readonly event: EventObject;
  readonly delay: number;
  /** Wall-clock time. */
  readonly startedAt: number;
}

/** What is known of one live actor, and of the step that it is in. */
export class ActorEntry {
  readonly actor: AnyActor;
  readonly id: string;
  isTold = false;
  /** When it came, in milliseconds of the tracer; undefined where it was not told yet. */
  startedAt: number | undefined;
  /** The context that was told last, to see whether it has changed. */
  context: unknown = undefined;
  /** The states that were active after the last step. */
  nodes: readonly AnyStateNode[] = [];
  /** Events that it was sent and has not taken yet, the one that it is taking first. */
  readonly pending: { readonly event: EventObject; readonly from: string | undefined }[] = [];
  readonly #timers = new Map<string, RunningTimer>();
  #taken: AnyTransitionDefinition[] = [];
  #commands: string[] = [];
  #followers: TraceEventDraft[] = [];
  #stepped: Snapshot<unknown> | undefined;

  constructor(actor: AnyActor, id: string) {
    this.actor = actor;
    this.id = id;
  }

  /** The snapshot after the last microstep of the step that it is in. */
  get stepped(): Snapshot<unknown> | undefined {
    return this.#stepped;
  }

  /** Commands of the step that it is in, and what is told after that step. */
  get commands(): string[] {
    return this.#commands;
  }

  get followers(): TraceEventDraft[] {
    return this.#followers;
  }

  noteMicrostep(transitions: readonly AnyTransitionDefinition[], snapshot: Snapshot<unknown>): void {
    this.#taken.push(...transitions);
    this.#stepped = snapshot;
  }

  /** Notes an action that starts or cancels a timer, or is XState's own. Says whether it is one. */
  noteTimer(type: string, params: unknown, system: string, now: number): boolean {
    if (type === 'xstate.cancel') {
      const timer = String((params as { readonly sendId?: unknown } | undefined)?.sendId);
      const running = this.#timers.get(timer);
      if (running !== undefined) {
        this.#timers.delete(timer);
        this.#followers.push(this.#draft('cancel', system, timer, running));
      }
      return true;
    }
    if (type !== 'xstate.raise' && type !== 'xstate.sendTo') return false;
    const { id: timer, delay, event } = (params ?? {}) as { id?: string; delay?: unknown; event?: EventObject };
    if (typeof delay !== 'number' || event === undefined) return type === 'xstate.raise';
    const key = timer ?? event.type;
    const running = { ...this.#nameTimer(key, event, delay), duration: delay, event, startedAt: now };
    this.#timers.set(key, running);
    this.#followers.push(this.#started(system, key, running, now));
    return true;
  }

  /** Gives away what the step has gathered. */
  takeStep(): {
    readonly taken: readonly AnyTransitionDefinition[];
    readonly commands: readonly string[];
    readonly followers: readonly TraceEventDraft[];
  } {
    const step = { taken: this.#taken, commands: this.#commands, followers: this.#followers };
    this.#taken = [];
    this.#commands = [];
    this.#followers = [];
    this.#stepped = undefined;
    return step;
  }

  /** Takes over the timers that run already. */
  adoptTimers(now: number): void {
    const { _scheduledEvents } = this.actor.system.getSnapshot() as unknown as {
      readonly _scheduledEvents: Readonly<Record<string, ScheduledEvent>>;
    };
    for (const { source, id: timer, event, delay, startedAt } of Object.values(_scheduledEvents)) {
      if (source !== this.actor || this.#timers.has(timer)) continue;
      const ago = Math.max(0, Date.now() - startedAt);
      this.#timers.set(timer, {
        ...this.#nameTimer(timer, event, delay),
        duration: delay,
        event,
        startedAt: now - ago,
      });
    }
  }

  runningTimers(system: string, now: number): readonly TraceEventDraft[] {
    return Array.from(this.#timers, ([timer, running]) => this.#started(system, timer, running, now));
  }

  /** The timer that this event is of has fired, where it is of one. */
  fire(event: EventObject, system: string): TraceEventDraft | undefined {
    for (const [timer, running] of this.#timers) {
      if (running.event !== event) continue;
      this.#timers.delete(timer);
      return this.#draft('fire', system, timer, running);
    }
    return undefined;
  }

  /** A sign of life restarted the timers so long ago. */
  restart(system: string, now: number, agoMs: number): readonly TraceEventDraft[] {
    let restarted: TraceEventDraft[] | undefined;
    for (const [timer, running] of this.#timers) {
      // What a clock of the timer would hardly show is not worth a trace event.
      if (now - agoMs - running.startedAt < running.duration / 12) continue;
      running.startedAt = now - agoMs;
      (restarted ??= []).push(this.#started(system, timer, running, now));
    }
    return restarted ?? [];
  }

  cancelAll(system: string): readonly TraceEventDraft[] {
    const cancelled = Array.from(this.#timers, ([timer, running]) => this.#draft('cancel', system, timer, running));
    this.#timers.clear();
    return cancelled;
  }

  #nameTimer(timer: string, event: EventObject, delay: number): { state: string; delay: string } {
    const logic = this.actor.logic as object;
    const index = 'root' in logic ? indexMachine(logic as AnyStateMachine) : undefined;
    return (
      index?.timerOf(event.type) ?? { state: index?.root.id ?? '', delay: timer.includes('.') ? timer : `${delay}` }
    );
  }

  #draft(op: TraceTimer['op'], system: string, timer: string, { state, delay }: RunningTimer) {
    return { type: 'timer' as const, op, system, actor: this.id, timer, state, delay };
  }

  #started(system: string, timer: string, running: RunningTimer, now: number): TraceEventDraft {
    const total = running.duration;
    const ago = now - running.startedAt;
    const start = { ...this.#draft('start', system, timer, running), duration: total };
    if (ago < 1) return start;
    return { ...start, duration: Math.max(0, Math.round((total - ago) * 1000) / 1000), total };
  }
}
