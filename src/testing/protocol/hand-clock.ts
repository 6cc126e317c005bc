import type { Clock } from '../../clock.js';

/** A clock on which due timers wait until they are fired by hand, since it is the trace that says when, and in which order. */
export interface HandClock extends Clock {
  /** Lets time pass. Nothing fires. */
  pass(ms: number): void;
  /** Fires the first timer that is due and was armed with this delay, or with any. Tells whether there was one. */
  fire(delayMs?: number): boolean;
}

interface Timer {
  readonly fn: () => void;
  readonly dueMs: number;
  readonly delayMs: number;
}

export function createHandClock(): HandClock {
  const timers = new Set<Timer>();
  let nowMs = 0;
  return {
    now: () => nowMs,
    setTimeout: (fn, delayMs) => {
      const timer = { fn, dueMs: nowMs + delayMs, delayMs };
      timers.add(timer);
      return timer;
    },
    clearTimeout: (handle) => {
      timers.delete(handle as Timer);
    },
    pass: (ms) => {
      nowMs += ms;
    },
    fire: (delayMs) => {
      for (const timer of timers) {
        if (timer.dueMs > nowMs || (delayMs !== undefined && timer.delayMs !== delayMs)) continue;
        timers.delete(timer);
        timer.fn();
        return true;
      }
      return false;
    },
  };
}
