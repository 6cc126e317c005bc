import { expect } from 'chai';
import { setup } from 'xstate';
import { explore, protocolProperties, protocolSystem, type ExploreResult } from '../../../../src/testing/index.js';
import { countersSideBySide, named } from '../support/counters-side-by-side.js';
import { commands } from '../support/machines.js';

const factorial = (of: number): number => (of <= 1 ? 1 : of * factorial(of - 1));

/** How many permutations are tried, all of them for each state. */
function permutationsTried({ states, exchanged = [] }: ExploreResult) {
  return states * factorial(exchanged.length);
}

describe('ids, as many as are worth it', () => {
  it('are exchanged, all six, where most permutations of a state are another state', () => {
    const { states, exchanged, complete } = explore(countersSideBySide(6, 8));
    expect(complete).to.equal(true);
    expect(exchanged).to.deep.equal(named(6));
    // Six out of eight, with repetition.
    expect(states).to.equal(1_716);
  });

  for (const [count, size] of [
    [8, 3],
    [9, 3],
    [12, 2],
    [6, 6],
  ] as const) {
    it(`are fewer where permutations seldom lead to another state: ${count} of ${size} states each`, () => {
      const result = explore(countersSideBySide(count, size));
      const plain = size ** count;
      expect(result.complete).to.equal(true);
      expect(plain / result.states).to.be.above(1.9);
      expect(permutationsTried(result) / (plain - result.states)).to.be.below(8);
    });
  }

  it('are no more than two where nothing ever tells them apart', () => {
    const sleeper = setup({ actions: commands }).createMachine({ id: 'sleeper' });
    const asleep = { ...countersSideBySide(1, 400).config, ids: named(5).map((name) => `s${name}`) };
    const sleepers = Object.fromEntries(asleep.ids.map((name) => [name, { sleeper }]));
    const { states, exchanged } = explore({ config: { ...asleep, processes: { ...asleep.processes, ...sleepers } } });
    expect(states).to.equal(400);
    expect(exchanged).to.deep.equal(['sn0', 'sn1']);
  });

  it('are streams of the protocol, with the verdicts and worst cases as without', () => {
    const options = { streams: 2, records: 0 };
    const plain = explore(protocolSystem(options), protocolProperties(options)).assert();
    const result = explore(protocolSystem({ ...options, symmetric: true }), protocolProperties(options)).assert();
    expect(result.exchanged).to.have.lengthOf(2);
    expect(result.worst).to.deep.equal(plain.worst);
    expect(permutationsTried(result)).to.be.below(4 * (plain.states - result.states));
  });
});
