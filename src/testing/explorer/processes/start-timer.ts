import type { EventObject } from 'xstate';
import { canonicalText, frozenFrom } from '../description/plain-data.js';
import type { Timer } from './process-state.js';

/** What XState resolves a `raise` to; those of `after` carry a delay and an id. */
export interface DelayedRaise {
  readonly event: EventObject;
  readonly id?: unknown;
  readonly delay?: number;
}

/**
 * Starts a timer among those that run. A raise without a delay has been handled within the macrostep and starts none.
 *
 * @throws Error for a timer that runs already, and for a delay or id that cannot be explored.
 */
export function startTimer(timers: Map<string, Timer>, { event, id, delay }: DelayedRaise): void {
  if (delay === undefined) return;
  const name = id ?? `raise.${event.type}`;
  if (typeof name !== 'string') throw new Error('a delayed raise needs a string as its id');
  if (!Number.isInteger(delay) || delay < 0) throw new Error(`the timer ${name} has a delay of ${delay} ticks`);
  if (timers.has(name)) throw new Error(`the timer ${name} was started twice`);
  const copy = frozenFrom(canonicalText(event, `the event of ${name}`)) as EventObject;
  timers.set(name, { id: name, event: copy, left: delay });
}
