import { expect } from 'chai';
import {
  and,
  assign,
  createMachine,
  enqueueActions,
  initialTransition,
  not,
  or,
  raise,
  setup,
  transition,
  type AnyMachineSnapshot,
  type AnyStateMachine,
} from 'xstate';
import {
  consumerClientMachine,
  consumerStreamMachine,
  heartbeatMachine,
  producerClientMachine,
  producerStreamMachine,
} from '../../../machines/index.js';
import { mutants, type Mutant } from '../../../src/testing/mutants/mutants.js';

const noOperation = (): void => undefined;

const requestMachine = setup({
  types: {
    context: {} as { readonly tries: number; readonly asked: boolean },
    events: {} as { type: 'ask' } | { type: 'answer' } | { type: 'refuse' } | { type: 'again' },
  },
  actions: {
    send: noOperation,
    count: assign({ tries: ({ context }) => context.tries + 1, asked: true }),
  },
  guards: { isLastTry: ({ context }) => context.tries >= 2, isFirstTry: ({ context }) => context.tries === 0 },
  delays: { patience: 1_000 },
}).createMachine({
  id: 'request',
  context: { tries: 0, asked: false },
  initial: 'idle',
  states: {
    idle: { on: { ask: { target: 'asking', actions: [{ type: 'count' }] } } },
    asking: {
      entry: [{ type: 'send' }],
      after: {
        patience: [
          { guard: 'isLastTry', target: 'failed' },
          { target: 'asking', reenter: true, actions: [{ type: 'count' }] },
        ],
      },
      on: {
        answer: 'idle',
        refuse: [
          { guard: 'isLastTry', target: 'failed' },
          { guard: 'isFirstTry', target: 'idle' },
        ],
        again: { target: 'asking' },
      },
    },
    failed: { type: 'final' },
  },
});

const protocolMachines: readonly AnyStateMachine[] = [
  consumerClientMachine,
  consumerStreamMachine,
  heartbeatMachine,
  producerClientMachine,
  producerStreamMachine,
];

/** Mutants of a machine that is written without types. */
function mutantsOf(config: object, implementations: object = {}): readonly Mutant[] {
  return mutants(createMachine({ id: 'm', ...config } as never, implementations as never));
}

function namesOf(found: readonly Mutant[]): readonly string[] {
  return found.map(({ place, description }) => `${place}: ${description}`);
}

function mutantOf(machine: AnyStateMachine, name: string): AnyStateMachine {
  const found = mutants(machine).filter(({ place, description }) => `${place}: ${description}` === name);
  expect(found, name).to.have.length(1);
  return found[0]!.machine;
}

/** The snapshot and the actions after these events; a timer is an event too. */
function run(
  machine: AnyStateMachine,
  ...types: readonly string[]
): { snapshot: AnyMachineSnapshot; actions: string[] } {
  let [snapshot, last] = initialTransition(machine) as [AnyMachineSnapshot, readonly { type: string }[]];
  for (const type of types) {
    [snapshot, last] = transition(machine, snapshot, { type }) as [AnyMachineSnapshot, readonly { type: string }[]];
  }
  return { snapshot, actions: last.map((action) => action.type) };
}

const timeout = 'xstate.after.patience.request.asking';

/** The topmost places in which two configs differ. Functions are the same only if they are identical. */
function differencesOf(one: unknown, other: unknown, place = ''): readonly string[] {
  if (one === other) return [];
  const areObjects = [one, other].every((value) => typeof value === 'object' && value !== null);
  if (!areObjects || Array.isArray(one) !== Array.isArray(other)) return [place];
  const [left, right] = [one as Record<string, unknown>, other as Record<string, unknown>];
  const keys = [...new Set([...Object.keys(left), ...Object.keys(right)])];
  const differences = keys.flatMap((key) =>
    key in left && key in right ? differencesOf(left[key], right[key], `${place}.${key}`) : [`${place}.${key}`],
  );
  // Items of a list that move up are one difference, that of the list.
  return Array.isArray(one) && differences.length > 0 ? [place] : differences;
}

describe('mutants: which there are', () => {
  it('drops, flips, resets and swaps each thing of a machine in turn, in document order', () => {
    expect(namesOf(mutants(requestMachine))).to.deep.equal([
      'request.idle → on.ask: drops the transition on ask to asking',
      'request.idle → on.ask.actions[0]: drops the action count',
      'request.asking → entry[0]: drops the action send',
      'request.asking → after.patience: drops the timer patience',
      'request.asking → on.answer: drops the transition on answer to idle',
      'request.asking → on.refuse[0]: drops the transition on refuse if isLastTry to failed',
      'request.asking → on.refuse[0].guard: drops the guard isLastTry',
      'request.asking → on.refuse[0].guard: flips the guard isLastTry',
      'request.asking → on.refuse[1]: drops the transition on refuse if isFirstTry to idle',
      'request.asking → on.refuse[1].guard: drops the guard isFirstTry',
      'request.asking → on.refuse[1].guard: flips the guard isFirstTry',
      'request.asking → on.again.reenter: adds reenter',
      'request.asking → after.patience[0]: drops the transition after patience if isLastTry to failed',
      'request.asking → after.patience[0].guard: drops the guard isLastTry',
      'request.asking → after.patience[0].guard: flips the guard isLastTry',
      'request.asking → after.patience[1]: drops the transition after patience to asking',
      'request.asking → after.patience[1].actions[0]: drops the action count',
      'request.asking → after.patience[1].reenter: drops the reenter',
      'request.asking → on.refuse: swaps the alternatives isLastTry and isFirstTry',
      'request → implementations.actions.count.tries: drops the assignment of tries',
      'request → implementations.actions.count.asked: drops the assignment of asked',
    ]);
  });

  it('mutates initial, exit, always and done transitions and inline built-in actions', () => {
    const found = mutantsOf(
      {
        context: { a: 0, b: 0 },
        initial: { target: 'outer', actions: { type: 'x' } },
        states: {
          outer: {
            exit: [{ type: 'x' }, raise({ type: 'left' })],
            initial: 'inner',
            states: { inner: { always: { guard: 'g', target: 'end' } }, end: { type: 'final' } },
            onDone: { target: 'over', actions: assign({ a: 1, b: 2 }) },
          },
          over: {},
        },
      },
      { actions: { x: noOperation }, guards: { g: () => true } },
    );
    expect(namesOf(found)).to.deep.equal([
      'm → initial.actions: drops the action x',
      'm.outer → exit[0]: drops the action x',
      'm.outer → exit[1]: drops the action raise left',
      'm.outer → onDone: drops the transition on done to over',
      'm.outer → onDone.actions: drops the action assign',
      'm.outer → onDone.actions.a: drops the assignment of a',
      'm.outer → onDone.actions.b: drops the assignment of b',
      'm.outer.inner → always: drops the transition always if g to outer.end',
      'm.outer.inner → always.guard: drops the guard g',
      'm.outer.inner → always.guard: flips the guard g',
    ]);
  });

  it('mutates the operands of combined guards', () => {
    const guard = and([{ type: 'a', params: {} }, not('b'), or(['a'])]);
    const found = mutantsOf(
      { on: { go: { guard, actions: { type: 'x' } } } },
      {
        actions: { x: noOperation },
        guards: { a: () => true, b: () => true },
      },
    );
    expect(found.map(({ description }) => description)).to.deep.equal([
      'drops the transition on go if and(a, not(b), or(a))',
      'drops the guard and(a, not(b), or(a))',
      'flips the guard and(a, not(b), or(a))',
      'drops the guard a in and(a, not(b), or(a))',
      'flips the guard a in and(a, not(b), or(a))',
      'drops the guard not(b) in and(a, not(b), or(a))',
      'flips the guard not(b) in and(a, not(b), or(a))',
      'drops the guard or(a) in and(a, not(b), or(a))',
      'flips the guard or(a) in and(a, not(b), or(a))',
    ]);
  });

  it('leaves out what makes no difference, and of mutants that are alike all but the first', () => {
    const found = mutantsOf(
      {
        initial: 'a',
        on: { shared: { actions: { type: 'x' } }, 'dotted.*': { actions: { type: 'x' } } },
        states: {
          a: {
            // Dropping the only action of it is to drop it, dropping either of two equal actions is the same.
            on: {
              alone: { actions: [{ type: 'x' }] },
              twice: { target: 'b', actions: [{ type: 'x' }, { type: 'x' }] },
              // It keeps its event from the handler above, with or without an action.
              shared: { actions: { type: 'x' } },
              'dotted.name': undefined,
              useless: {},
              hidden: [{ target: 'b' }, { target: 'a', reenter: true }],
              outward: { target: 'b', reenter: true },
            },
            after: { d: {} },
          },
          b: {},
        },
      },
      { actions: { x: noOperation, unused: assign({ p: 1, q: 2 }) }, delays: { d: 1 } },
    );
    expect(namesOf(found)).to.deep.equal([
      'm → on.shared: drops the transition on shared',
      'm → on.dotted.*: drops the transition on dotted.*',
      'm.a → on.alone: drops the transition on alone',
      'm.a → on.twice: drops the transition on twice to b',
      'm.a → on.twice.actions[0]: drops the action x',
      'm.a → on.shared: drops the transition on shared',
      'm.a → on.shared.actions: drops the action x',
      'm.a → on.dotted.name: drops the transition on dotted.name',
      'm.a → on.hidden[0]: drops the transition on hidden to b',
      'm.a → on.outward: drops the transition on outward to b',
    ]);
  });

  it('mutates a declared assign that only enqueueActions uses', () => {
    const implementations = {
      actions: { set: assign({ p: 1, q: 2 }), both: enqueueActions(({ enqueue }) => enqueue('set')) },
    };
    const found = mutantsOf({ context: {}, entry: { type: 'both' } }, implementations);
    expect(namesOf(found)).to.include('m → implementations.actions.set.p: drops the assignment of p');
  });
});

describe('mutants: what they do', () => {
  it('forgets an action, a transition, a timer or an assignment', () => {
    expect(run(requestMachine, 'ask').actions).to.deep.equal(['send', 'xstate.raise']);
    const silent = mutantOf(requestMachine, 'request.asking → entry[0]: drops the action send');
    expect(run(silent, 'ask').actions).to.deep.equal(['xstate.raise']);
    const patient = mutantOf(requestMachine, 'request.asking → after.patience: drops the timer patience');
    expect(run(patient, 'ask').actions).to.deep.equal(['send']);
    const deaf = mutantOf(requestMachine, 'request.asking → on.answer: drops the transition on answer to idle');
    expect(run(deaf, 'ask', 'answer').snapshot.value).to.equal('asking');
    const forgetful = mutantOf(
      requestMachine,
      'request → implementations.actions.count.tries: drops the assignment of tries',
    );
    expect(run(forgetful, 'ask').snapshot.context).to.deep.equal({ tries: 0, asked: true });
  });

  it('passes a guard by, or turns it round', () => {
    expect(run(requestMachine, 'ask', timeout).snapshot.value).to.equal('asking');
    for (const change of ['drops', 'flips']) {
      const mutant = mutantOf(
        requestMachine,
        `request.asking → after.patience[0].guard: ${change} the guard isLastTry`,
      );
      expect(run(mutant, 'ask', timeout).snapshot.value, change).to.equal('failed');
    }
    const flipped = mutantOf(requestMachine, 'request.asking → after.patience[0].guard: flips the guard isLastTry');
    const dropped = mutantOf(requestMachine, 'request.asking → after.patience[0].guard: drops the guard isLastTry');
    const late = { tries: 5, asked: true };
    const after = (machine: AnyStateMachine) =>
      transition(machine, machine.resolveState({ value: 'asking', context: late }), { type: timeout })[0]
        .value as unknown;
    expect([after(flipped), after(dropped)]).to.deep.equal(['asking', 'failed']);
  });

  it('keeps a state where it should be entered again, or enters it again where it should be kept', () => {
    expect(run(requestMachine, 'ask', timeout).actions).to.deep.equal(['xstate.cancel', 'send', 'xstate.raise']);
    const kept = mutantOf(requestMachine, 'request.asking → after.patience[1].reenter: drops the reenter');
    expect(run(kept, 'ask', timeout).actions).to.deep.equal([]);
    expect(run(requestMachine, 'ask', 'again').actions).to.deep.equal([]);
    const entered = mutantOf(requestMachine, 'request.asking → on.again.reenter: adds reenter');
    expect(run(entered, 'ask', 'again').actions).to.deep.equal(['xstate.cancel', 'send', 'xstate.raise']);
  });

  it('tries alternatives in the other order', () => {
    const config = {
      initial: 'a',
      states: {
        a: {
          on: {
            go: [
              { guard: 'g', target: 'b' },
              { guard: 'h', target: 'c' },
            ],
          },
        },
        b: {},
        c: {},
      },
    };
    const machine = createMachine({ id: 'm', ...config } as never, { guards: { g: () => true, h: () => true } });
    expect(run(machine, 'go').snapshot.value).to.equal('b');
    const swapped = mutantOf(machine, 'm.a → on.go: swaps the alternatives g and h');
    expect(run(swapped, 'go').snapshot.value).to.equal('c');
  });

  it('throws, rather than hang, where a mutant circles for ever', () => {
    const config = {
      context: { left: 3 },
      initial: 'a',
      states: { a: { always: { guard: 'isLeft', target: 'b', actions: { type: 'take' } } }, b: { always: 'a' } },
    };
    const take = assign(({ context }: { context: { left: number } }) => ({ left: context.left - 1 }));
    const guards = { isLeft: ({ context }: { context: { left: number } }) => context.left > 0 };
    const machine = createMachine({ id: 'm', ...config } as never, { actions: { take }, guards } as never);
    const [honest] = initialTransition(machine);
    expect(honest.value).to.equal('a');
    const endless = mutantOf(machine, 'm.a → always.guard: drops the guard isLeft');
    const [broken] = initialTransition(endless);
    expect(String(broken.error)).to.contain('Infinite loop detected');
  });
});

describe('mutants: of the machines of the protocol', () => {
  for (const machine of protocolMachines) {
    it(`${machine.id}: each mutant is a machine that differs in one place, and is told from the others`, () => {
      const config = machine.config as object;
      const { implementations } = machine;
      const before = JSON.stringify(machine.definition);
      const found = mutants(machine);
      expect(found.length).to.be.greaterThan(20);
      expect(new Set(namesOf(found)).size).to.equal(found.length);
      for (const mutant of found) {
        const mutated = { ...(mutant.machine.config as Record<string, unknown>), options: undefined };
        const inConfig = differencesOf({ ...config, options: undefined }, mutated);
        const inActions = differencesOf(implementations.actions, mutant.machine.implementations.actions);
        expect([...inConfig, ...inActions], `${mutant.place}: ${mutant.description}`).to.have.length(1);
        expect(mutant.machine.implementations.guards).to.equal(implementations.guards);
      }
      expect(machine.config).to.equal(config);
      expect(JSON.stringify(machine.definition)).to.equal(before);
    });

    it(`${machine.id}: each mutant makes its first step and takes any event`, () => {
      for (const mutant of mutants(machine)) {
        const [snapshot] = initialTransition(mutant.machine, {});
        expect(snapshot.status, `${mutant.place}: ${mutant.description}`).to.equal('active');
        const [next] = transition(mutant.machine, snapshot, { type: 'link.lost' });
        expect(next.status).to.be.oneOf(['active', 'done']);
      }
    });
  }
});
