import { AsyncLocalStorage } from 'node:async_hooks';
import sinon from 'sinon';
import { settle } from './settle.js';

export interface FakeTime {
  /** Lets the time pass, and all that its timers set off come to rest. */
  pass(ms: number): Promise<void>;
  /** How many timers are pending. */
  readonly pending: number;
  /** Milliseconds since the test began. */
  readonly now: number;
}

/** The fake clock of the test on whose behalf code runs. Undefined for what other tests and libraries have going on. */
const clockOfTest = new AsyncLocalStorage<sinon.SinonFakeTimers | undefined>();

/**
 * Puts fake timers in place of the platform's for each test of the suite that calls this. What was begun before the
 * test, such as a connection of an earlier one that is still closing, keeps the platform's.
 */
export function useFakeTime(): FakeTime {
  let timers: sinon.SinonFakeTimers;
  beforeEach(() => {
    const platform = { setTimeout: globalThis.setTimeout, setInterval: globalThis.setInterval };
    timers = sinon.useFakeTimers({
      // What runs in this turn or the next one is no timer.
      toNotFake: ['nextTick', 'queueMicrotask', 'setImmediate', 'clearImmediate'],
      shouldClearNativeTimers: true,
    });
    for (const name of ['setTimeout', 'setInterval'] as const) {
      const [real, fake] = [platform[name], globalThis[name]];
      const dispatch = (...args: Parameters<typeof setTimeout>) =>
        (clockOfTest.getStore() === timers ? fake : real)(...args);
      globalThis[name] = dispatch as typeof setTimeout & typeof setInterval;
    }
    clockOfTest.enterWith(timers);
  });
  afterEach(() => {
    clockOfTest.enterWith(undefined);
    timers.restore();
  });
  return {
    pass: async (ms) => {
      await settle();
      await timers.tickAsync(ms);
      await settle();
    },
    get pending() {
      return timers.countTimers();
    },
    get now() {
      return timers.now;
    },
  };
}
