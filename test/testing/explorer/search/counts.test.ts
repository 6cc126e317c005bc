import { expect } from 'chai';
import { explore, system, type Faults } from '../../../../src/testing/explorer/index.js';
import { counter } from '../support/machines.js';
import { countRequestStates } from '../support/request-model.js';
import { requestSystem } from '../support/request-system.js';

const asking = (delay: number, retry: number, faults: Faults = {}) =>
  requestSystem({ network: { delay }, retry, faults });

describe('explore, counts', () => {
  it('finds every combination of two counters, and one step of each and of time out of each', () => {
    const two = system({
      processes: {
        a: { counter: { machine: counter, input: { size: 3 } } },
        b: { counter: { machine: counter, input: { size: 4 } } },
      },
      stimuli: {
        'up a': { process: 'a', event: { type: 'up' }, max: Infinity },
        'up b': { process: 'b', event: { type: 'up' }, max: Infinity },
      },
    });
    const { states, edges, depth, complete } = explore(two);
    expect({ states, edges, depth, complete }).to.deep.equal({ states: 12, edges: 36, depth: 5, complete: true });
  });

  it('counts a stimulus with a budget among the states', () => {
    const one = system({
      processes: { a: { counter: { machine: counter, input: { size: 2 } } } },
      stimuli: { up: { process: 'a', event: { type: 'up' }, max: 3 } },
    });
    const { states, edges } = explore(one);
    expect({ states, edges }).to.deep.equal({ states: 4, edges: 7 });
  });

  it('finds the states of a request without delay that were enumerated by hand', () => {
    // idle; asked, with 2 ticks left; answered; done. The request and the reply must arrive before time goes on.
    const { states, edges } = explore(asking(0, 2));
    // idle: go, tick. asked: deliver. answered: deliver. done: tick.
    expect({ states, edges }).to.deep.equal({ states: 4, edges: 5 });
  });

  it('finds the states of a lost request that were enumerated by hand', () => {
    const { states, edges, depth } = explore(asking(0, 2, { drop: 1 }));
    // With the drop: idle, asked, replied, done. After it: waiting 2, 1, 0, asked, replied, done.
    // idle: go, tick. asked: deliver, drop. replied: deliver, drop. done: tick; and without the drop left:
    // waiting 2: tick, 1: tick, 0: retry, asked: deliver, replied: deliver, done: tick.
    expect({ states, edges, depth }).to.deep.equal({ states: 10, edges: 13, depth: 7 });
  });

  const models = [
    { delay: 1, retry: 3, drops: 1, crashes: 0 },
    { delay: 2, retry: 3, drops: 2, crashes: 0 },
    { delay: 3, retry: 2, drops: 2, crashes: 1 },
    { delay: 1, retry: 1, drops: 3, crashes: 1 },
  ];
  for (const model of models) {
    const { delay, retry, drops, crashes } = model;
    it(`agrees with an independent enumeration for delay ${delay}, retry ${retry}, ${drops} drops, ${crashes} crashes`, () => {
      const faults = { drop: drops, crash: { max: crashes, of: ['server'] } };
      const { states, edges } = explore(asking(delay, retry, faults));
      expect({ states, edges }).to.deep.equal(countRequestStates(model));
      expect(states).to.be.above(15);
    });
  }
});
