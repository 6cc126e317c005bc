import { expect } from 'chai';
import { createMachine, fromPromise, setup } from 'xstate';
import { explore, system } from '../../../../src/testing/explorer/index.js';
import { askingClient, answeringServer, commands } from '../support/machines.js';

const processes = { client: { client: askingClient }, server: { server: answeringServer } };

describe('system, delays', () => {
  it('names a delay that is missing', () => {
    expect(() => system({ processes })).to.throw("delays: 'retry' of machine 'client' is missing");
  });

  it('names a delay that no machine declares', () => {
    expect(() => system({ processes, delays: { retry: 1, retyr: 2 } })).to.throw(
      "delays: 'retyr' is declared by no machine",
    );
  });

  it('refuses a delay that is no whole number of ticks', () => {
    expect(() => system({ processes, delays: { retry: 1.5 } })).to.throw(
      "delays: 'retry' must be a whole number of ticks, but is 1.5",
    );
  });

  it('refuses a timer whose delay has no name', () => {
    const machine = setup({}).createMachine({ id: 'm', initial: 'a', states: { a: { after: { 1000: 'b' } }, b: {} } });
    expect(() => system({ processes: { p: { machine } } })).to.throw(
      "1000 in state 'm.a' is not the name of a delay declared in setup({ delays })",
    );
  });

  it('takes a delay of one machine before that of all', () => {
    const short = setup({ delays: { pause: 1000 } }).createMachine({
      id: 'short',
      initial: 'a',
      states: { a: { after: { pause: 'b' } }, b: {} },
    });
    const pausing = system({
      processes: { p: { one: short } },
      machines: { one: short },
      delays: { pause: 9, 'one.pause': 2 },
    });
    const { worst } = explore(pausing, {
      leadsTo: { over: { from: () => true, to: ({ p }) => p.actors.one?.matches('b') === true } },
    });
    expect(worst).to.deep.equal({ over: 2 });
  });
});

describe('system, names', () => {
  const delays = { retry: 1 };

  it('names a stimulus that goes to an unknown process', () => {
    const stimuli = Object.fromEntries([['go', { process: 'clinet', event: { type: 'go' } }]]);
    expect(() => system({ processes, delays, stimuli })).to.throw(
      "the stimulus 'go' goes to an unknown process 'clinet'",
    );
  });

  it('names a fault that strikes an unknown process', () => {
    expect(() => system({ processes, delays, faults: { crash: { max: 1, of: ['sever'] } } })).to.throw(
      "faults.crash.of names an unknown process 'sever'",
    );
  });

  it('refuses faults without an end', () => {
    expect(() => system({ processes, delays, faults: { drop: Infinity } })).to.throw(
      'faults.drop: expected a finite number of times',
    );
  });

  it('names a link to an unknown process, and one that is none', () => {
    expect(() => system({ processes, delays, network: { links: { 'client->sever': {} } } })).to.throw(
      "the link 'client->sever' names an unknown process 'sever'",
    );
    expect(() => system({ processes, delays, network: { links: { client: {} } } })).to.throw(
      "expected a link 'a->b' or 'a<->b', but got 'client'",
    );
  });

  it('refuses history states and invokes', () => {
    const withHistory = setup({}).createMachine({
      id: 'm',
      initial: 'a',
      states: { a: { initial: 'b', states: { b: {}, h: { type: 'history' } } } },
    });
    expect(() => system({ processes: { p: { withHistory } } })).to.throw(
      "machine 'm' cannot be explored:\n  m.a.h: a history state, whose memory lies outside of state and context; remember",
    );
    const invoking = createMachine({ id: 'i', invoke: { src: fromPromise(() => Promise.resolve(1)) } });
    expect(() => system({ processes: { p: { invoking } } })).to.throw(
      "machine 'i' cannot be explored:\n  i → invoke: nothing says what may come of '0.i'; give it a name in setup({ actors }), or an id, and let the system",
    );
  });
});

describe('system, hosts', () => {
  const parent = setup({ actions: commands }).createMachine({
    id: 'parent',
    initial: 'a',
    states: {
      a: {
        entry: [
          { type: 'tell', params: { to: 'child', event: { type: 'early' } } },
          { type: 'spawn', params: { id: 'child', machine: 'child', input: { name: 'x' } } },
          { type: 'tell', params: { to: 'child', event: { type: 'hello' } } },
          { type: 'tell', params: { to: 'nobody', event: { type: 'hello' } } },
        ],
        on: { bye: { actions: [{ type: 'note', params: { name: 'bye', value: true } }] } },
      },
    },
  });
  const child = setup({
    types: { context: {} as { readonly name: string; readonly early?: boolean } },
    actions: commands,
  }).createMachine({
    id: 'child',
    context: ({ input }) => ({ name: (input as { readonly name: string } | undefined)?.name ?? '' }),
    initial: 'new',
    states: {
      new: { on: { early: 'wrong', hello: 'over' } },
      wrong: {},
      over: { type: 'final', entry: [{ type: 'tell', params: { to: 'parent', event: { type: 'bye' } } }] },
    },
  });
  const family = system({ processes: { host: { parent } }, machines: { child } });

  it('runs the actors of a process to completion, in the order of the commands, as one step', () => {
    const { states, violations } = explore(family, {
      always: {
        'the child said good-bye and is gone': ({ host }) =>
          host.notes['bye'] === true && host.actors['child'] === undefined,
      },
    });
    expect(violations.map(String)).to.deep.equal([]);
    expect(states).to.equal(1);
  });

  it('reports what was never used, by machine', () => {
    const { coverage } = explore(family);
    expect(coverage).to.deep.equal({
      child: {
        unusedStates: ['child.wrong'],
        unusedTransitions: ['child.new: early -> child.wrong'],
        unusedGuards: [],
      },
      parent: { unusedStates: [], unusedTransitions: [], unusedGuards: [] },
    });
  });

  it('reports guards that answered only one thing', () => {
    const guarded = setup({
      guards: { always: () => true, never: () => false, unasked: () => true },
    }).createMachine({ id: 'g', on: { go: [{ guard: 'never' }, { guard: 'always' }], other: { guard: 'unasked' } } });
    const { coverage } = explore(
      system({ processes: { p: { guarded } }, stimuli: { go: { process: 'p', event: { type: 'go' } } } }),
    );
    expect(coverage['g']?.unusedGuards).to.deep.equal([
      'always never failed',
      'never never held',
      'unasked was never asked',
    ]);
    expect(coverage['g']?.unusedTransitions).to.deep.equal(['g: go [never]', 'g: other [unasked]']);
  });

  it('allows a stimulus only where its guard holds', () => {
    const guarded = system({
      processes,
      delays: { retry: 1 },
      stimuli: {
        go: {
          process: 'client',
          event: { type: 'go' },
          when: ({ client }) => client.actors.client?.matches('done') === true,
        },
      },
    });
    expect(explore(guarded).states).to.equal(1);
  });
});
