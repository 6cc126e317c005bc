import type { Clock } from '../../../host/clock.js';

/** A clock on which due timers wait until they are fired by hand, since it is the trace that says when, and in which order. */
export interface HandClock extends Clock {
  /** The names of the timers that run. */
  readonly running: readonly string[];
  /** Lets time pass. Nothing fires. */
  pass(ms: number): void;
  /** Fires the timer of this name if it is due, and tells whether it was. */
  fire(name: string): boolean;
}

interface Timer {
  readonly name: string;
  readonly fn: () => void;
  readonly dueMs: number;
}

/**
 * Makes a clock at 0 ms.
 *
 * @param nameOf names the timer that is being set.
 * @param delayOf how long it really runs.
 */
export function createHandClock(nameOf: () => string, delayOf: (name: string, ms: number) => number): HandClock {
  const timers = new Set<Timer>();
  let nowMs = 0;
  return {
    now: () => nowMs,
    get running() {
      return Array.from(timers, ({ name }) => name);
    },
    setTimeout: (fn, delayMs) => {
      const name = nameOf();
      const timer = { name, fn, dueMs: nowMs + delayOf(name, delayMs) };
      timers.add(timer);
      return timer;
    },
    clearTimeout: (handle) => {
      timers.delete(handle as Timer);
    },
    pass: (ms) => {
      nowMs += ms;
    },
    fire: (name) => {
      const timer = [...timers].find((running) => running.name === name && running.dueMs <= nowMs);
      if (timer === undefined) return false;
      timers.delete(timer);
      timer.fn();
      return true;
    },
  };
}
