import { expect } from 'chai';
import { explore } from '../../../src/testing/index.js';
import { twoPhase, type View } from './two-phase-system.js';

const someIs = (state: string) => (view: View) =>
  Object.values(view).some(({ actors }) => actors['keeper']?.matches(state) === true);
const isDecided = (view: View) =>
  Object.values(view).every(({ actors }) => actors['keeper']?.matches('prepared') !== true);

describe('example: two-phase commit as in TLA+', () => {
  // For 3 and 5 of them as TLC and Stateright count.
  for (const [count, states] of [
    [3, 288],
    [4, 1_568],
    [5, 8_832],
  ] as const) {
    it(`has ${states} states for ${count} resource managers, and in none of them one commits what another aborts`, () => {
      const result = explore(twoPhase(count), {
        always: { agreement: (view) => !(someIs('committed')(view) && someIs('aborted')(view)) },
        reachable: { committed: someIs('committed'), aborted: someIs('aborted') },
        mayRest: isDecided,
      }).assert();
      expect(result.states).to.equal(states);
    });
  }

  it('shows a trace that the actors themselves take', () => {
    const [violation] = explore(twoPhase(2), {
      always: { 'nobody commits': (view) => !someIs('committed')(view) },
    }).violations;
    const kinds = violation?.steps.map(({ kind }) => kind).sort();
    expect(kinds).to.deep.equal(['deliver', 'deliver', 'deliver', 'stimulus', 'stimulus', 'stimulus']);
    expect(violation?.replay().differences).to.deep.equal([]);
  });
});
