import { expect } from 'chai';
import { setup } from 'xstate';
import {
  explore,
  system,
  type StartActors,
  type Stimulus,
  type SystemConfig,
  type SystemView,
} from '../../../../src/testing/index.js';
import { commands } from '../support/machines.js';

/** One of three colours, which comes to the next one whenever it is told. */
const bead = setup({ actions: commands }).createMachine({
  id: 'bead',
  initial: 'red',
  states: { red: { on: { turn: 'green' } }, green: { on: { turn: 'blue' } }, blue: { on: { turn: 'red' } } },
});

const named = (count: number) => Array.from({ length: count }, (_, index) => `b${index}`);

function beads(count: number, ids: NonNullable<SystemConfig['ids']>) {
  const processes: Readonly<Record<string, StartActors>> = Object.fromEntries(
    named(count).map((name) => [name, { bead }]),
  );
  return system({
    processes,
    network: { links: {} },
    stimuli: Object.fromEntries(
      named(count).map((name): [string, Stimulus<SystemView<typeof processes>>] => [
        `turn ${name}`,
        { process: name, event: { type: 'turn' }, max: Infinity },
      ]),
    ),
    ids,
  });
}

/** How many necklaces of three colours there are, by Burnside: Riordan, An Introduction to Combinatorial Analysis. */
function necklaces(count: number): number {
  const gcd = (a: number, b: number): number => (b === 0 ? a : gcd(b, a % b));
  return named(count).reduce((sum, _, turn) => sum + 3 ** gcd(turn, count), 0) / count;
}

/** Sets with repetition of so many of three colours. */
const bags = (count: number) => ((count + 1) * (count + 2)) / 2;

const allAre = (colour: string) => (view: SystemView<Readonly<Record<string, StartActors>>>) =>
  Object.values(view).every(({ actors }) => actors['bead']?.matches(colour) === true);

describe('ids in a ring', () => {
  for (const count of [3, 5, 6, 7]) {
    it(`${count} of them have as many states as there are necklaces, ${necklaces(count)} for ${3 ** count}`, () => {
      const rules = { reachable: { blue: allAre('blue') }, always: {} };
      expect(explore(beads(count, []), rules).assert().states).to.equal(3 ** count);
      const { states, violations } = explore(beads(count, { ring: named(count) }), rules).assert();
      expect({ states, violations }).to.deep.equal({ states: necklaces(count), violations: [] });
    });
  }

  it('show the same violation, as long, in a trace that real actors follow', () => {
    const always = { 'never blue': (view: Parameters<ReturnType<typeof allAre>>[0]) => !allAre('blue')(view) };
    const [plain] = explore(beads(4, []), { always }).violations;
    const [ring] = explore(beads(4, { ring: named(4) }), { always }).violations;
    expect(ring?.steps.length).to.equal(plain?.steps.length).and.to.equal(8);
    expect(ring?.replay().differences).to.deep.equal([]);
  });

  it('are refused where the machines are no ring', () => {
    const line = { ...beads(3, { ring: named(3) }).config, network: { links: { 'b0->b1': {}, 'b1->b2': {} } } };
    expect(() => explore({ config: line })).to.throw('ids: the link');
    expect(() => beads(3, { rings: named(3) } as never)).to.throw("came 'rings' (did you mean 'ring'?)");
    expect(() => beads(3, ['b0', 'b0'])).to.throw('ids: expected a list of different names');
  });
});

describe('more than five ids', () => {
  for (const count of [5, 6, 7]) {
    it(`${count} of them have the states of five that are exchanged, beside the others`, () => {
      const { states } = explore(beads(count, named(count)), { reachable: { blue: allAre('blue') } }).assert();
      expect(states).to.equal(bags(5) * 3 ** (count - 5));
    });
  }
});
