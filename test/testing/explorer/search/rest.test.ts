import { expect } from 'chai';
import { setup } from 'xstate';
import {
  explore,
  restProperty,
  simulate,
  system,
  type Faults,
  type SystemView,
  type ViewOf,
} from '../../../../src/testing/explorer/index.js';
import { commands } from '../support/machines.js';
import { isDone, requestSystem } from '../support/request-system.js';

/** Takes the fork on its left, then that on its right, eats, and puts both back. */
const philosopher = setup({ actions: commands }).createMachine({
  id: 'philosopher',
  initial: 'hungry',
  states: {
    hungry: { on: { left: 'one' } },
    one: { on: { right: 'eating' } },
    eating: { on: { enough: 'hungry' } },
  },
});

/** Two of them at a table with two forks: each of them holds one, and waits for the other. */
const table = system({
  processes: { table: { A: philosopher, B: philosopher } },
  stimuli: Object.fromEntries(
    ['A', 'B'].flatMap((one) => {
      const other = one === 'A' ? 'B' : 'A';
      const isFree = (who: string, states: readonly string[]) => (view: SystemView) =>
        states.every((state) => view['table']?.actors[who]?.matches(state) !== true);
      const given = { process: 'table', actor: one, max: Infinity };
      return [
        [`${one} takes left`, { ...given, event: { type: 'left' }, when: isFree(other, ['eating']) }],
        [`${one} takes right`, { ...given, event: { type: 'right' }, when: isFree(other, ['one', 'eating']) }],
        [`${one} has enough`, { ...given, event: { type: 'enough' } }],
      ];
    }),
  ),
});

describe('rest', () => {
  it('is a deadlock where it may not be, with a shortest trace', () => {
    const { violations, ok, atRest } = explore(table, { mayRest: () => false });
    expect(ok).to.equal(false);
    expect(atRest).to.equal(1);
    const [deadlock] = violations;
    expect([deadlock?.property, deadlock?.kind]).to.deep.equal([restProperty, 'rest']);
    expect(deadlock?.steps.map(({ name }) => name)).to.have.members(['A takes left', 'B takes left']);
    expect(deadlock?.toString()).to.include('a deadlock: nothing but time can happen from here');
    expect(deadlock?.replay().differences).to.deep.equal([]);
  });

  it('is told, and passes, where nobody asks, and where it may be', () => {
    expect(explore(table).assert().atRest).to.equal(1);
    expect(explore(table, { mayRest: () => true }).assert().atRest).to.equal(1);
  });

  it('is no state in which a timer runs, a message is under way or a stimulus is left', () => {
    const { atRest } = explore(requestSystem(), { mayRest: isDone }).assert();
    // The client has its answer, or two of them.
    expect(atRest).to.be.above(0);
    const unasked = explore(requestSystem(), { stimuli: {}, mayRest: isDone });
    expect(unasked.violations.map(({ kind, steps }) => [kind, steps.length])).to.deep.equal([['rest', 0]]);
  });

  const faults: readonly Faults[] = [
    { drop: { max: 1, mayBeUnused: true } },
    { duplicate: 1 },
    { crash: { max: 1, of: ['server'], restart: true } },
    { cut: { max: 1, of: ['server'] } },
    { late: { max: 1, ticks: 2 } },
  ];
  for (const fault of faults) {
    it(`counts on no fault to end it: ${Object.keys(fault).join()}`, () => {
      // A budget is left in some of the states at rest.
      const result = explore(requestSystem({ faults: fault }), {
        mayRest: (view, { left }) => isDone(view) && left[Object.keys(fault)[0] ?? ''] === 0,
      });
      expect(result.violations.map(({ kind }) => kind)).to.deep.equal(['rest']);
    });
  }

  it('is judged of each exchange of ids', () => {
    const lamp = setup({}).createMachine({
      id: 'lamp',
      initial: 'off',
      states: { off: { on: { press: 'on' } }, on: {} },
    });
    const lamps = (ids: readonly string[]) =>
      system({
        processes: { house: { A: lamp, B: lamp } },
        stimuli: {
          'press A': { process: 'house', actor: 'A', event: { type: 'press' } },
          'press B': { process: 'house', actor: 'B', event: { type: 'press' } },
        },
        ids,
      });
    for (const ids of [[], ['A', 'B']]) {
      const given = lamps(ids);
      const isOn = (id: 'A' | 'B') => (view: ViewOf<typeof given>) => view.house.actors[id]?.matches('on') === true;
      expect(explore(given, { mayRest: isOn('B') }).assert().atRest).to.equal(1);
      const wrong = explore(given, { mayRest: (view) => !isOn('B')(view) });
      expect(wrong.violations.map(({ kind, steps }) => [kind, steps.length])).to.deep.equal([['rest', 2]]);
    }
  });

  it('ends a simulation where it may not be', () => {
    const walks = Array.from({ length: 10 }, (_, seed) =>
      simulate(table, { seed, steps: 1_000, mayRest: () => false }),
    );
    const [stuck] = walks.filter(({ ok }) => !ok);
    expect(stuck?.violations[0]?.kind).to.equal('rest');
    expect(stuck?.violations[0]?.reason).to.include(`(seed ${stuck?.seed})`);
    expect(stuck?.replay().differences).to.deep.equal([]);
  });

  it('is refused where it is no predicate', () => {
    expect(() => explore(table, { mayRest: true as never })).to.throw(
      'mayRest: expected a function, came boolean true',
    );
  });
});
