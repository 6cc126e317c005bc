import { expect } from 'chai';
import { setup } from 'xstate';
import { FairRounds, type FairEdge } from '../../../../src/testing/explorer/liveness/fair-loss.js';
import type { WayGraph } from '../../../../src/testing/explorer/state-space/state-graph.js';
import { createRandom, explore, system, type ViewOf } from '../../../../src/testing/index.js';
import { seed } from '../../../support/seed.js';
import { commands } from '../support/machines.js';

interface Edge {
  readonly from: number;
  readonly to: number;
  readonly isTick: boolean;
  readonly fair: FairEdge | undefined;
}

/** Only what is asked of edges. */
function graphOf(edges: readonly (readonly Edge[])[]): WayGraph {
  const all = edges.flat();
  const firstEdge = (state: number) => edges.slice(0, state).flat().length;
  return {
    firstEdge,
    target: (edge: number) => all[edge]?.to ?? -1,
    isTick: (edge: number) => all[edge]?.isTick === true,
  } as unknown as WayGraph;
}

/** All sets out of so many things, as bits. */
const sets = (count: number) => Array.from({ length: 2 ** count }, (_, bits) => bits);

/** Whether any set of states has a round that visits all of it, with a tick, in which what is lost arrives. */
function hasFairRound(edges: readonly (readonly Edge[])[], keys: readonly string[]): boolean {
  return sets(edges.length).some((states) =>
    sets(keys.length).some((lost) => {
      const isIn = (state: number) => (states & (1 << state)) !== 0;
      const mayLose = (key: string) => (lost & (1 << keys.indexOf(key))) !== 0;
      const own = edges.flat().filter(({ from, to, fair }) => {
        return isIn(from) && isIn(to) && (fair?.kind !== 'lost' || mayLose(fair.key));
      });
      if (!own.some(({ isTick }) => isTick)) return false;
      const members = edges.flatMap((_, state) => (isIn(state) ? [state] : []));
      const reaches = (from: number) => {
        const seen = new Set([from]);
        for (const state of seen) for (const edge of own) if (edge.from === state) seen.add(edge.to);
        return seen;
      };
      if (!members.every((from) => members.every((to) => reaches(from).has(to)))) return false;
      return own.every(
        ({ fair }) =>
          fair?.kind !== 'lost' || own.some((other) => other.fair?.kind === 'arrives' && other.fair.key === fair.key),
      );
    }),
  );
}

describe('explorer: loss that is fair', () => {
  it(`finds a fair round in a graph exactly where there is one, and shows one that is fair (seed ${seed})`, () => {
    const random = createRandom(seed);
    const below = (count: number) => Math.floor(random.next() * count);
    const keys = ['0 0', '0 1', '1 0'];
    let found = 0;
    for (let run = 0; run < 1_500; run += 1) {
      const count = 1 + below(5);
      const edges = Array.from({ length: count }, (_, from) =>
        Array.from({ length: below(4) }, (): Edge => {
          const [kind, key = ''] = [below(4), keys[below(3)]];
          const fair =
            kind === 0 ? { kind: 'lost' as const, key } : kind === 1 ? { kind: 'arrives' as const, key } : undefined;
          return { from, to: below(count), isTick: kind === 2, fair };
        }),
      );
      const rounds = new FairRounds(graphOf(edges), edges.keys(), (state) =>
        (edges[state] ?? []).map(({ fair }) => fair),
      );
      expect(!rounds.isEmpty, JSON.stringify(edges)).to.equal(hasFairRound(edges, keys));
      for (let state = 0; state < count; state += 1) {
        if (!rounds.has(state)) continue;
        found += 1;
        const { states, counts } = rounds.roundFrom(state);
        expect(states[0]).to.equal(state);
        expect(states.at(-1)).to.equal(state);
        for (const { lost, arrives } of counts.values()) expect(lost === 0 || arrives > 0).to.equal(true);
      }
    }
    expect(found).to.be.greaterThan(300);
  });

  const asker = setup({ actions: commands, delays: { patience: 1_000 } }).createMachine({
    id: 'asker',
    initial: 'asking',
    states: {
      asking: {
        entry: [{ type: 'send', params: { to: 'answerer', event: { type: 'question' } } }],
        on: { answer: 'told' },
        after: { patience: { target: 'asking', reenter: true } },
      },
      told: {},
    },
  });
  const send = (to: string, type: string) => ({ type: 'send', params: { to, event: { type } } }) as const;
  /** Answers a question, or only each second one, so that an answer is owed to two that arrive. */
  const answerer = setup({ actions: commands }).createMachine({
    id: 'answerer',
    initial: 'even',
    states: {
      even: { on: { question: 'odd' } },
      odd: { on: { question: { target: 'even', actions: [send('asker', 'answer')] } } },
    },
  });
  const office = (loss: 'none' | 'fair', links = {}) =>
    system({
      processes: { asker: { asker }, answerer: { answerer } },
      delays: { patience: 2 },
      network: { loss, ...links },
    });
  type Office = ViewOf<ReturnType<typeof office>>;
  const isTold = ({ asker: { actors } }: Office) => actors.asker?.matches('told') === true;
  const rules = { leadsTo: { 'who asks is told': { from: () => true, to: isTold } } };

  it('gives what is asked again and again, in a time that has no bound', () => {
    expect(explore(office('none'), rules).assert().worst).to.deep.equal({ 'who asks is told': 2 });
    expect(explore(office('fair'), rules).assert().worst).to.deep.equal({ 'who asks is told': Infinity });
  });

  it('is no loss of what is sent once: that may be lost, and no round loses it', () => {
    const once = setup({ actions: commands }).createMachine({
      id: 'asker',
      initial: 'asking',
      states: { asking: { entry: [send('answerer', 'question')], on: { answer: 'told' } }, told: {} },
    });
    const plain = setup({ actions: commands }).createMachine({
      id: 'answerer',
      on: { question: { actions: [send('asker', 'answer')] } },
    });
    const single = system({
      processes: { asker: { asker: once }, answerer: { answerer: plain } },
      network: { links: { 'asker->answerer': { loss: 'fair' }, 'answerer->asker': {} } },
    });
    const { violations } = explore(single, {
      leadsTo: {
        'who asks is told': { from: () => true, to: ({ asker: { actors } }) => actors.asker?.matches('told') === true },
      },
    });
    expect(violations[0]?.reason).to.include('may wait for ever, and the loss is fair: nothing is lost in the round');
    expect(violations[0]?.steps.map(({ kind }) => kind)).to.include('drop');
  });

  it('says in the lasso what is lost and arrives in each round', () => {
    /** Forgets between two questions that it was asked. */
    const forgetful = setup({ actions: commands, delays: { memory: 1_000 } }).createMachine({
      id: 'answerer',
      initial: 'even',
      states: {
        even: { on: { question: 'odd' } },
        odd: {
          on: { question: { target: 'even', actions: [send('asker', 'answer')] } },
          after: { memory: 'even' },
        },
      },
    });
    const slow = (patience: number) =>
      system({
        processes: { asker: { asker }, answerer: { answerer: forgetful } },
        delays: { patience, memory: 3 },
        network: { loss: 'fair' },
      });
    const { violations } = explore(slow(2), rules);
    expect(violations[0]?.reason).to.match(
      /may wait for ever, and the loss is fair: in each round question from asker to answerer arrives (once|\d times), lost (once|\d times)/,
    );
    expect(violations[0]?.loopAt).to.be.a('number');
  });

  it('is refused where it means nothing, with the reason', () => {
    expect(() => office('fair', { order: 'set' })).to.throw(/messages of a set may never arrive anyway/);
    expect(() => explore(office('fair'), { ...rules, partialOrder: true })).to.throw(/came 'asker->answerer'/);
    expect(() => office('unfair' as 'fair')).to.throw(/loss: expected/);
    expect(() => system({ ...office('fair').config, ids: ['a', 'b'] } as never)).to.throw(
      /expected no ids beside a fair/,
    );
  });
});
