import { expect } from 'chai';
import { Settled } from '../../../src/consumer/settled.js';

describe('Settled', () => {
  it('gives its first value, whether it is asked for before or after that comes, and one promise', async () => {
    const [early, late] = [new Settled<number>(), new Settled<number>()];
    const { promise } = early;
    for (const settled of [early, late]) {
      settled.settle(1);
      settled.settle(2);
      expect(await settled.promise).to.equal(1);
      expect(settled.promise).to.equal(settled.promise);
    }
    expect(early.promise).to.equal(promise);
  });
});
