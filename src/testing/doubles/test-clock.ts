import type { Clock } from '../../host/clock.js';
import { requireFields } from '../known-fields.js';
import { settleMicrotasks, type Settle } from './settle.js';
import { createTimerQueue, type Timer } from './timer-queue.js';
import { createOwnTime, createSharedTime, type FakeTimers } from './virtual-time.js';

/**
 * A clock that stands still until it is told to go on, for `createActor(machine, { clock })` and for the clients. It goes
 * from deadline to deadline, so a timer of one second that arms itself again fires ten times in ten seconds, where
 * XState's `SimulatedClock` fires it once.
 *
 * Timers of one deadline fire in the order of arming. A delay that is zero, negative or not a number makes a timer due
 * now: it fires with the next advance, `advance(0)` included, and never inside `setTimeout`.
 *
 * Only one advance can be under way, and a timer cannot advance the clock: both throw. What a timer throws, the advance
 * throws; the clock then stands at that timer's deadline, and the timers after it are still pending.
 */
export interface TestClock extends Clock {
  /**
   * Lets this much time pass and fires every timer that falls due, those included that are armed on the way. What waits
   * on promises gets on at the beginning, after each timer and at the end, so that a handler which awaits, or a record
   * on the in-memory broker, is never late.
   */
  advance(ms: number): Promise<void>;
  /** The same without a pause for promises: for actors and timers that use none. */
  advanceSync(ms: number): void;
  /** Goes to the next deadline and fires all that is due there. Resolves with false where no timer is pending. */
  advanceToNextTimer(): Promise<boolean>;
  /** The armed timers in the order in which they will fire. */
  pending(): readonly PendingTimer[];
}

/** A timer that is armed and has not fired. */
export interface PendingTimer {
  /** When it fires, in the time of `now()`. */
  readonly dueMs: number;
  /** The delay it was armed with. Where every delay of a test is another number, it tells which timer this is. */
  readonly delayMs: number;
}

/** What a test clock shares with the test around it. */
export interface TestClockOptions {
  /**
   * The fake timers of the test, where it also has code that uses the platform's: sinon's clock, `vi`, `jest`, or
   * `mock.timers` of `node:test`, with `Date` faked too. Both then share one time: this clock is advanced, and takes the
   * other along. Of one deadline, the fake timers come first.
   * Without it the clock keeps a time of its own, whether or not fake timers are installed.
   */
  readonly fakeTimers?: FakeTimers;
  /**
   * How to wait for what is under way in promises.
   *
   * @default two turns of the real event loop
   */
  readonly settle?: Settle;
}

/** Enough for any honest chain of timers without delay; what is longer never ends. */
const chainLengthMax = 1_000;

/**
 * Makes a test clock that stands at 0 ms.
 *
 * @throws TypeError for an option that is none, and for fake timers that it does not know.
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
