import { came } from '../known-fields.js';

/** Sinon's clock, from `sinon.useFakeTimers()`: the members that a test clock needs to share its time. */
export interface SinonTimers {
  readonly now: number;
  setTimeout(fn: () => void, ms: number): unknown;
  clearTimeout(handle: never): void;
  /** Goes to the next timer and fires it. */
  next(): unknown;
}

/** Vitest's `vi` or `jest`, after `useFakeTimers()`. */
export interface SteppedTimers {
  advanceTimersToNextTimer(): unknown;
  getTimerCount(): number;
}

/** `mock.timers` of `node:test`, after `enable({ apis: ['setTimeout', 'Date'] })`. Advanced 1 ms at a time. */
export interface TickedTimers {
  tick(ms: number): unknown;
  runAll(): unknown;
}

/** The fake timers of a supported test framework: Sinon's clock, `vi`, `jest`, or `mock.timers` of `node:test`. */
export type FakeTimers = SinonTimers | SteppedTimers | TickedTimers;

/** The time of a test clock, which passes only in steps. */
export interface VirtualTime {
  /** Milliseconds since the time was made. */
  now(): number;
  /**
   * Goes towards a later instant, until it is reached or something ran that may have changed what comes next.
   * Tells whether something ran.
   */
  step(toMs: number): boolean;
}

export function createOwnTime(): VirtualTime {
  let nowMs = 0;
  return {
    now: () => nowMs,
    step(toMs) {
      nowMs = toMs;
      return false;
    },
  };
}

/**
 * A time that fake timers keep: a step fires their next timer, or reaches the instant where none is due before it.
 *
 * @throws TypeError for what is none of the fake timers that it knows.
 */
export function createSharedTime(fakeTimers: FakeTimers): VirtualTime {
  const own: Partial<SinonTimers & SteppedTimers & TickedTimers> = Object(fakeTimers) as object;
  if (typeof own.next === 'function' && typeof own.now === 'number') return sharedBy(fakeTimers as SinonTimers);
  if (typeof own.advanceTimersToNextTimer === 'function') return sharedBy(withClock(fakeTimers as SteppedTimers));
  if (typeof own.tick === 'function' && typeof own.runAll === 'function') return tickedBy(fakeTimers as TickedTimers);
  throw new TypeError(
    "fakeTimers: expected sinon's clock, vi, jest or mock.timers of node:test, came " +
      `${came(fakeTimers)} of ${Object.keys(own).slice(0, 5).join(', ') || 'nothing'}`,
  );
}

/** The platform's own timers and time, as they are while they are faked. */
function withClock(timers: SteppedTimers): SinonTimers {
  return {
    get now() {
      return Date.now();
    },
    setTimeout: (fn, ms) => {
      const handle = globalThis.setTimeout(fn, ms);
      if (timers.getTimerCount() > 0) return handle;
      globalThis.clearTimeout(handle);
      throw new Error("fakeTimers: expected fake timers, came the platform's own: call useFakeTimers() first");
    },
    clearTimeout: (handle) => {
      globalThis.clearTimeout(handle);
    },
    next: () => timers.advanceTimersToNextTimer(),
  };
}

function requireFakeDate(hasPassed: boolean): void {
  if (hasPassed) return;
  throw new Error('fakeTimers: expected Date to be fake as well, so that time passes: fake it with the timers');
}

function sharedBy(fakeTimers: SinonTimers): VirtualTime {
  const originMs = fakeTimers.now;
  const now = (): number => fakeTimers.now - originMs;
  return {
    now,
    step(toMs) {
      // Fake timers do not tell when their next one is due, so a timer of ours marks the instant among them. It is
      // armed last, hence what they have at that instant comes first. They count whole milliseconds.
      const mark = { reached: false };
      const handle = fakeTimers.setTimeout(() => (mark.reached = true), Math.ceil(toMs - now()));
      try {
        fakeTimers.next();
      } finally {
        if (!mark.reached) fakeTimers.clearTimeout(handle as never);
      }
      if (mark.reached) requireFakeDate(now() >= toMs);
      return !mark.reached;
    },
  };
}

/** Fake timers that do not go from one timer to the next go on by one millisecond at a time. */
function tickedBy(fakeTimers: TickedTimers): VirtualTime {
  const originMs = Date.now();
  const now = (): number => Date.now() - originMs;
  return {
    now,
    step() {
      const before = Date.now();
      fakeTimers.tick(1);
      requireFakeDate(Date.now() === before + 1);
      return true;
    },
  };
}
