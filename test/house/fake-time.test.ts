import { expect } from 'chai';
import { pause } from '../support/numbered.js';
import { useFakeTime } from '../support/fake-time.js';

describe('useFakeTime()', () => {
  /** How many timers the work that was begun before the tests has set. */
  let foreignTimers = 0;
  let isOver = false;
  before(() => {
    const work = (): void => {
      if (isOver) return;
      foreignTimers += 1;
      setTimeout(() => undefined, 1_000).unref();
      setImmediate(work);
    };
    setImmediate(work);
  });
  after(() => {
    isOver = true;
  });
  const time = useFakeTime();

  it('counts no timer of what was begun before the test', async () => {
    const foreignTimersBefore = foreignTimers;
    let fired = false;
    setTimeout(() => (fired = true), 500);
    expect(time.pending).to.equal(1);
    await time.pass(500);
    expect(fired).to.equal(true);
    expect(foreignTimers).to.be.greaterThan(foreignTimersBefore);
    expect(time.pending).to.equal(0);
  });

  it('fakes the timers of whatever the test sets off', async () => {
    let resolved = false;
    void Promise.resolve()
      .then(() => pause(60_000))
      .then(() => (resolved = true));
    await time.pass(59_999);
    expect([resolved, time.pending]).to.deep.equal([false, 1]);
    await time.pass(1);
    expect([resolved, time.pending]).to.deep.equal([true, 0]);
  });
});
