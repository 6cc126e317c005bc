import { expect } from 'chai';
import { assign, setup } from 'xstate';
import { explore, system, type System, type SystemView } from '../../../../src/testing/explorer/index.js';
import { countersSideBySide } from '../support/counters-side-by-side.js';
import { commands } from '../support/machines.js';

/** Requests of a client for streams that a server keeps as a sorted list, each stream an actor at the client. */
const stream = setup({
  types: { context: {} as { readonly id: string } },
  actions: commands,
  delays: { patience: 1000 },
}).createMachine({
  id: 'stream',
  context: ({ input }) => (input as { readonly id: string } | undefined) ?? { id: '' },
  initial: 'idle',
  states: {
    idle: { on: { open: 'waiting' } },
    waiting: {
      entry: [{ type: 'send', params: ({ context }) => ({ to: 'server', event: { type: 'add', id: context.id } }) }],
      on: { added: 'open' },
      after: { patience: 'lost' },
    },
    open: {},
    lost: {},
  },
});

const registry = setup({
  types: {
    context: {} as { readonly ids: readonly string[] },
    events: {} as { readonly type: 'add'; readonly id: string },
  },
  actions: {
    ...commands,
    add: assign({ ids: ({ context }, { id }: { readonly id: string }) => [...context.ids, id].sort() }),
    append: assign({ ids: ({ context }, { id }: { readonly id: string }) => [...context.ids, id] }),
  },
}).createMachine({
  id: 'registry',
  context: { ids: [] },
  on: {
    add: {
      actions: [
        { type: 'add', params: ({ event }) => ({ id: event.id }) },
        { type: 'send', params: ({ event }) => ({ to: `client/${event.id}`, event: { type: 'added' } }) },
      ],
    },
  },
});

const streams = (names: readonly string[], { isSymmetric = true, drop = 1, partial = false } = {}): System =>
  system({
    processes: {
      client: Object.fromEntries(names.map((id) => [id, { machine: stream, input: { id } }])),
      server: { registry },
    },
    delays: { patience: 4 },
    network: { delay: 1 },
    stimuli: Object.fromEntries(
      names
        .slice(partial ? 1 : 0)
        .map((id) => [`open ${id}`, { process: 'client', actor: id, event: { type: 'open' } }]),
    ),
    faults: { drop },
    ...(isSymmetric ? { ids: names } : {}),
  });

const isIn = (id: string, state: string) => (view: SystemView) => view['client']?.actors[id]?.matches(state) === true;

describe('symmetry', () => {
  it('counts the states of counters up to exchange as combinations, not variations', () => {
    expect(explore(countersSideBySide(3, 4, [])).states).to.equal(4 ** 3);
    // Combinations of 3 out of 4 with repetition: (4 + 3 - 1)! / (3! * (4 - 1)!).
    expect(explore(countersSideBySide(3, 4)).states).to.equal(20);
  });

  it('gives the same verdicts with about n! times fewer states', () => {
    for (const names of [
      ['A', 'B'],
      ['A', 'B', 'C'],
    ]) {
      const rules = {
        always: { 'A is not open': (view: SystemView) => !isIn('A', 'open')(view) },
        reachable: { 'B is lost': isIn('B', 'lost') },
        stopAt: 'end',
      } as const;
      const plain = explore(streams(names, { isSymmetric: false }), rules);
      const symmetric = explore(streams(names), rules);
      expect(symmetric.violations.map(({ property }) => property)).to.deep.equal(['A is not open']);
      expect(plain.violations.map(({ property }) => property)).to.deep.equal(['A is not open']);
      expect(symmetric.violations[0]?.steps.length).to.equal(plain.violations[0]?.steps.length);
      const factor = names.length === 2 ? 2 : 6;
      expect(plain.states / symmetric.states).to.be.within(factor * 0.7, factor);
      expect(symmetric.complete).to.equal(true);
    }
  });

  it('shows a trace that the system can really go, with the ids of the property', () => {
    for (const id of ['A', 'B']) {
      const { violations } = explore(streams(['A', 'B']), { always: { closed: (view) => !isIn(id, 'open')(view) } });
      expect(violations[0]?.steps.map(({ kind }) => kind)).to.deep.equal(['stimulus', 'deliver', 'deliver']);
      expect(violations[0]?.steps[0]?.name).to.equal(`open ${id}`);
      expect(violations[0]?.replay().differences).to.deep.equal([]);
    }
  });

  it('measures the same worst cases, also for properties that speak of one id only', () => {
    const leadsTo = (within: number) => ({
      'A is answered': {
        from: isIn('A', 'waiting'),
        to: (view: SystemView) => !isIn('A', 'waiting')(view),
        within,
      },
      'all are answered': {
        from: (view: SystemView) => isIn('A', 'waiting')(view) || isIn('B', 'waiting')(view),
        to: (view: SystemView) => !isIn('A', 'waiting')(view) && !isIn('B', 'waiting')(view),
        within: 20,
      },
    });
    const plain = explore(streams(['A', 'B'], { isSymmetric: false }), { leadsTo: leadsTo(4) }).assert();
    const symmetric = explore(streams(['A', 'B']), { leadsTo: leadsTo(4) }).assert();
    expect(symmetric.worst).to.deep.equal(plain.worst);
    expect(symmetric.worst['A is answered']).to.equal(4);
    const { violations } = explore(streams(['A', 'B']), { leadsTo: leadsTo(3) });
    const expected = explore(streams(['A', 'B'], { isSymmetric: false }), { leadsTo: leadsTo(3) }).violations[0];
    expect(violations[0]?.property).to.equal('A is answered');
    expect(violations[0]?.steps.length).to.equal(expected?.steps.length);
    expect(violations[0]?.steps.find(({ kind }) => kind === 'stimulus')?.name).to.equal('open A');
  });

  it('finds the same round in which a leads-to without a bound waits for ever, with the ids of the property', () => {
    for (const id of ['A', 'B']) {
      const rules = { leadsTo: { opened: { from: isIn(id, 'waiting'), to: isIn(id, 'open') } } };
      const [violation] = explore(streams(['A', 'B']), rules).violations;
      const [expected] = explore(streams(['A', 'B'], { isSymmetric: false }), rules).violations;
      expect(violation?.reason).to.equal("'opened' may wait for ever");
      expect(violation?.steps.map(({ kind }) => kind)).to.deep.equal(expected?.steps.map(({ kind }) => kind));
      expect(violation?.trace.loopAt).to.equal(expected?.trace.loopAt);
      expect(violation?.steps[0]?.name).to.equal(`open ${id}`);
      expect(violation?.replay().differences).to.deep.equal([]);
    }
  });

  it('measures the same worst case of three, where nothing is bounded', () => {
    const names = ['A', 'B', 'C'];
    const leadsTo = Object.fromEntries(
      names.map((id) => [id, { from: isIn(id, 'waiting'), to: (view: SystemView) => !isIn(id, 'waiting')(view) }]),
    );
    const plain = explore(streams(names, { isSymmetric: false }), { leadsTo }).assert();
    const symmetric = explore(streams(names), { leadsTo }).assert();
    expect(symmetric.worst).to.deep.equal(plain.worst).and.to.deep.equal({ A: 4, B: 4, C: 4 });
    expect(plain.states / symmetric.states).to.be.above(4);
  });

  it('lets messages of two subjects that one step sends come in either order, since no id is the first', () => {
    const crier = setup({ actions: commands }).createMachine({
      id: 'crier',
      on: {
        cry: {
          actions: ['A', 'B'].map((id) => ({
            type: 'send' as const,
            params: { to: `client/${id}`, event: { type: 'open' }, subject: id },
          })),
        },
      },
    });
    const { config } = streams(['A', 'B']);
    const crying = (ids: readonly string[]) => ({
      config: {
        ...config,
        processes: { ...config.processes, server: { crier } },
        network: { links: { 'client<->server': { delay: 1 } } },
        stimuli: { cry: { process: 'server', event: { type: 'cry' } } },
        faults: {},
        ids,
      },
    });
    const first = (id: string, other: string) => (view: SystemView) =>
      isIn(id, 'waiting')(view) && isIn(other, 'idle')(view);
    const both = {
      reachable: { 'A is first': first('A', 'B'), 'B is first': first('B', 'A') },
      stopAt: 'end',
    } as const;
    expect(explore(crying([]), both).violations.map(({ property }) => property)).to.deep.equal(['B is first']);
    expect(explore(crying(['A', 'B']), both).violations).to.deep.equal([]);
  });

  it('refuses stimuli that tell ids apart', () => {
    expect(() => explore(streams(['A', 'B'], { partial: true }))).to.throw(
      "ids: the stimulus 'open B' has no counterpart when ids are exchanged",
    );
  });

  it('refuses machines that tell ids apart, rather than to believe that they do not', () => {
    const favouring = setup({
      actions: commands,
      guards: { isA: ({ event }) => (event as { readonly id?: string }).id === 'A' },
    }).createMachine({
      id: 'favouring',
      initial: 'fair',
      states: { fair: { on: { add: { guard: 'isA', target: 'unfair' } } }, unfair: {} },
    });
    const { config } = streams(['A', 'B']);
    const unfair = { config: { ...config, processes: { ...config.processes, server: { registry: favouring } } } };
    expect(() => explore(unfair)).to.throw(
      /^ids: A, B are not interchangeable: with B, A in their place, server reacts/,
    );
  });

  it('refuses a first-come list that it would otherwise take for a set', () => {
    const queue = setup({
      types: {
        context: {} as { readonly ids: readonly string[] },
        events: {} as { readonly type: 'add'; readonly id: string } | { readonly type: 'next' },
      },
      actions: {
        ...commands,
        append: assign({ ids: ({ context }, { id }: { readonly id: string }) => [...context.ids, id] }),
        shift: assign({ ids: ({ context }) => context.ids.slice(1) }),
      },
    }).createMachine({
      id: 'queue',
      context: { ids: [] },
      on: {
        add: { actions: [{ type: 'append', params: ({ event }) => ({ id: event.id }) }] },
        next: { actions: [{ type: 'shift' }] },
      },
    });
    const { config } = streams(['A', 'B']);
    const fifo = {
      config: {
        ...config,
        processes: { ...config.processes, server: { registry: queue } },
        stimuli: { ...config.stimuli, next: { process: 'server', event: { type: 'next' } } },
      },
    };
    expect(() => explore(fifo)).to.throw(/^ids: A, B are not interchangeable/);
  });

  it('shows what breaks with the ids of the step that breaks', () => {
    const { config } = streams(['A', 'B']);
    const strict = setup({
      actions: {
        ...commands,
        refuse: assign(() => {
          throw new Error('full');
        }),
      },
    }).createMachine({ id: 'strict', on: { add: { actions: [{ type: 'refuse' }] } } });
    const { violations } = explore({
      config: { ...config, processes: { ...config.processes, server: { registry: strict } } },
    });
    expect(violations[0]?.reason).to.equal('server/registry on add: full');
    expect(violations[0]?.steps.map(({ kind }) => kind)).to.deep.equal(['stimulus', 'deliver']);
  });
});
