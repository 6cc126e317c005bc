import { expect } from 'chai';
import { mock } from 'node:test';
import sinon from 'sinon';
import { assign, createActor, setup } from 'xstate';
import { createMemoryBroker } from '../../../src/memory-broker/index.js';
import { createTestClock, type TestClock } from '../../../src/testing/doubles/test-clock.js';
import type { FakeTimers } from '../../../src/testing/doubles/virtual-time.js';

/** Arms a timer again and again, and notes when it fires. */
function tick(clock: TestClock, periodMs: number): number[] {
  const firedAt: number[] = [];
  const arm = (): void => {
    clock.setTimeout(() => {
      firedAt.push(clock.now());
      arm();
    }, periodMs);
  };
  arm();
  return firedAt;
}

async function rejectionOf(promise: Promise<unknown>): Promise<Error> {
  try {
    await promise;
  } catch (error) {
    return error as Error;
  }
  throw new Error('expected a rejection, got a value');
}

const pulseMachine = setup({
  types: { context: {} as { readonly pulses: number } },
  actions: { count: assign({ pulses: ({ context }) => context.pulses + 1 }) },
  delays: { period: 1_000 },
}).createMachine({
  id: 'pulse',
  context: { pulses: 0 },
  initial: 'waiting',
  states: {
    waiting: { after: { period: { target: 'waiting', reenter: true, actions: [{ type: 'count' }] } } },
  },
});

describe('test clock: time', () => {
  it('stands still until it is advanced', async () => {
    const clock = createTestClock();
    const firedAt = tick(clock, 1);
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect(clock.now()).to.equal(0);
    expect(firedAt).to.deep.equal([]);
  });

  it('fires a timer that arms itself again at each of its deadlines', async () => {
    const clock = createTestClock();
    const firedAt = tick(clock, 1_000);
    await clock.advance(10_000);
    expect(firedAt).to.deep.equal([1_000, 2_000, 3_000, 4_000, 5_000, 6_000, 7_000, 8_000, 9_000, 10_000]);
    expect(clock.now()).to.equal(10_000);
  });

  it('does the same when it is advanced in many steps, or synchronously', async () => {
    const stepped = createTestClock();
    const steppedAt = tick(stepped, 30);
    for (let step = 0; step < 20; step += 1) await stepped.advance(5);
    const synchronous = createTestClock();
    const synchronousAt = tick(synchronous, 30);
    synchronous.advanceSync(100);
    expect(steppedAt).to.deep.equal([30, 60, 90]);
    expect(synchronousAt).to.deep.equal(steppedAt);
  });

  it('shows a timer its own deadline as the time', async () => {
    const clock = createTestClock();
    const seen: number[] = [];
    for (const ms of [70, 20, 50.5]) clock.setTimeout(() => seen.push(clock.now()), ms);
    await clock.advance(100);
    expect(seen).to.deep.equal([20, 50.5, 70]);
  });

  it('refuses a span that is negative, not a number or endless, and does not move', async () => {
    const clock = createTestClock();
    for (const ms of [-1, Number.NaN, Infinity]) {
      expect(() => clock.advanceSync(ms)).to.throw(RangeError, `zero or more, got ${ms}`);
      expect(await rejectionOf(clock.advance(ms))).to.be.instanceOf(RangeError);
    }
    expect(clock.now()).to.equal(0);
  });
});

describe('test clock: timers', () => {
  it('fires timers of one deadline in the order of arming', async () => {
    const clock = createTestClock();
    const fired: string[] = [];
    clock.setTimeout(() => {
      clock.setTimeout(() => fired.push('armed at 10 for 30'), 20);
    }, 10);
    clock.setTimeout(() => fired.push('first for 30'), 30);
    clock.setTimeout(() => fired.push('second for 30'), 30);
    clock.setTimeout(() => fired.push('for 29'), 29);
    await clock.advance(30);
    expect(fired).to.deep.equal(['for 29', 'first for 30', 'second for 30', 'armed at 10 for 30']);
  });

  it('does not fire a timer that was cleared, also by another of its deadline', async () => {
    const clock = createTestClock();
    const fired: string[] = [];
    const early = clock.setTimeout(() => fired.push('early'), 5);
    clock.setTimeout(() => {
      fired.push('keeper');
      clock.clearTimeout(late);
    }, 10);
    const late = clock.setTimeout(() => fired.push('late'), 10);
    clock.clearTimeout(early);
    await clock.advance(20);
    expect(fired).to.deep.equal(['keeper']);
  });

  it('passes over a handle that is unknown, fired or cleared already', async () => {
    const clock = createTestClock();
    const other = createTestClock();
    const handle = clock.setTimeout(() => undefined, 5);
    await clock.advance(5);
    clock.setTimeout(() => undefined, 5);
    for (const stale of [undefined, null, handle, handle, other.setTimeout(() => undefined, 10), 7]) {
      clock.clearTimeout(stale);
    }
    expect(clock.pending()).to.have.length(1);
  });

  it('fires a timer without a positive delay with the next advance, never inside setTimeout', async () => {
    const clock = createTestClock();
    const fired: unknown[] = [];
    for (const ms of [0, -5, Number.NaN, undefined as unknown as number]) clock.setTimeout(() => fired.push(ms), ms);
    expect(fired).to.deep.equal([]);
    await clock.advance(0);
    expect(fired).to.deep.equal([0, -5, Number.NaN, undefined]);
    expect(clock.now()).to.equal(0);
  });

  it('fires a timer that is armed without delay by another at the same instant, after those armed before', async () => {
    const clock = createTestClock();
    const fired: string[] = [];
    clock.setTimeout(() => {
      fired.push('parent');
      clock.setTimeout(() => fired.push(`child at ${clock.now()}`), 0);
      expect(fired).to.deep.equal(['parent']);
    }, 10);
    clock.setTimeout(() => fired.push('sibling'), 10);
    await clock.advance(10);
    expect(fired).to.deep.equal(['parent', 'sibling', 'child at 10']);
  });

  it('lists what is pending in the order of firing, with deadline and delay', async () => {
    const clock = createTestClock();
    clock.setTimeout(() => undefined, 300);
    await clock.advance(100);
    clock.setTimeout(() => undefined, 50);
    clock.setTimeout(() => undefined, 200);
    expect(clock.pending()).to.deep.equal([
      { dueMs: 150, delayMs: 50 },
      { dueMs: 300, delayMs: 300 },
      { dueMs: 300, delayMs: 200 },
    ]);
  });

  it('goes to the next deadline, fires all that is due there, and tells when there is none', async () => {
    const clock = createTestClock();
    const fired: string[] = [];
    clock.setTimeout(() => fired.push('a'), 40);
    clock.setTimeout(() => fired.push('b'), 40);
    clock.setTimeout(() => fired.push('c'), 41);
    expect(await clock.advanceToNextTimer()).to.equal(true);
    expect([clock.now(), ...fired]).to.deep.equal([40, 'a', 'b']);
    expect(await clock.advanceToNextTimer()).to.equal(true);
    expect(await clock.advanceToNextTimer()).to.equal(false);
    expect([clock.now(), ...fired]).to.deep.equal([41, 'a', 'b', 'c']);
  });
});

describe('test clock: promises', () => {
  it('lets promises settle between deadlines, so that what they arm is not late', async () => {
    const clock = createTestClock();
    const log: string[] = [];
    const sleep = (ms: number) => new Promise<void>((resolve) => void clock.setTimeout(resolve, ms));
    const worker = async (): Promise<void> => {
      for (let round = 1; round <= 3; round += 1) {
        await sleep(10);
        for (let hop = 0; hop < 50; hop += 1) await Promise.resolve();
        log.push(`round ${round} at ${clock.now()}`);
      }
    };
    const done = worker();
    await clock.advance(100);
    await done;
    expect(log).to.deep.equal(['round 1 at 10', 'round 2 at 20', 'round 3 at 30']);
  });

  it('lets promises settle before the first deadline and before it resolves', async () => {
    const clock = createTestClock();
    const firedAt: number[] = [];
    void Promise.resolve().then(() => clock.setTimeout(() => firedAt.push(clock.now()), 10));
    expect(clock.pending()).to.deep.equal([]);
    await clock.advanceToNextTimer();
    expect(firedAt).to.deep.equal([10]);
  });

  it('lets the in-memory broker deliver what a timer published before the next timer fires', async () => {
    const clock = createTestClock();
    const connection = createMemoryBroker().connect();
    const log: string[] = [];
    connection.subscribe('records', {
      callback: (_, message) => log.push(`${new TextDecoder().decode(message.data)} at ${clock.now()}`),
    });
    // More rounds than the broker serves before it gives way to the event loop.
    for (let round = 1; round <= 300; round += 1) {
      const publish = () => connection.publish('records', new TextEncoder().encode(`record ${round}`));
      clock.setTimeout(() => void Promise.resolve().then(publish), round);
    }
    await clock.advance(300);
    await connection.close();
    expect(log).to.deep.equal(Array.from({ length: 300 }, (_, index) => `record ${index + 1} at ${index + 1}`));
  });

  it('waits in the way that it is given', async () => {
    let waits = 0;
    const clock = createTestClock({ settle: () => Promise.resolve(void (waits += 1)) });
    clock.setTimeout(() => undefined, 5);
    clock.setTimeout(() => undefined, 6);
    await clock.advance(10);
    expect(waits).to.equal(3);
  });
});

describe('test clock: mistakes', () => {
  it('names timers that arm each other without delay for ever, instead of hanging', async () => {
    const clock = createTestClock();
    await clock.advance(7);
    tick(clock, 0);
    const message = 'expected the timers at 7 ms to come to an end, got 1000 in a row';
    expect((await rejectionOf(clock.advance(1))).message).to.contain(message);

    const promised = createTestClock();
    const arm = (): void => {
      promised.setTimeout(() => void Promise.resolve().then(arm), 0);
    };
    arm();
    expect((await rejectionOf(promised.advance(1))).message).to.contain('got 1000 in a row');
  });

  it('does not mistake many timers of one deadline for an endless chain', () => {
    const clock = createTestClock();
    let fired = 0;
    for (let index = 0; index < 5_000; index += 1) clock.setTimeout(() => (fired += 1), 10);
    clock.advanceSync(10);
    for (let index = 0; index < 5_000; index += 1) {
      clock.setTimeout(() => (fired += 1), 0);
      clock.advanceSync(0);
    }
    expect(fired).to.equal(10_000);
  });

  it('refuses a second advance while one is under way, also from a timer', async () => {
    const clock = createTestClock();
    const first = clock.advance(10);
    expect((await rejectionOf(clock.advance(10))).message).to.contain('an advance is under way');
    expect(() => clock.advanceSync(1)).to.throw('an advance is under way');
    await first;
    clock.setTimeout(() => clock.advanceSync(1), 5);
    expect((await rejectionOf(clock.advance(5))).message).to.contain('an advance is under way');
    await clock.advance(5);
    expect(clock.now()).to.equal(20);
  });

  it('throws what a timer throws, stands at its deadline, and keeps the other timers', async () => {
    const clock = createTestClock();
    const fired: number[] = [];
    clock.setTimeout(() => {
      throw new Error('broken');
    }, 10);
    clock.setTimeout(() => fired.push(clock.now()), 10);
    clock.setTimeout(() => fired.push(clock.now()), 20);
    expect((await rejectionOf(clock.advance(50))).message).to.equal('broken');
    expect(clock.now()).to.equal(10);
    await clock.advance(50);
    expect(fired).to.deep.equal([10, 20]);
  });
});

describe('test clock: with XState', () => {
  it('fires a delayed transition that enters its state again as often as it is due', async () => {
    const clock = createTestClock();
    const actor = createActor(pulseMachine, { clock }).start();
    await clock.advance(10_000);
    expect(actor.getSnapshot().context.pulses).to.equal(10);
    expect(clock.pending()).to.deep.equal([{ dueMs: 11_000, delayMs: 1_000 }]);
    actor.stop();
    expect(clock.pending()).to.deep.equal([]);
  });
});

describe('test clock: with fake timers of sinon', () => {
  afterEach(() => sinon.restore());

  it('keeps its own time under fake timers, and neither waits for the other', async () => {
    const fakeTimers = sinon.useFakeTimers();
    const clock = createTestClock();
    const fired: string[] = [];
    setTimeout(() => fired.push('fake'), 10);
    clock.setTimeout(() => fired.push('own'), 10);
    await clock.advance(100);
    expect(fired).to.deep.equal(['own']);
    expect(fakeTimers.now).to.equal(0);
    await fakeTimers.tickAsync(10);
    expect(fired).to.deep.equal(['own', 'fake']);
    expect(clock.now()).to.equal(100);
  });

  it('takes sinon along where both share one time, each timer at its deadline', async () => {
    const fakeTimers = sinon.useFakeTimers({ now: 1_000_000 });
    const clock = createTestClock({ fakeTimers });
    const log: string[] = [];
    const note = (who: string) => log.push(`${who} at ${clock.now()} = ${Date.now() - 1_000_000}`);
    setInterval(() => note('fake'), 40);
    const arm = (): void => {
      clock.setTimeout(() => {
        note('own');
        arm();
      }, 30);
    };
    arm();
    await clock.advance(120);
    expect(log).to.deep.equal([
      'own at 30 = 30',
      'fake at 40 = 40',
      'own at 60 = 60',
      'fake at 80 = 80',
      'own at 90 = 90',
      'fake at 120 = 120',
      'own at 120 = 120',
    ]);
    expect(clock.now()).to.equal(120);
  });

  it('shares one time when either arms timers of the other, through promises too', async () => {
    const fakeTimers = sinon.useFakeTimers();
    const clock = createTestClock({ fakeTimers });
    const log: string[] = [];
    const fakeSleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));
    const ownSleep = (ms: number) => new Promise<void>((resolve) => void clock.setTimeout(resolve, ms));
    const worker = async (): Promise<void> => {
      await fakeSleep(10);
      log.push(`fake at ${clock.now()}`);
      await ownSleep(5);
      log.push(`own at ${clock.now()}`);
      await fakeSleep(1.5);
      log.push(`fake at ${clock.now()}`);
      await ownSleep(0.25);
      log.push(`own at ${clock.now()}`);
    };
    const done = worker();
    await clock.advance(20);
    await done;
    // Sinon counts whole milliseconds: it cuts a delay, and an instant of ours between two of its own comes late.
    expect(log).to.deep.equal(['fake at 10', 'own at 15', 'fake at 16', 'own at 17']);
    expect(clock.pending()).to.deep.equal([]);
  });

  it('sees the time that sinon alone let pass, and catches up with the next advance', () => {
    const fakeTimers = sinon.useFakeTimers();
    const clock = createTestClock({ fakeTimers });
    const firedAt = tick(clock, 30);
    fakeTimers.tick(70);
    expect([clock.now(), ...firedAt]).to.deep.equal([70]);
    clock.advanceSync(0);
    expect(firedAt).to.deep.equal([70]);
    clock.advanceSync(30);
    expect(firedAt).to.deep.equal([70, 100]);
  });

  it('leaves no mark among the timers of sinon when one of them throws', () => {
    const fakeTimers = sinon.useFakeTimers();
    const clock = createTestClock({ fakeTimers });
    setTimeout(() => {
      throw new Error('broken');
    }, 5);
    // In one turn, so that nothing but this test can have set a timer.
    expect(() => {
      clock.advanceSync(10);
    }).to.throw('broken');
    expect([clock.now(), fakeTimers.countTimers()]).to.deep.equal([5, 0]);
  });
});

describe('test clock: with fake timers of other kinds', () => {
  afterEach(() => {
    sinon.restore();
    mock.timers.reset();
  });

  /** Both kinds of timers of one time, and what they say of it. */
  async function sharedLog(fakeTimers: FakeTimers): Promise<readonly string[]> {
    const clock = createTestClock({ fakeTimers });
    const origin = Date.now();
    const log: string[] = [];
    const note = (who: string) => log.push(`${who} at ${clock.now()} = ${Date.now() - origin}`);
    setTimeout(() => {
      note('fake');
      void Promise.resolve().then(() => setTimeout(() => note('fake after a promise'), 5));
    }, 40);
    clock.setTimeout(() => note('own'), 30);
    clock.setTimeout(() => note('own'), 60);
    await clock.advance(60);
    return log;
  }
  const expected = ['own at 30 = 30', 'fake at 40 = 40', 'fake after a promise at 45 = 45', 'own at 60 = 60'];

  /** What `vi` and `jest` have of fake timers, over those of sinon, which both of them are made of. */
  const stepped = (clock: sinon.SinonFakeTimers): FakeTimers => ({
    advanceTimersToNextTimer: () => clock.next(),
    getTimerCount: () => clock.countTimers(),
  });

  it('takes those along that go from timer to timer, as vi and jest', async () => {
    expect(await sharedLog(stepped(sinon.useFakeTimers({ now: 5_000 })))).to.deep.equal(expected);
  });

  it('takes those of node:test along, which go on by milliseconds', async () => {
    mock.timers.enable({ apis: ['setTimeout', 'Date'] });
    expect(await sharedLog(mock.timers)).to.deep.equal(expected);
  });

  it('refuses what it cannot share a time with, instead of waiting for it', async () => {
    expect(() => createTestClock({ fakeTimers: { useFakeTimers: () => undefined } as never })).to.throw(
      "fakeTimers: expected sinon's clock, vi, jest or mock.timers of node:test, came an object of useFakeTimers",
    );
    expect(() => createTestClock({ fakeTimer: sinon.useFakeTimers() } as never)).to.throw(
      "came 'fakeTimer' (did you mean 'fakeTimers'?)",
    );
    const idle = createTestClock({ fakeTimers: { advanceTimersToNextTimer: () => undefined, getTimerCount: () => 0 } });
    const refusal = async (clock: TestClock) =>
      await clock.advance(10).catch((error: unknown) => (error as Error).message);
    expect(await refusal(idle)).to.include('call useFakeTimers() first');
    sinon.restore();
    const withoutDate = createTestClock({
      fakeTimers: stepped(sinon.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })),
    });
    expect(await refusal(withoutDate)).to.include('expected Date to be fake as well');
  });
});
