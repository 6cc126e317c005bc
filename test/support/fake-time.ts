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

/** Puts fake timers in place of the platform's for each test of the suite that calls this. */
export function useFakeTime(): FakeTime {
  let timers: sinon.SinonFakeTimers;
  beforeEach(() => {
    // What runs in this turn or the next one is no timer, and libraries queue some of their own at any time.
    timers = sinon.useFakeTimers({ toNotFake: ['nextTick', 'queueMicrotask', 'setImmediate', 'clearImmediate'] });
  });
  afterEach(() => {
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
