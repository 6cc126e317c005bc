import { expect } from 'chai';
import fc from 'fast-check';
import { Fifo } from '../../../src/host/fifo.js';
import { seed } from '../../support/seed.js';

describe(`Fifo (SEED=${seed})`, () => {
  it('gives what it was given, in order, however much waits', () => {
    const operations = fc.array(fc.oneof(fc.integer({ min: -3_000, max: 3_000 })), { maxLength: 20 });
    fc.assert(
      fc.property(operations, (counts) => {
        const fifo = new Fifo<number>();
        let [given, taken] = [0, 0];
        for (const count of counts) {
          for (let n = 0; n < count; n += 1) fifo.push((given += 1));
          for (let n = 0; n > count; n -= 1) {
            const item = fifo.shift();
            expect(item).to.equal(taken < given ? (taken += 1) : undefined);
          }
          expect(fifo.length).to.equal(given - taken);
        }
      }),
      { seed, numRuns: 50 },
    );
  });
});
