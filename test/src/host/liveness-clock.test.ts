import { expect } from 'chai';
import sinon from 'sinon';
import { systemClock } from '../../../src/host/clock.js';
import { LivenessClock } from '../../../src/host/liveness-clock.js';

describe('LivenessClock', () => {
  let time: sinon.SinonFakeTimers;
  beforeEach(() => {
    time = sinon.useFakeTimers();
  });
  afterEach(() => {
    time.restore();
  });

  const start = (ms: number) => {
    const clock = new LivenessClock(systemClock);
    const fired = sinon.spy();
    return { clock, fired, timer: clock.setTimeout(fired, ms) };
  };

  it('fires at the due time where nothing touches it', () => {
    const { fired } = start(100);
    time.tick(99);
    expect(fired.callCount).to.equal(0);
    time.tick(1);
    expect(fired.callCount).to.equal(1);
  });

  it('lets the event loop turn once more where it fires late, so that what came meanwhile is heard', () => {
    const pending: { fn: () => void; ms: number }[] = [];
    let now = 0;
    const clock = new LivenessClock({
      now: () => now,
      setTimeout: (fn, ms) => pending.push({ fn, ms }),
      clearTimeout: () => undefined,
    });
    const fired = sinon.spy();
    const run = (at: number) => {
      now = at;
      pending.shift()?.fn();
    };
    clock.setTimeout(fired, 100);
    run(5_000);
    expect([fired.callCount, pending[0]?.ms]).to.deep.equal([0, 0]);
    clock.touch();
    run(5_001);
    expect([fired.callCount, pending[0]?.ms]).to.deep.equal([0, 99]);
    run(9_000);
    run(9_001);
    expect([fired.callCount, pending.length]).to.deep.equal([1, 0]);
  });

  it('fires its whole time after the last touch', () => {
    const { clock, fired } = start(100);
    time.tick(60);
    clock.touch();
    time.tick(30);
    clock.touch();
    time.tick(99);
    expect(fired.callCount).to.equal(0);
    time.tick(1);
    expect(fired.callCount).to.equal(1);
  });

  it('goes on for as long as it is touched within its time', () => {
    const { clock, fired } = start(100);
    for (let round = 0; round < 50; round += 1) {
      time.tick(99);
      clock.touch();
    }
    expect(fired.callCount).to.equal(0);
    time.tick(100);
    expect(fired.callCount).to.equal(1);
  });

  it('takes no notice of a touch before the timer was set', () => {
    const clock = new LivenessClock(systemClock);
    clock.touch();
    time.tick(50);
    const fired = sinon.spy();
    clock.setTimeout(fired, 100);
    time.tick(100);
    expect(fired.callCount).to.equal(1);
  });

  it('fires once', () => {
    const { clock, fired } = start(100);
    time.tick(50);
    clock.touch();
    time.tick(1000);
    clock.touch();
    time.tick(1000);
    expect(fired.callCount).to.equal(1);
  });

  it('does not fire after it is cleared, neither before nor after it was touched', () => {
    const { clock, fired, timer } = start(100);
    time.tick(50);
    clock.touch();
    time.tick(60);
    clock.clearTimeout(timer);
    time.tick(1000);
    expect(fired.callCount).to.equal(0);
    expect(time.countTimers()).to.equal(0);
  });

  it('sets no timer for a touch', () => {
    const { clock } = start(100);
    for (let count = 0; count < 1000; count += 1) clock.touch();
    expect(time.countTimers()).to.equal(1);
  });

  it('clears nothing where there is no timer', () => {
    const { clock, fired } = start(100);
    clock.clearTimeout(undefined);
    time.tick(100);
    expect(fired.callCount).to.equal(1);
  });
});
