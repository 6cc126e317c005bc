import type { AnyActorRef, EventObject } from 'xstate';

/** What XState has scheduled: the id of the timer, and the event that it will send. */
export interface ScheduledTimer {
  readonly id: string;
  readonly event: EventObject;
}

/**
 * What an actor has just asked its clock for. XState stores it before it asks, and the clock itself is told neither the
 * id nor the event.
 *
 * @param running the ids of the actor's timers that run already.
 */
export function justScheduled(actor: AnyActorRef, running: readonly string[]): ScheduledTimer | undefined {
  const scheduled = Object.values(actor.system.getSnapshot()._scheduledEvents);
  return scheduled.find(({ id }) => !running.includes(id)) ?? scheduled[scheduled.length - 1];
}
