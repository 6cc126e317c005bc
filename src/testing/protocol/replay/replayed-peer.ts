import type { AnyActorRef, InspectionEvent, StateValue } from 'xstate';
import type { MemoryConnection } from '../../../memory-broker/index.js';
import { justScheduled } from '../../explorer/traces/scheduled-timer.js';
import { createHandClock, type HandClock } from './hand-clock.js';

/** One client of a trace: its connection, its clock, and all its actors by the ids that it gave them. */
export interface ReplayedPeer {
  readonly connection: MemoryConnection;
  readonly clock: HandClock;
  readonly inspect: (event: InspectionEvent) => void;
  isAlive: boolean;
  /** The state value of an actor; undefined where it does not live. */
  valueOf(actor: string): StateValue | undefined;
  /**
   * Fires a timer of an actor, which has to be due, so that the actor hears of it.
   *
   * @param timer as XState names it.
   * @returns whether the actor heard of it.
   */
  fire(actor: string, timer: string): boolean;
}

/** @param bufferCutMs by how much a cancellation buffer is shorter than the client makes it. */
export function createReplayedPeer(connection: MemoryConnection, bufferCutMs: number): ReplayedPeer {
  const actors = new Map<string, AnyActorRef>();
  /** Who has just been given an event, and so is the one who sets timers; undefined while a timer gets to its actor. */
  let acting: AnyActorRef | undefined;
  let firing = '';
  const hasBeenHeard = (): boolean => acting !== undefined;

  const nameOf = (): string => {
    if (acting === undefined) return firing;
    const prefix = `${acting.id} `;
    const running = clock.running.filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length));
    return `${prefix}${justScheduled(acting, running)?.id ?? ''}`;
  };
  const clock = createHandClock(nameOf, (name, ms) =>
    name.includes('xstate.after.cancellationBuffer.') ? Math.max(0, ms - bufferCutMs) : ms,
  );

  return {
    connection,
    clock,
    isAlive: true,
    inspect: (event) => {
      if (event.type !== '@xstate.actor' && event.type !== '@xstate.event') return;
      acting = event.actorRef as AnyActorRef;
      if (event.type === '@xstate.actor') actors.set(acting.id, acting);
    },
    valueOf: (actor) => {
      const snapshot = actors.get(actor)?.getSnapshot() as
        { readonly status: string; readonly value: StateValue } | undefined;
      return snapshot?.status === 'active' ? snapshot.value : undefined;
    },
    fire: (actor, timer) => {
      firing = `${actor} ${timer}`;
      acting = undefined;
      // Where signs of life have put a stream's timer off, it takes another turn to notice.
      while (!hasBeenHeard()) if (!clock.fire(firing)) return false;
      return true;
    },
  };
}
