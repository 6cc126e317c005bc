import { createActor, type AnyStateMachine, type EventObject } from 'xstate';
import type { Clock } from './clock.js';

/** A machine that runs by itself, beside the actors of a client. */
export interface Solitary<Event extends EventObject> {
  send(event: Event): void;
}

/**
 * Runs one machine by itself: its commands are performed as they come, its timers are those of the clock.
 *
 * @param delays The durations of its delays, in milliseconds, of its context.
 */
export function runSolitary<Event extends EventObject>(
  machine: AnyStateMachine,
  given: {
    readonly input: object;
    readonly clock: Clock;
    readonly performers: Readonly<Record<string, (params: never) => void>>;
    readonly delays: Readonly<Record<string, (context: never) => number>>;
  },
): Solitary<Event> {
  const actions = Object.entries(given.performers).map(
    ([type, perform]) => [type, (_: unknown, params: unknown) => perform(params as never)] as const,
  );
  const delays = Object.entries(given.delays).map(
    ([name, delay]) => [name, ({ context }: { readonly context: unknown }) => delay(context as never)] as const,
  );
  const provided = machine.provide({
    actions: Object.fromEntries(actions),
    delays: Object.fromEntries(delays),
  } as never);
  const { clock } = given;
  const actor = createActor(provided, {
    input: given.input,
    clock: {
      setTimeout: (fn, ms) => clock.setTimeout(fn, ms),
      clearTimeout: (timer: unknown) => clock.clearTimeout(timer),
    },
  });
  actor.start();
  return {
    send: (event) => {
      // An event to an actor that is over would be told to the console in development.
      if (actor.getSnapshot().status === 'active') actor.send(event);
    },
  };
}
