import { expect } from 'chai';
import { assign, setup } from 'xstate';
import { explore, mutate, system, type MutantOutcome, type ViewOf } from '../../../../src/testing/explorer/index.js';

/** Counts the rounds of a token up to a number, and stops; without its guard it counts for ever. */
const rounds = setup({
  types: { context: {} as { readonly count: number } },
  actions: { count: assign({ count: ({ context }) => context.count + 1 }) },
  guards: { isBelow: ({ context }) => context.count < 3 },
  delays: { round: 1_000 },
}).createMachine({
  id: 'rounds',
  context: { count: 0 },
  initial: 'waiting',
  states: {
    waiting: {
      after: {
        round: [
          { guard: 'isBelow', target: 'waiting', reenter: true, actions: [{ type: 'count' }] },
          { target: 'over' },
        ],
      },
    },
    over: {},
  },
});

const counting = system({ processes: { p: { rounds } }, delays: { round: 1 } });
const countsUp = ({ p }: ViewOf<typeof counting>) => (p.actors.rounds?.context.count ?? 0) >= 0;
const never = { always: { 'counts up': countsUp } };

describe('mutate', () => {
  it('ends a mutant whose states have no end, and names it as undecided', () => {
    const { states } = explore(counting, never).assert();
    const told: string[] = [];
    const result = mutate(counting, {
      ...never,
      onOutcome: ({ description, outcome }, { judged, of }) => told.push(`${judged}/${of} ${outcome} ${description}`),
    });
    const undecided = result.outcomes.filter(({ outcome }) => outcome === 'undecided');
    expect(undecided.map(({ description }) => description)).to.deep.equal(['drops the guard isBelow']);
    expect(undecided[0]?.states).to.be.within(states, 10_600);
    expect(result.toString()).to.include('1 undecided: a limit ended their exploration');
    expect(result.toString()).to.include(
      'undecided: rounds, rounds.waiting → after.round[0].guard: drops the guard isBelow',
    );
    expect(result.survivors).to.not.include(undecided[0]);
    expect(told).to.have.length(result.outcomes.length);
    expect(told.at(-1)).to.match(new RegExp(`^${told.length}/${told.length} `));
  });

  it('keeps to a limit that is given, and counts what is undecided as not noticed', () => {
    const outcomes: MutantOutcome[] = [];
    const result = mutate(counting, { ...never, limit: { states: 50 }, onOutcome: (one) => outcomes.push(one) });
    expect(Math.max(...outcomes.map(({ states }) => states))).to.be.at.most(600);
    expect(result.score).to.equal(
      result.outcomes.filter(({ outcome }) => outcome === 'noticed').length / outcomes.length,
    );
  });

  it('refuses a machine that is none of the system', () => {
    expect(() => mutate(counting, { ...never, machines: ['round'] })).to.throw(
      "machines: expected some of rounds, came 'round' (did you mean 'rounds'?)",
    );
  });
});
