import { expect } from 'chai';
import {
  and,
  assign,
  cancel,
  createMachine,
  emit,
  enqueueActions,
  fromPromise,
  initialTransition,
  log,
  not,
  or,
  raise,
  sendParent,
  sendTo,
  setup,
  spawnChild,
  stateIn,
  stopChild,
  type AnyStateMachine,
} from 'xstate';
import {
  consumerClientMachine,
  consumerStreamMachine,
  heartbeatMachine,
  producerClientMachine,
  producerStreamMachine,
} from '../../../machines/index.js';
import { assertExplorable, explorabilityBreaches } from '../../../src/testing/explorability/assert-explorable.js';

/** The breaches of a machine that is written without types, as a careless user may write it. */
function breachesOf(config: object, implementations: object = {}, inputs: readonly unknown[] = []): readonly string[] {
  const machine = createMachine({ id: 'm', ...config } as never, implementations as never) as AnyStateMachine;
  return explorabilityBreaches(machine, { inputs }).map(({ place, problem }) => `${place}: ${problem}`);
}

/** What the rules say of a context, without the place, which is always the same. */
function contextProblemsOf(context: unknown, inputs: readonly unknown[] = []): readonly string[] {
  return breachesOf({ context }, {}, inputs).map((breach) => breach.replace(/^m → context: /, ''));
}

const noOperation = (): void => undefined;

describe('assertExplorable: machines that keep the rules', () => {
  it('finds nothing in the machines of the protocol', () => {
    const machines: readonly AnyStateMachine[] = [
      consumerClientMachine,
      consumerStreamMachine,
      heartbeatMachine,
      producerClientMachine,
      producerStreamMachine,
    ];
    for (const machine of machines) expect(() => assertExplorable(machine)).not.to.throw();
  });

  it('lets pass what only computes: assign, raise, cancel, enqueueActions, combined guards, computed params', () => {
    const machine = setup({
      types: { context: {} as { readonly n: number }, input: {} as { readonly n: number } },
      actions: {
        send: (_: unknown, params: { readonly n: number }) => params,
        count: assign({ n: ({ context }) => context.n + 1 }),
        several: enqueueActions(({ enqueue, context }) => {
          enqueue({ type: 'send', params: { n: context.n } });
        }),
      },
      guards: {
        isMany: ({ context }) => context.n > 3,
        isFew: not('isMany'),
      },
      delays: { patience: 1_000, backoff: ({ context }) => 2 ** context.n },
    }).createMachine({
      id: 'm',
      context: ({ input }) => ({ n: (input as { readonly n: number } | undefined)?.n ?? 0 }),
      initial: 'a',
      states: {
        a: {
          entry: [{ type: 'send', params: ({ context }) => ({ n: context.n }) }, assign({ n: 0 }), { type: 'several' }],
          exit: cancel('xstate.after.patience.m.a'),
          after: { patience: 'b', backoff: { target: 'b', guard: stateIn('a') } },
          always: { guard: and(['isMany', or(['isFew', stateIn('b')])]), target: 'b' },
          on: { go: { actions: [raise({ type: 'on' }), { type: 'count' }] }, swallowed: undefined, home: 'a' },
        },
        b: { type: 'final' },
      },
    });
    expect(explorabilityBreaches(machine, { inputs: [{ n: 2 }] })).to.deep.equal([]);
  });
});

describe('assertExplorable: actions', () => {
  it('names inline functions wherever actions stand', () => {
    const breaches = breachesOf(
      {
        initial: { target: 'a', actions: noOperation },
        states: {
          a: {
            entry: noOperation,
            exit: [noOperation],
            on: { go: [{ guard: 'g', actions: noOperation }, { actions: [noOperation] }] },
            initial: 'b',
            states: { b: { always: { guard: 'g', actions: noOperation }, after: { d: { actions: noOperation } } } },
            onDone: { actions: noOperation },
          },
        },
      },
      { guards: { g: () => true }, delays: { d: 1 } },
    );
    expect(breaches).to.deep.equal(
      [
        'm → initial.actions',
        'm.a → entry',
        'm.a → exit[0]',
        'm.a → on.go[0].actions',
        'm.a → on.go[1].actions[0]',
        'm.a → onDone.actions',
        'm.a.b → always.actions',
        'm.a.b → after.d.actions',
      ].map((place) => `${place}: an inline function, an effect that nobody can see or perform`),
    );
  });

  it('names string actions and actions that are not declared', () => {
    expect(breachesOf({ entry: ['known', { type: 'unknown' }] }, { actions: { known: noOperation } })).to.deep.equal([
      'm → entry[0]: the action known is a string, which loses its params',
      'm → entry[1]: the action unknown is not declared',
    ]);
  });

  it('names the effects of XState that a pure step cannot have, inline and declared', () => {
    const breaches = breachesOf(
      {
        entry: [
          sendTo('other', { type: 'hi' }),
          sendParent({ type: 'hi' }),
          spawnChild('child' as never),
          stopChild('child'),
          emit({ type: 'hi' }),
          log('hi'),
        ],
      },
      { actions: { tell: sendTo('other', { type: 'hi' }) } },
    );
    expect(breaches).to.deep.equal([
      'm → entry[0]: sendTo reaches for an actor, and there is none in a pure step',
      'm → entry[1]: sendTo reaches for an actor, and there is none in a pure step',
      'm → entry[2]: spawnChild makes a live actor inside the snapshot',
      'm → entry[3]: stopChild reaches for an actor, and there is none in a pure step',
      'm → entry[4]: emit is an effect that no host performs',
      'm → entry[5]: log is an effect',
      'm → implementations.actions.tell: sendTo reaches for an actor, and there is none in a pure step',
    ]);
  });

  it('names a raise with a delay of any kind and a raise with a computed id', () => {
    const timer = 'raise with a delay, a timer that outlives its state and can be started twice';
    const breaches = breachesOf({
      entry: [
        raise({ type: 'x' }, { delay: 0 }),
        raise({ type: 'x' }, { delay: 'd' as never }),
        raise({ type: 'x' }, { delay: () => 5 }),
        raise({ type: 'x' }, { id: (() => 'x') as never }),
      ],
    });
    expect(breaches).to.deep.equal([
      `m → entry[0]: ${timer}`,
      `m → entry[1]: ${timer}`,
      `m → entry[2]: ${timer}`,
      'm → entry[3]: raise with a computed id, which a pure step does not compute',
    ]);
  });

  it('names effects that enqueueActions enqueues', () => {
    const breaches = breachesOf(
      {
        entry: enqueueActions(({ enqueue }) => {
          enqueue.emit({ type: 'x' });
          enqueue.raise({ type: 'x' }, { delay: 5 });
        }),
      },
      { actions: { tell: enqueueActions(({ enqueue }) => enqueue.sendTo('other', { type: 'x' })) } },
    );
    expect(breaches).to.deep.equal([
      'm → entry: enqueueActions with emit',
      'm → entry: enqueueActions with raise with a delay',
      'm → implementations.actions.tell: enqueueActions with sendTo',
    ]);
  });
});

describe('assertExplorable: guards, delays and states', () => {
  it('names inline and undeclared guards, also inside combinations and among the declared', () => {
    const guards = { known: () => true, both: and(['known', 'missing']) };
    const breaches = breachesOf(
      {
        on: {
          a: { guard: () => true },
          b: { guard: 'missing' },
          c: { guard: and([{ type: 'known', params: {} }, not(or(['missing', () => true]))]) },
        },
      },
      { guards },
    );
    const inline = 'an inline guard, which has no name for coverage, traces and mutants';
    expect(breaches).to.deep.equal([
      `m → on.a.guard: ${inline}`,
      'm → on.b.guard: the guard missing is not declared, so the step throws',
      'm → on.c.guard.guards[1].guards[0].guards[0]: the guard missing is not declared, so the step throws',
      `m → on.c.guard.guards[1].guards[0].guards[1]: ${inline}`,
      'm → implementations.guards.both.guards[1]: the guard missing is not declared, so the step throws',
    ]);
  });

  it('names delays without a name and delays that are not declared', () => {
    expect(breachesOf({ after: { 500: {}, known: {}, missing: {} } }, { delays: { known: 0 } })).to.deep.equal([
      'm → after.500: the delay 500 has no name, so it cannot be told in ticks',
      'm → after.missing: the delay missing is not declared, so its timer never starts',
    ]);
  });

  it('names invoke and history', () => {
    const breaches = breachesOf({
      initial: 'a',
      invoke: { src: fromPromise(() => Promise.resolve(1)) },
      states: {
        a: {},
        past: { type: 'history', target: 'a' },
        deep: { history: 'deep', type: 'history', target: 'a' },
      },
    });
    expect(breaches).to.deep.equal([
      'm → invoke: invoke makes a live actor inside the snapshot',
      'm.past: a history state, whose memory lies outside of state and context',
      'm.deep: a history state, whose memory lies outside of state and context',
    ]);
  });

  it('names a circle of transitions that are always taken, but not one that a guard may end', () => {
    const circle = {
      initial: 'out',
      states: {
        out: { on: { go: 'a' } },
        a: { always: 'b' },
        b: { initial: 'inner', states: { inner: { always: '#m.a' } } },
        c: { always: { actions: [{ type: 'x' }, { type: 'set' }] } },
        e: { always: { actions: raise({ type: 'again' }) } },
        notes: { always: { actions: ['x', enqueueActions(noOperation)] } },
        d: { always: { target: 'd', actions: { type: 'set' } } },
        stays: { always: { target: 'stays', reenter: true } },
        leadsIn: { always: 'a' },
        guarded: { always: { guard: 'g', target: 'back' } },
        back: { always: 'guarded' },
        onward: { always: 'out' },
        idle: { always: {} },
      },
    };
    const implementations = { actions: { x: noOperation, set: assign({ n: 1 }) }, guards: { g: () => true } };
    const circular = (place: string) =>
      `${place}: a transition that is always taken and leads back to itself, so the step never ends`;
    expect(breachesOf(circle, implementations).filter((breach) => breach.includes('leads back'))).to.deep.equal(
      ['m.a → always', 'm.b.inner → always', 'm.c → always', 'm.e → always', 'm.d → always'].map(circular),
    );
    const endlessly = (initial: string) => () => {
      const options = { maxIterations: 50 };
      const machine = createMachine({ id: 'm', ...circle, initial, options } as never, implementations as never);
      const [snapshot] = initialTransition(machine);
      if (snapshot.status === 'error') throw snapshot.error as Error;
    };
    for (const initial of ['a', 'b', 'c', 'd', 'e'])
      expect(endlessly(initial), initial).to.throw('Infinite loop detected');
    for (const initial of ['onward', 'idle', 'notes', 'stays']) expect(endlessly(initial), initial).not.to.throw();
  });
});

describe('assertExplorable: context', () => {
  it('names every part of the initial context that is not plain data', () => {
    class Money {
      readonly cents = 5;
    }
    const circular: Record<string, unknown> = {};
    circular['self'] = { inner: circular };
    const context = {
      fine: [null, true, '', 0, -1.5, { nested: [] }, Object.create(null)],
      map: new Map(),
      list: [1, new Set(), new Date(0)],
      money: new Money(),
      fn: noOperation,
      missing: { value: undefined },
      numbers: [Number.NaN, Infinity, -0, 1n],
      // eslint-disable-next-line no-sparse-arrays
      holes: [1, , 2],
      circular,
      [Symbol('hidden')]: 1,
      get computed() {
        return 1;
      },
    };
    expect(contextProblemsOf(context)).to.deep.equal(
      [
        'context is a property named by Symbol(hidden)',
        'context.map is a Map',
        'context.list[1] is a Set',
        'context.list[2] is a Date',
        'context.money is a Money',
        'context.fn is a function',
        'context.missing.value is undefined',
        'context.numbers[0] is NaN',
        'context.numbers[1] is Infinity',
        'context.numbers[2] is -0',
        'context.numbers[3] is a bigint',
        'context.holes[1] is undefined',
        'context.circular.self.inner is a reference to what it is part of',
        'context.computed is an accessor',
      ].map((problem) => `${problem}, which is not plain data`),
    );
  });

  it('lets one object stand in two places of the context', () => {
    const shared = { a: 1 };
    expect(contextProblemsOf({ one: shared, two: [shared] })).to.deep.equal([]);
  });

  it('names a factory that throws without an input, and one that throws with an input it is tried with', () => {
    expect(contextProblemsOf(({ input }: { input: { id: string } }) => ({ id: input.id }))).to.deep.equal([
      "the context factory throws without an input: Cannot read properties of undefined (reading 'id')",
    ]);
    const picky = ({ input }: { input?: { id: string } }) => ({ id: input === undefined ? '' : input.id.trim() });
    expect(contextProblemsOf(picky, [{ id: 'x' }])).to.deep.equal([]);
    expect(contextProblemsOf(picky, [{}])).to.deep.equal([
      "the context factory throws with the input {}: Cannot read properties of undefined (reading 'trim')",
    ]);
  });

  it('judges what a factory makes of the inputs it is tried with', () => {
    const factory = ({ input }: { input?: unknown }) => ({ given: input ?? null });
    expect(contextProblemsOf(factory, [1, new Map()])).to.deep.equal([
      'context.given is a Map, which is not plain data',
    ]);
  });

  it('names a factory that spawns, and one that makes another context each time', () => {
    expect(
      contextProblemsOf(({ spawn }: { spawn: (what: string) => unknown }) => ({ child: spawn('x') })),
    ).to.deep.equal([
      'a function that uses spawn, a live actor that is neither state nor data',
      'the context factory throws without an input: the context factory spawns an actor',
    ]);
    let count = 0;
    expect(contextProblemsOf(() => ({ count: (count += 1) }))).to.deep.equal([
      'the context factory makes another context each time',
    ]);
  });
});

describe('assertExplorable: purity', () => {
  const impurityOf = (what: string) => `a function that ${what}, so the same step may end otherwise the next time`;

  it('names clocks, chance, timers, output and promises in every function that a machine computes with', () => {
    const breaches = breachesOf(
      {
        context: () => ({ at: Number(new Date()) * 0 }),
        entry: [
          { type: 'note', params: () => ({ id: crypto.randomUUID() }) },
          assign({ at: () => performance.now(), fine: 1 }),
          assign(() => ({ at: Math.random() })),
          raise(() => ({ type: `at ${Date.now()}` })),
          enqueueActions(() => console.log('hi')),
        ],
        on: { go: { guard: { type: 'isLate', params: () => ({ limit: Date.now() }) } } },
      },
      {
        actions: {
          note: () => Date.now(),
          mark: assign({ at: () => setTimeout(noOperation, 5) }),
          wait: assign(async () => ({ at: await Promise.resolve(1) })),
        },
        guards: { isLate: () => Date.now() > 5, isSafe: ({ context }: { context: { Date: string } }) => context.Date },
        delays: { sometime: () => Math.random() },
      },
    );
    expect(breaches).to.deep.equal([
      `m → context: ${impurityOf('reads a clock')}`,
      `m → entry[0].params: ${impurityOf('draws a random number')}`,
      `m → entry[1].at: ${impurityOf('reads a clock')}`,
      `m → entry[2]: ${impurityOf('draws a random number')}`,
      `m → entry[3]: ${impurityOf('reads a clock')}`,
      `m → entry[4]: ${impurityOf('writes to the console')}`,
      `m → on.go.guard.params: ${impurityOf('reads a clock')}`,
      `m → implementations.actions.mark.at: ${impurityOf('starts a timer')}`,
      `m → implementations.actions.wait: ${impurityOf('is asynchronous')}`,
      `m → implementations.guards.isLate: ${impurityOf('reads a clock')}`,
      `m → implementations.delays.sometime: ${impurityOf('draws a random number')}`,
    ]);
  });

  it('does not take words in strings, comments and of other things for impurities', () => {
    const guards = {
      speaks: ({ event }: { event: { type: string; process: { id: string }; at: string } }) =>
        // Date.now() would be wrong here.
        event.type === 'Math.random()' && event.process.id !== '' && new Date(event.at).getTime() > 0,
      names: ({ event: { system } }: { event: { system: string } }) => system === '',
    };
    expect(breachesOf({}, { guards })).to.deep.equal([]);
  });

  it('names functions that use the actor, the system or spawn', () => {
    const breaches = breachesOf({
      entry: [
        assign({ child: ({ spawn }) => spawn('x' as never) }),
        assign(({ self }) => ({ id: self.id })),
        enqueueActions(({ system }) => Object.keys(system)),
      ],
    });
    const uses = (way: string) => `a function that uses ${way}, a live actor that is neither state nor data`;
    expect(breaches).to.deep.equal([
      `m → entry[0].child: ${uses('spawn')}`,
      `m → entry[1]: ${uses('self')}`,
      `m → entry[2]: ${uses('system')}`,
    ]);
  });
});

describe('assertExplorable: the error', () => {
  it('lists every breach with its place and its remedy, one a line', () => {
    const machine = setup({}).createMachine({
      id: 'door',
      initial: 'shut',
      states: {
        shut: { after: { 500: 'open' }, entry: noOperation },
        open: { invoke: { src: fromPromise(() => Promise.resolve(1)) } },
      },
    } as never) as unknown as AnyStateMachine;
    expect(() => assertExplorable(machine)).to.throw(
      [
        'expected door to be explorable, got 3 breaches of the coding rules:',
        '  door.shut → after.500: the delay 500 has no name, so it cannot be told in ticks; declare it in setup({ delays }) and refer to it by name',
        '  door.shut → entry: an inline function, an effect that nobody can see or perform; record a command: a declared action { type, params } that the host performs',
        '  door.open → invoke: invoke makes a live actor inside the snapshot; record a command on entry and another on exit, and let the host send the outcome as an event',
      ].join('\n'),
    );
  });
});
