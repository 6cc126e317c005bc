import type { Clock } from '../../host/clock.js';
import { requireFields } from '../known-fields.js';
import { settleMicrotasks, type Settle } from './settle.js';
import { createTimerQueue, type Timer } from './timer-queue.js';
import { createOwnTime, createSharedTime, type FakeTimers } from './virtual-time.js';

/**
 * A virtual clock that moves only when it is advanced, for `createActor(machine, { clock })` and for the clients. It
 * moves from deadline to deadline, so a one-second timer that rearms itself fires ten times in ten seconds, where
 * XState's `SimulatedClock` fires it once.
 *
 * Timers with the same deadline fire in the order in which they were armed. A delay that is zero, negative or NaN makes
 * a timer due immediately: it fires on the next advance, `advance(0)` included, never inside `setTimeout`.
 *
 * Advancing the clock throws while another advance is in progress, and from inside a timer. An exception thrown by a
 * timer propagates from the advance; the clock then stands at that timer's deadline, and later timers remain pending.
 */
export interface TestClock extends Clock {
  /**
   * Advances the clock by `ms` milliseconds and fires every timer that falls due, including those armed on the way.
   * Pending promises are settled first, after each timer and at the end, so that a handler that awaits, or a record on
   * the in-memory broker, is never late.
   */
  advance(ms: number): Promise<void>;
  /** Like `advance`, but does not wait for promises: for actors and timers that use none. */
  advanceSync(ms: number): void;
  /** Advances to the next deadline and fires every timer due then. Resolves to false if no timer is pending. */
  advanceToNextTimer(): Promise<boolean>;
  /** The pending timers, in the order in which they will fire. */
  pending(): readonly PendingTimer[];
}

/** A timer that has been armed and has not fired yet. */
export interface PendingTimer {
  /** When it fires, in milliseconds on the scale of `now()`. */
  readonly dueMs: number;
  /** The delay with which it was armed, in milliseconds. If all delays of a test differ, it identifies the timer. */
  readonly delayMs: number;
}

/** Options of {@link createTestClock}. */
export interface TestClockOptions {
  /**
   * The test framework's fake timers, for tests that also exercise code on the platform's timers: Sinon's clock, `vi`,
   * `jest`, or `mock.timers` of `node:test`, with `Date` faked too. The two then share one time: advancing this clock
   * advances the fake timers. At the same deadline, the fake timers fire first.
   *
   * @default none: the clock keeps a time of its own, whether or not fake timers are installed
   */
  readonly fakeTimers?: FakeTimers;
  /**
   * Waits until pending promises have settled.
   *
   * @default two turns of the real event loop
   */
  readonly settle?: Settle;
}

/** Enough for any honest chain of timers without delay; what is longer never ends. */
const chainLengthMax = 1_000;

/**
 * Creates a virtual clock at 0 ms.
 *
 * @throws {TypeError} If an option is unknown, or `fakeTimers` is of no supported kind.
 */
export function createTestClock(options: TestClockOptions = {}): TestClock {
  requireFields('', options, ['fakeTimers', 'settle']);
  const { fakeTimers, settle = settleMicrotasks } = options;
  const time = fakeTimers === undefined ? createOwnTime() : createSharedTime(fakeTimers);
  const timers = createTimerQueue();
  let serial = 0;
  let advancing = false;
  let lastFired: { readonly atMs: number; readonly chainLength: number } | undefined;

  const fire = (timer: Timer): void => {
    timers.remove(timer);
    if (timer.chainLength > chainLengthMax) {
      throw new Error(
        `expected the timers at ${time.now()} ms to come to an end, got ${chainLengthMax} in a row ` +
          'that were armed one by the other without a delay',
      );
    }
    lastFired = { atMs: time.now(), chainLength: timer.chainLength };
    timer.fn();
  };

  /** Goes on until the instant that `until` names once all is settled. Yields wherever promises may get on. */
  function* steps(until: () => number): Generator<undefined, void> {
    yield;
    const untilMs = until();
    for (;;) {
      const next = timers.first();
      if (next !== undefined && next.dueMs <= time.now()) {
        fire(next);
        yield;
      } else if (time.now() < untilMs) {
        const somethingRan = time.step(Math.min(next?.dueMs ?? untilMs, untilMs));
        if (somethingRan) yield;
      } else {
        return;
      }
    }
  }

  const begin = (): void => {
    if (advancing) throw new Error('expected the clock to stand still, but an advance is under way: await it first');
    advancing = true;
  };

  const end = (): void => {
    advancing = false;
    lastFired = undefined;
  };

  const advanceUntil = async (until: () => number): Promise<void> => {
    begin();
    try {
      const run = steps(until);
      while (run.next().done !== true) await settle();
    } finally {
      end();
    }
  };

  return {
    now: () => time.now(),
    setTimeout(fn, ms) {
      const now = time.now();
      const dueMs = now + (ms > 0 ? ms : 0);
      const chainLength = lastFired?.atMs === dueMs ? lastFired.chainLength + 1 : 0;
      const timer: Timer = { fn, dueMs, delayMs: ms, serial: serial++, chainLength };
      timers.add(timer);
      return timer;
    },
    clearTimeout(handle) {
      if (handle !== undefined && handle !== null) timers.remove(handle as Timer);
    },
    async advance(ms) {
      const untilMs = time.now() + checkedMs(ms);
      await advanceUntil(() => untilMs);
    },
    advanceSync(ms) {
      const untilMs = time.now() + checkedMs(ms);
      begin();
      try {
        const run = steps(() => untilMs);
        while (run.next().done !== true);
      } finally {
        end();
      }
    },
    async advanceToNextTimer() {
      let found = false;
      await advanceUntil(() => {
        const next = timers.first();
        found = next !== undefined;
        return next?.dueMs ?? time.now();
      });
      return found;
    },
    pending: () => timers.all().map(({ dueMs, delayMs }) => ({ dueMs, delayMs })),
  };
}

function checkedMs(ms: number): number {
  if (Number.isFinite(ms) && ms >= 0) return ms;
  throw new RangeError(`expected a number of milliseconds that is zero or more, got ${ms}`);
}
