import type { TraceCounts, TraceEnd, TraceMessage, TraceStep } from '../../trace-events/trace-event.js';
import type { RecordedCommand } from '../explorer/description/host-adapter.js';
import { object } from './complaint.js';
import { DueTimers } from './due-timers.js';
import type { Replica, RunningTimer, StepOutcome } from './replica.js';
import { Turn } from './turn.js';

/** One process of a trace: what its actors are, and what its host owes them. */
export class Hosted {
  readonly name: string;
  readonly replicas = new Map<string, Replica>();
  readonly turn = new Turn();
  readonly timers = new DueTimers();
  /** Whether what it is at is not known: the trace begins late, or some of it was left out. */
  isSettling = true;
  /** Whether all of its actors are known: not where one may have come in what was left out. */
  isComplete = true;
  /** Whether everything from its beginning is in the trace. */
  isWhole = true;
  /** Actors of which anything was told since something was left out. */
  readonly #known = new Set<Replica>();

  constructor(name: string) {
    this.name = name;
  }

  /** Whether an actor lives, or is being made. */
  has(id: string): boolean {
    return this.replicas.has(id) || this.turn.isToBeMade(id);
  }

  /** Something is told of an actor. */
  learn(replica: Replica): void {
    this.#known.add(replica);
  }

  /** Some of what happened was left out: what is not told anew is not known. */
  doubt(): void {
    for (const replica of this.#known) replica.doubt();
    this.#known.clear();
    this.turn.clear();
    this.timers.clear();
    this.isSettling = true;
    this.isWhole = false;
    this.isComplete = false;
  }

  /** The replica is gone. */
  forget(id: string, replica: Replica): void {
    this.turn.forget(id);
    replica.timers.clear();
    this.#known.delete(replica);
    if (this.replicas.get(id) === replica) this.replicas.delete(id);
  }

  clear(): void {
    this.replicas.clear();
    this.#known.clear();
    this.turn.clear();
    this.timers.clear();
  }
}

/** How one kind of host treats its actors: what commands mean to it, and where events come from. */
export interface HostRules {
  /** What an actor may have been given at its start, where nobody asked for it: nothing where nobody may make one so. */
  startInputs(id: string, replica: Replica): readonly unknown[] | undefined;
  /** An actor was told: made just now, or there before. */
  met?(id: string, replica: Replica, stream: string | undefined): void;
  /** An actor has taken a step. */
  perform(id: string, replica: Replica, command: RecordedCommand, outcome: StepOutcome): void;
  /** A step whose event no actor and no timer has sent. @throws Objection where it can come from nowhere. */
  explain(id: string, replica: Replica, step: TraceStep): void;
  /** What else could have happened to an actor, a line each. */
  describe(id: string, replica: Replica): readonly string[];
  /** The process goes on to something else. @throws Objection where it has left something undone. */
  endTurn?(): void;
  /** What the last step has asked of the process is done by now, or is not. */
  endStep?(): void;
  /** How much later than told a timer may fire, in the unit of the run. */
  lateness(replica: Replica, timer: RunningTimer, duration: number): number;
  onMessage?(message: TraceMessage, end: 'sender' | 'receiver'): void;
  onCounts?(counts: TraceCounts): void;
  onEnd?(end: TraceEnd): void;
  onLink?(op: 'lost' | 'restored' | 'closed'): void;
  /** The process has come to its end in order. */
  onStop?(): void;
  /** An actor of this process is over. */
  onGone?(id: string, replica: Replica): void;
  /** Some of what happened was left out. */
  doubt?(): void;
}

/** An event that comes from nowhere. */
export function unexplained(step: TraceStep, expected: string, allowed: readonly string[]): never {
  object('cause', `expected ${expected}, came ${step.event.type}`, allowed);
}
