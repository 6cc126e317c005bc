import { createActor, type AnyActor, type AnyStateMachine, type EventObject } from 'xstate';
import type { Clock } from './clock.js';
import type { Inspector } from './inspector.js';
import {
  resuming,
  snapshotAt,
  tabled,
  tableOf,
  type MachineSnapshot,
  type Scope,
  type TableHost,
  type TablePlace,
  type TransitionTable,
} from './transition-table.js';

/** What an actor needs of who runs it. */
export interface ActorHost {
  /** The delay of an actor, by its name. */
  delayOf(name: string, scope: Scope): number;
  /** Takes a command that an actor records. */
  record(type: string, params: unknown): void;
  /** Runs what a timer of an actor sets off, after all that the actor is owed. */
  runTimer(timer: { readonly actorId: string; fire(): void }): void;
  /** The actor has come to its end, or was stopped. */
  over(actor: HostedActor): void;
  /** The actor broke. */
  broke(actor: HostedActor, error: unknown): void;
}

export interface HostedActorParameters {
  readonly host: ActorHost;
  readonly id: string;
  readonly machine: AnyStateMachine;
  readonly input: object | undefined;
  readonly clock: Clock;
  /** When it is made, on the clock of the client. */
  readonly startedAt: number;
  /** Sees the machine itself at work, in an actor of XState from the beginning. */
  readonly inspect: Inspector | undefined;
}

/** A timer of an actor. */
class ActorTimer {
  readonly #actor: HostedActor;
  readonly id: string;
  readonly event: EventObject | undefined;
  readonly delayMs: number;
  /** When it was set, on the clock of the platform, as XState has it. */
  readonly startedAt = Date.now();
  /** What it sets off where it is one of XState's. */
  fn: (() => void) | undefined;
  handle: unknown;
  isLive = true;

  constructor(actor: HostedActor, id: string, event: EventObject | undefined, delayMs: number) {
    this.#actor = actor;
    this.id = id;
    this.event = event;
    this.delayMs = delayMs;
  }

  get actorId(): string {
    return this.#actor.id;
  }

  fire(): void {
    // What came before it may have cleared it.
    if (!this.isLive) return;
    if (this.fn !== undefined) this.fn();
    else this.#actor.onTimer(this);
  }
}

const noTimers: readonly ActorTimer[] = [];

/** How an actor ended that came to no end of its machine. */
type Stopped = { readonly status: 'stopped' } | { readonly status: 'error'; readonly error: unknown };

/**
 * One actor of a client. As long as nobody looks at it, it is the state of its machine and its timers, and what the table
 * of the machine says is done: an actor of XState with a system of its own is twenty times as large, and takes longer to
 * make than all that a short stream does. Whoever asks for {@link actor} gets one of XState's, which goes on where this
 * is, and is the one that runs from then on.
 *
 * It is the clock of its actor as well, which no other actor has: by that the machine finds who runs it.
 */
export class HostedActor implements TableHost {
  readonly id: string;
  readonly host: ActorHost;
  /** When the actor was made, on the clock of the client. */
  readonly startedAt: number;
  readonly #machine: AnyStateMachine;
  readonly #table: TransitionTable;
  readonly #clock: Clock;
  /** Where it is as long as there is no actor of XState. */
  #place: TablePlace | undefined;
  #stopped: Stopped | undefined;
  #timers = noTimers;
  #actor: AnyActor | undefined;
  #input: object | undefined;
  /** The timer that XState's actor takes over in the moment in which it sets one. */
  #handedOver: ActorTimer | undefined;

  constructor({ host, id, machine, input, clock, startedAt, inspect }: HostedActorParameters) {
    this.host = host;
    this.id = id;
    this.startedAt = startedAt;
    this.#machine = machine;
    this.#table = tableOf(machine);
    this.#clock = clock;
    this.#input = input;
    if (inspect === undefined) return;
    this.#actor = createActor(machine, { id, input, clock: this, inspect });
    this.#watch(this.#actor);
  }

  /** Enters the first state of the machine. */
  start(): void {
    const input = this.#input;
    this.#input = undefined;
    if (this.#actor !== undefined) {
      this.#actor.start();
      return;
    }
    try {
      this.#moveTo(this.#table.begin(input, this));
    } catch (error) {
      this.#break(error);
    }
  }

  /** The actor as XState has it. The same one each time, also when it is over. */
  get actor(): AnyActor {
    return (this.#actor ??= this.#makeActor());
  }

  /** The same as the actor's own snapshot. */
  get snapshot(): MachineSnapshot {
    if (this.#actor !== undefined) return this.#actor.getSnapshot() as MachineSnapshot;
    if (this.#place === undefined) return { output: undefined, ...this.#stopped } as unknown as MachineSnapshot;
    return { ...snapshotAt(this.#place), ...this.#stopped };
  }

  /** Whether it takes events. */
  get isActive(): boolean {
    if (this.#actor !== undefined) return (this.#actor.getSnapshot() as MachineSnapshot).status === 'active';
    return this.#stopped === undefined && this.#place?.snapshot.status === 'active';
  }

  send(event: EventObject): void {
    if (this.#actor !== undefined) {
      this.#actor.send(event);
      return;
    }
    const place = this.#place;
    if (place?.snapshot.status !== 'active' || this.#stopped !== undefined) return;
    try {
      this.#moveTo(this.#table.step(place.snapshot, place.context, event, this));
    } catch (error) {
      this.#break(error);
    }
  }

  stop(): void {
    if (this.#actor !== undefined) {
      this.#actor.stop();
      return;
    }
    if (!this.isActive) return;
    this.#stopped = { status: 'stopped' };
    this.#clearTimers();
    this.host.over(this);
  }

  /** What guards, params and delays see as the actor, of which the machine asks for no more than this. */
  get self(): this {
    return this;
  }

  get clock(): this {
    return this;
  }

  get system(): undefined {
    return undefined;
  }

  command(type: string, params: unknown): void {
    this.host.record(type, params);
  }

  schedule(event: EventObject, id: string, delayMs: number): void {
    const timer = new ActorTimer(this, id, event, delayMs);
    this.#timers = this.#timers.length === 0 ? [timer] : [...this.#timers, timer];
    this.#arm(timer);
  }

  /** A timer is due that is no one of XState's. */
  onTimer(timer: ActorTimer): void {
    this.#forgetTimer(timer);
    if (timer.event !== undefined) this.send(timer.event);
  }

  cancel(id: string): void {
    for (const timer of this.#timers) {
      if (timer.id !== id) continue;
      this.clearTimeout(timer);
      this.#forgetTimer(timer);
    }
  }

  /** The clock of XState's actor. */
  setTimeout(fn: () => void, ms: number): unknown {
    const handedOver = this.#handedOver;
    if (handedOver !== undefined) {
      handedOver.fn = fn;
      return handedOver;
    }
    const timer = new ActorTimer(this, '', undefined, ms);
    timer.fn = fn;
    this.#arm(timer);
    return timer;
  }

  clearTimeout(given: unknown): void {
    const timer = given as ActorTimer;
    timer.isLive = false;
    this.#clock.clearTimeout(timer.handle);
  }

  #arm(timer: ActorTimer): void {
    // A timer is one more way into the actors: what it sets off is run to the end like an event.
    timer.handle = this.#clock.setTimeout(() => this.host.runTimer(timer), timer.delayMs);
  }

  #forgetTimer(timer: ActorTimer): void {
    this.#timers = this.#timers.length === 1 ? noTimers : this.#timers.filter((other) => other !== timer);
  }

  #clearTimers(): void {
    for (const timer of this.#timers) this.clearTimeout(timer);
    this.#timers = noTimers;
  }

  #moveTo(place: TablePlace): void {
    this.#place = place;
    if (place.snapshot.status === 'active') return;
    this.#clearTimers();
    this.host.over(this);
  }

  #break(error: unknown): void {
    this.#stopped = { status: 'error', error };
    this.#clearTimers();
    this.host.broke(this, error);
  }

  #makeActor(): AnyActor {
    const timers = this.#timers;
    const snapshot = resuming(this.snapshot);
    const actor = createActor(tabled(this.#machine), { id: this.id, clock: this, snapshot: snapshot as never });
    this.#timers = noTimers;
    this.#place = undefined;
    switch (snapshot.status) {
      case 'stopped':
        return actor.stop();
      case 'error':
        // Who ran it has heard of it.
        actor.subscribe({ error: () => undefined });
        return actor.start();
      case 'active':
        this.#watch(actor);
        actor.start();
        for (const timer of timers) this.#handOver(timer, actor);
        return actor;
      default:
        return actor.start();
    }
  }

  /** A timer that runs goes on to run, as one of XState's. */
  #handOver(timer: ActorTimer, actor: AnyActor): void {
    const { event, id, delayMs, startedAt } = timer;
    if (event === undefined) return;
    this.#handedOver = timer;
    actor.system.scheduler.schedule(actor, actor, event, delayMs, id);
    this.#handedOver = undefined;
    const { _scheduledEvents: scheduled } = actor.system.getSnapshot() as unknown as {
      readonly _scheduledEvents: Readonly<Record<string, { readonly id: string; startedAt: number }>>;
    };
    for (const known of Object.values(scheduled)) if (known.id === id) known.startedAt = startedAt;
  }

  #watch(actor: AnyActor): void {
    actor.subscribe({
      complete: () => this.host.over(this),
      error: (error) => this.host.broke(this, error),
    });
  }
}
