import type { EventObject } from 'xstate';
import type { TraceStep } from '../../trace-events/trace-event.js';
import { object } from './complaint.js';
import { fits } from './told.js';

/** An event that an actor was told by its host and has not taken yet. */
interface Told {
  readonly event: EventObject;
  /** Who told it. */
  readonly by: string;
  /** Whether it may come later than in this turn of the event loop: one for very many actors is handed out in slices. */
  readonly mayWait: boolean;
}

/** What one process owes at the end of its turn: events to its actors, actors that were to be made, and to be stopped. */
export class Turn {
  readonly #told = new Map<string, Told[]>();
  /** How many of them may not wait. */
  #owed = 0;
  /** Inputs of actors that are to be made, by id. */
  readonly #born = new Map<string, { readonly input: unknown; readonly by: string }>();
  readonly #stopping = new Map<string, string>();
  /** Actors that may have told others what the trace does not show. It may be handed out at any later time. */
  readonly #vague = new Set<string>();

  tell(id: string, event: EventObject, by: string, mayWait: boolean): void {
    const told = { event, by, mayWait };
    const waiting = this.#told.get(id);
    if (waiting === undefined) this.#told.set(id, [told]);
    else waiting.push(told);
    if (!mayWait) this.#owed += 1;
  }

  spawn(id: string, input: unknown, by: string): void {
    this.#born.set(id, { input, by });
  }

  stop(id: string, by: string): void {
    this.forget(id);
    this.#stopping.set(id, by);
  }

  /** Whether an actor of this id is to be made, and with which input; gives it once. */
  takeBirth(id: string): { readonly input: unknown } | undefined {
    const birth = this.#born.get(id);
    this.#born.delete(id);
    return birth;
  }

  isToBeMade(id: string): boolean {
    return this.#born.has(id);
  }

  /** Actors that are to be made, by id. */
  toBeMade(): Iterable<string> {
    return this.#born.keys();
  }

  /** Whether the actor was to be stopped; true once. */
  takeStop(id: string): boolean {
    return this.#stopping.delete(id);
  }

  /**
   * Takes the event that a step takes out of what its actor was told. False where it was told nothing like it.
   *
   * @throws Objection where something else was told before.
   */
  takeTold(id: string, { event, from }: TraceStep): boolean {
    const waiting = this.#told.get(id);
    const first = waiting?.[0];
    if (waiting === undefined || first === undefined) return false;
    if (!isOne(event, first.event)) {
      const isLater = from !== undefined && waiting.some((told) => isOne(event, told.event));
      if (isLater) {
        object('cause', `expected ${first.event.type} before, as ${first.by} told it first, came ${event.type}`, [
          first.event.type,
        ]);
      }
      return false;
    }
    waiting.shift();
    if (waiting.length === 0) this.#told.delete(id);
    if (!first.mayWait) this.#owed -= 1;
    return true;
  }

  /** An actor may have told others anything: the trace does not show what. */
  noteVague(by: string): void {
    this.#vague.add(by);
  }

  /** Whether an actor may have told others what is not known. */
  isVague(by: string): boolean {
    return this.#vague.has(by);
  }

  /** The actor is gone: what it was told finds nobody. */
  forget(id: string): void {
    const waiting = this.#told.get(id);
    if (waiting !== undefined) {
      for (const { mayWait } of waiting) if (!mayWait) this.#owed -= 1;
      this.#told.delete(id);
    }
    this.#stopping.delete(id);
  }

  clear(): void {
    // What is handed out in slices comes all the same.
    for (const waiting of this.#told.values()) for (const { by, mayWait } of waiting) if (mayWait) this.noteVague(by);
    this.#told.clear();
    this.#born.clear();
    this.#stopping.clear();
    this.#owed = 0;
  }

  /** @throws Objection where the process goes on to something else with anything left to be done. */
  end(): void {
    if (this.#owed === 0 && this.#born.size === 0 && this.#stopping.size === 0) return;
    for (const [id, { by }] of this.#born) {
      object('command', `expected the actor ${id} to be made first, as ${by} has asked, came something else`, [
        `the actor ${id} is made`,
      ]);
    }
    for (const [id, by] of this.#stopping) {
      object('command', `expected the actor ${id} to be stopped first, as ${by} has asked, came something else`, [
        `the actor ${id} is stopped`,
      ]);
    }
    for (const [id, waiting] of this.#told) {
      const owed = waiting.find(({ mayWait }) => !mayWait);
      if (owed === undefined) continue;
      const what = `${id} to take ${owed.event.type} first, which ${owed.by} has told it`;
      object('command', `expected ${what}, came something else`, [`${id} takes ${owed.event.type}`]);
    }
  }

  /** What the actor may take now of what it was told. */
  describe(id: string): readonly string[] {
    return (this.#told.get(id) ?? []).slice(0, 1).map(({ event, by }) => `${event.type}, told by ${by}`);
  }
}

function isOne(told: TraceStep['event'], event: EventObject): boolean {
  return told.type === event.type && fits(told, event);
}
