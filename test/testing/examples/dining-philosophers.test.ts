import { expect } from 'chai';
import { setup } from 'xstate';
import { explore, system, type StartActors, type Stimulus, type SystemView } from '../../../src/testing/index.js';

type View = SystemView<Readonly<Record<string, StartActors>>>;

/** Can everybody starve? Each takes the fork on the left, then that on the right, and eats. */
const philosopher = setup({}).createMachine({
  id: 'philosopher',
  initial: 'hungry',
  states: {
    hungry: { on: { first: 'one' } },
    one: { on: { second: 'eating' } },
    eating: { on: { enough: 'hungry' } },
  },
});

/** @param hasLeftHander whether the last one takes the fork on the right first, which is the remedy. */
function table(count: number, hasLeftHander = false) {
  const names = Array.from({ length: count }, (_, index) => `p${index}`);
  const isLeftHander = (who: number) => hasLeftHander && who === count - 1;
  const isIn = (view: View, who: number, state: string) =>
    view['table']?.actors[`p${(who + count) % count}`]?.matches(state) === true;
  /** Fork number `f` lies between the philosophers `f - 1` and `f`. */
  const isHeld = (view: View, fork: number) =>
    [fork - 1, fork].some((who) => {
      const [left, right] = [(who + count) % count, (who + 1 + count) % count];
      const first = isLeftHander((who + count) % count) ? right : left;
      const own = (fork + count) % count;
      return isIn(view, who, 'eating') || (isIn(view, who, 'one') && first === own);
    });
  const stimuli = names.flatMap((actor, who): readonly (readonly [string, Stimulus<View>])[] => {
    const given = { process: 'table', actor, max: Infinity };
    const [first, second] = isLeftHander(who) ? [who + 1, who] : [who, who + 1];
    return [
      [`${actor} takes one`, { ...given, event: { type: 'first' }, when: (view) => !isHeld(view, first) }],
      [`${actor} takes another`, { ...given, event: { type: 'second' }, when: (view) => !isHeld(view, second) }],
      [`${actor} has enough`, { ...given, event: { type: 'enough' } }],
    ];
  });
  const processes: Readonly<Record<string, StartActors>> = {
    table: Object.fromEntries(names.map((name) => [name, philosopher])),
  };
  return system({ processes, stimuli: Object.fromEntries(stimuli) });
}

/**
 * How many states the table has, counted in another way: the rounds of hungry, one and eating in which nobody eats with
 * a fork that the next one holds, which are the trace of a power of the matrix of who may sit beside whom.
 */
function seatings(count: number): number {
  const beside = [
    [1, 1, 1],
    [1, 1, 1],
    [1, 0, 0],
  ];
  const times = (a: readonly (readonly number[])[], b: readonly (readonly number[])[]) =>
    a.map((row) => row.map((_, column) => row.reduce((sum, value, k) => sum + value * (b[k]?.[column] ?? 0), 0)));
  let power = beside;
  for (let step = 1; step < count; step += 1) power = times(power, beside);
  return power.reduce((sum, row, index) => sum + (row[index] ?? 0), 0);
}

describe('example: dining philosophers', () => {
  for (const count of [2, 3, 5, 7]) {
    it(`${count} of them come to hold a fork each, in ${seatings(count)} states`, () => {
      const { violations } = explore(table(count), { mayRest: () => false });
      expect(violations[0]?.kind).to.equal('rest');
      // The shortest way there: one fork after another.
      expect(violations[0]?.steps).to.have.length(count);
      const { states, atRest } = explore(table(count)).assert();
      expect({ states, atRest }).to.deep.equal({ states: seatings(count), atRest: 1 });
    });
  }

  it('go on for ever where one of them begins on the other side', () => {
    for (const count of [2, 3, 5]) {
      expect(explore(table(count, true), { mayRest: () => false }).assert().atRest).to.equal(0);
    }
  });
});
