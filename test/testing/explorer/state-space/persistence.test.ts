import { expect } from 'chai';
import { setup } from 'xstate';
import { explore, simulate, system, type Faults, type ViewOf } from '../../../../src/testing/index.js';
import { commands } from '../support/machines.js';

/** Writes a note and tells two others, when it is asked to, when a timer fires, or when one of the others says so. */
const teller = setup({
  types: { context: {} as { readonly has: string } },
  actions: commands,
  delays: { pause: 1_000 },
}).createMachine({
  id: 'teller',
  context: ({ input }) => ({ has: (input as { readonly has?: string } | undefined)?.has ?? 'nothing' }),
  initial: 'idle',
  states: {
    idle: { on: { go: 'telling', poke: 'telling' }, after: { pause: 'telling' } },
    telling: {
      entry: [
        { type: 'send', params: { to: 'left', event: { type: 'news' } } },
        { type: 'note', params: { name: 'told', value: 'left' } },
        { type: 'send', params: { to: 'right', event: { type: 'news' } } },
      ],
    },
  },
});

const listener = setup({ actions: commands }).createMachine({
  id: 'listener',
  initial: 'waiting',
  states: {
    waiting: {
      on: { news: 'informed', ask: { actions: [{ type: 'send', params: { to: 'teller', event: { type: 'poke' } } }] } },
    },
    informed: {},
  },
});

const telling = (crash: NonNullable<Faults['crash']>, cause: 'go' | 'poke' | 'pause') =>
  system({
    processes: {
      teller: {
        teller: {
          machine: teller,
          input: { has: 'its input' },
          recall: ({ told }) => (typeof told === 'string' ? { has: `told ${told}` } : undefined),
        },
      },
      left: { left: listener },
      right: { right: listener },
    },
    delays: { pause: cause === 'pause' ? 1 : 5 },
    stimuli: {
      go: { process: 'teller', event: { type: 'go' }, max: cause === 'go' ? 1 : 0 },
      ask: { process: 'left', event: { type: 'ask' }, max: cause === 'poke' ? 1 : 0 },
    },
    faults: { crash },
  });

type View = ViewOf<ReturnType<typeof telling>>;
const isOver = ({ left, right, teller: { isAlive, notes } }: View, told: boolean, others: readonly string[]) =>
  !isAlive &&
  (notes['told'] !== undefined) === told &&
  ([left.actors.left, right.actors.right] as const).every(
    (one, index) => one?.matches('informed') === others.includes(['left', 'right'][index]!),
  );

describe('a crash in the middle of a step', () => {
  for (const [cause, kind] of [
    ['go', 'stimulus'],
    ['poke', 'deliver'],
    ['pause', 'timer'],
  ] as const) {
    it(`comes between any two of what a ${kind} leads to, and nothing of it comes out of order`, () => {
      const crash = { max: 1, of: ['teller'], midStep: true };
      const always = {
        'the note follows the first message': (view: View) =>
          view.teller.notes['told'] === undefined || view.teller.notes['told'] === 'left',
      };
      const ways = {
        'told left': (view: View) => isOver(view, false, ['left']),
        'told left and wrote': (view: View) => isOver(view, true, ['left']),
        'told both': (view: View) => isOver(view, true, ['left', 'right']),
      };
      explore(telling(crash, cause), { always, reachable: ways }).assert();
      const [never] = explore(telling({ ...crash, midStep: false }, cause), {
        reachable: { 'told left': ways['told left'] },
      }).violations;
      expect(never?.kind).to.equal('reachable');
      const [found] = explore(telling(crash, cause), {
        always: { no: (view) => !ways['told left and wrote'](view) },
      }).violations;
      const step = found?.steps.find(({ interrupted }) => interrupted !== undefined);
      expect(step?.interrupted).to.deep.equal({ kind, effects: 2 });
      expect(step?.sent.map(({ to }) => to)).to.deep.equal(['left']);
      expect(found?.replay().differences).to.deep.equal([]);
      expect(found?.toString()).to.include('after 2 of its effects');
      expect(JSON.stringify(found)).to.include('after 2 of its effects');
      expect(found?.toMermaid()).to.include('after 2 of its effects');
    });
  }

  it('is met by a random walk, which real actors follow', () => {
    const crash = { max: 3, of: ['teller'], restart: true, midStep: true };
    const walks = Array.from({ length: 30 }, (_, seed) => simulate(telling(crash, 'go'), { seed, steps: 12 }));
    const met = walks.filter((walk) => walk.trace().steps.some(({ interrupted }) => interrupted !== undefined));
    expect(met).to.not.equal([]);
    for (const walk of met) expect(walk.replay().differences).to.deep.equal([]);
  });

  it('is refused where ids are exchanged, and anything but a flag', () => {
    const config = telling({ max: 1, of: ['left', 'right'], midStep: true }, 'go').config;
    expect(() => explore({ config: { ...config, ids: ['left', 'right'] } })).to.throw(
      'ids: expected no crashes with midStep',
    );
    expect(() => telling({ max: 1, midStep: 1 as never }, 'go')).to.throw(
      'faults.crash.midStep: expected true or false',
    );
  });
});

describe('what an actor recalls', () => {
  const crash = { max: 1, of: ['teller'], restart: true };

  it('is its input where it starts again, and its input is that where it recalls nothing', () => {
    const has = (what: string) => (view: View) => view.teller.actors.teller?.context.has === what;
    explore(telling(crash, 'go'), {
      always: { 'one of both': (view) => !view.teller.isAlive || has('its input')(view) || has('told left')(view) },
      reachable: { 'told left': has('told left'), 'its input': has('its input') },
    }).assert();
  });

  it('is a function that answers at once with plain data, or told', () => {
    const recalling = (recall: unknown) => () =>
      explore(
        system({
          processes: { teller: { teller: { machine: teller, recall: recall as () => object } } },
          delays: { pause: 1 },
        }),
      ).violations[0]?.reason;
    expect(recalling('told')).to.throw("actor 'teller': recall: expected a function, came 'told'");
    expect(recalling(async () => Promise.resolve({}))).to.throw('recall: expected a function, came an async function');
    expect(recalling(() => ({ when: new Date(0) }))()).to.equal(
      'teller/teller, recall: what it recalls.when is a Date, which is not plain data',
    );
    let times = 0;
    expect(recalling(() => ({ has: `${(times += 1)}` }))()).to.include('is not deterministic');
  });
});
