import { expect } from 'chai';
import fc from 'fast-check';
import {
  assign,
  createActor,
  createMachine,
  raise,
  setup,
  type AnyActorScope,
  type AnyMachineSnapshot,
  type AnyStateMachine,
  type EventObject,
} from 'xstate';
import {
  consumerClientMachine,
  consumerStreamMachine,
  heartbeatMachine,
  producerClientMachine,
  producerStreamMachine,
} from '../../../machines/index.js';
import { tabled } from '../../../src/host/transition-table.js';
import {
  createTestClock,
  deliveryProperties,
  deliverySystem,
  explore,
  protocolProperties,
  protocolSystem,
} from '../../../src/testing/index.js';
import type { StepEvent } from '../../support/transitions.js';
import { seed } from '../../support/seed.js';
import { subjects, type Subject } from '../../machines/random-runs.js';

const machines = [
  consumerClientMachine,
  consumerStreamMachine,
  heartbeatMachine,
  producerClientMachine,
  producerStreamMachine,
] as const;

/** The machine, which tells what it performs. */
function telling(machine: AnyStateMachine, tell: (line: unknown) => void): AnyStateMachine {
  const commands = Object.keys(machine.implementations.actions as object).filter((type) => type.includes('.'));
  return machine.provide({
    actions: Object.fromEntries(
      commands.map((type) => [type, (_: unknown, params: unknown) => tell({ type, params })]),
    ),
  } as Parameters<AnyStateMachine['provide']>[0]);
}

/** One actor, with everything that can be seen of it from outside. */
function watchedActor(given: AnyStateMachine, input: unknown, inTable: boolean) {
  const lines: unknown[] = [];
  const clock = createTestClock();
  const machine = telling(given, (line) => lines.push(line));
  const timed = {
    setTimeout: (fn: () => void, ms: number) => {
      lines.push(`timer of ${ms} ms`);
      return clock.setTimeout(fn, ms);
    },
    clearTimeout: (handle: unknown) => {
      lines.push('timer cleared');
      clock.clearTimeout(handle);
    },
  };
  const actor = createActor(inTable ? tabled(machine) : machine, { input: input, clock: timed });
  actor.subscribe({
    next: (snapshot: AnyMachineSnapshot) => lines.push(seenOf(snapshot)),
    complete: () => lines.push('complete'),
    error: (error: unknown) => lines.push(String(error)),
  });
  actor.start();
  return {
    lines,
    take: async (event: StepEvent | number) => {
      if (typeof event === 'number') await clock.advance(event);
      else if (actor.getSnapshot().status === 'active') actor.send(event);
      lines.push(seenOf(actor.getSnapshot() as AnyMachineSnapshot));
    },
  };
}

interface SeenSnapshot {
  readonly value: unknown;
  readonly context: unknown;
  readonly status: string;
  readonly children: unknown;
  readonly historyValue: unknown;
  readonly _nodes: readonly { readonly id: string }[];
}

function seenOf(snapshot: AnyMachineSnapshot): unknown {
  const { value, context, status, children, historyValue, _nodes: nodes } = snapshot as unknown as SeenSnapshot;
  return {
    value,
    // The machine visits parallel regions in the order of these keys.
    order: JSON.stringify(value),
    context: JSON.parse(JSON.stringify(context)) as unknown,
    status,
    children,
    historyValue,
    nodes: nodes.map(({ id }) => id),
    persisted: JSON.stringify(snapshot),
    tags: [...snapshot.tags],
  };
}

/** One step of a machine and of its table, compared; gives that of the machine. */
function comparedStep(
  plain: (scope: AnyActorScope) => AnyMachineSnapshot,
  table: (scope: AnyActorScope) => AnyMachineSnapshot,
  scope: AnyActorScope,
): AnyMachineSnapshot {
  const performed = (run: typeof plain, into: AnyActorScope) => {
    const lines: unknown[] = [];
    const deferred: (() => void)[] = [];
    const scheduler = {
      schedule: (_one: unknown, _other: unknown, event: unknown, delay: unknown, id: unknown) =>
        lines.push({ schedule: { event, delay, id } }),
      cancel: (_one: unknown, id: unknown) => lines.push({ cancel: id }),
    };
    const snapshot = run({
      ...into,
      system: { ...into.system, scheduler, _sendInspectionEvent: into === scope ? silence(into) : () => undefined },
      defer: (fn: () => void) => void deferred.push(fn),
      actionExecutor: (action: { type: string; params: unknown; exec?: () => void }) => {
        if (into === scope) into.actionExecutor(action as never);
        // What is XState's own is done when the step is over.
        if (action.type.startsWith('xstate.')) deferred.push(() => action.exec?.());
        else lines.push({ type: action.type, params: action.params });
      },
    } as unknown as AnyActorScope);
    for (let next = deferred.shift(); next !== undefined; next = deferred.shift()) next();
    return { seen: seenOf(snapshot), lines, snapshot };
  };
  const expected = performed(plain, scope);
  const came = performed(table, { ...scope });
  expect(came.lines).to.deep.equal(expected.lines);
  expect(came.seen).to.deep.equal(expected.seen);
  return expected.snapshot;
}

/** The inspection of a scope as it is. */
function silence({ system }: AnyActorScope): unknown {
  return (system as unknown as { readonly _sendInspectionEvent: unknown })._sendInspectionEvent;
}

let comparedSteps = 0;

/** The machine, which compares each step that it is asked for with that of its table. Steps without end are not. */
function compared(machine: AnyStateMachine): AnyStateMachine {
  const logic = tabled(machine);
  return Object.assign(Object.create(machine) as AnyStateMachine, {
    provide: (implementations: never) => compared(machine.provide(implementations)),
    getInitialSnapshot: (scope: AnyActorScope, input: unknown) => {
      comparedSteps += 1;
      return comparedStep(
        (into) => machine.getInitialSnapshot(into as never, input) as AnyMachineSnapshot,
        (into) => logic.getInitialSnapshot(into as never, input) as AnyMachineSnapshot,
        scope,
      );
    },
    transition: (snapshot: AnyMachineSnapshot, event: EventObject, scope: AnyActorScope) => {
      comparedSteps += 1;
      return comparedStep(
        (into) => machine.transition(snapshot, event, into as never) as AnyMachineSnapshot,
        (into) => logic.transition(snapshot, event, into as never) as AnyMachineSnapshot,
        scope,
      );
    },
  });
}

describe(`the table of a machine's transitions (SEED=${seed})`, () => {
  for (const [name, { machine, inputs, events }] of Object.entries<Subject>(subjects)) {
    it(`does what XState does, whatever happens to it and when: ${name}`, async () => {
      const schedule = fc.array(fc.oneof({ weight: 4, arbitrary: events }, fc.integer({ min: 1, max: 40_000 })), {
        maxLength: 30,
      });
      await fc.assert(
        fc.asyncProperty(inputs, schedule, async (input, sequence) => {
          const [plain, table] = [watchedActor(machine, input, false), watchedActor(machine, input, true)];
          for (const event of sequence) {
            await plain.take(event);
            await table.take(event);
            expect(table.lines).to.deep.equal(plain.lines);
            plain.lines.length = table.lines.length = 0;
          }
        }),
        { seed, numRuns: 60 },
      );
    });
  }

  it('does what XState does in every state that is explored, and on every way into it', () => {
    for (const options of [
      { delay: 1 },
      { exact: false, faults: { crash: 1 } },
      { exact: false, faults: { cut: 1 } },
    ]) {
      const all = explore(withMachines(protocolSystem(options)), { ...protocolProperties(options), stopAt: 'end' });
      console.log(`      ${all.assert().states} states, ${comparedSteps} steps compared until here`);
    }
    const extended = explore(withMachines(deliverySystem({})), { ...deliveryProperties({}), stopAt: 'end' });
    console.log(`      ${extended.assert().states} states, ${comparedSteps} steps compared until here`);
    expect(comparedSteps).to.be.greaterThan(300);
  });

  it('is made of every machine of the protocol', () => {
    for (const machine of machines) expect(tabled(machine)).to.not.equal(machine);
  });

  it('is made once for a machine', () => {
    expect(tabled(heartbeatMachine)).to.equal(tabled(heartbeatMachine));
  });

  it('works a transition out once for each state, event and answer of its guards, whatever the context', () => {
    const machine = consumerStreamMachine.provide({ guards: { isLinkUp: ({ context }) => context.linkUp } });
    let workedOut = 0;
    const make = machine.config.context as unknown as (scope: object) => object;
    const context = (scope: object): object => {
      workedOut += 1;
      return make(scope);
    };
    const counted = Object.assign(Object.create(machine) as AnyStateMachine, {
      config: { ...machine.config, context },
    });
    for (let life = 0; life < 50; life += 1) {
      const input = { id: `s${life}`, subject: 'logs.web', linkUp: life % 2 === 0 };
      const actor = createActor(tabled(counted), { input: input }).start();
      expect((actor.getSnapshot() as AnyMachineSnapshot).context).to.include(input);
      actor.stop();
    }
    // Each life makes its context, and two of them show the table what a guard can answer.
    expect(workedOut).to.equal(50 + 2);
  });

  it('takes an event that the machine raises, and one that the state does not know', async () => {
    const machine = setup({
      types: { context: {} as { readonly n: number }, events: {} as EventObject },
      actions: {
        add: assign(({ context }, { by }: { readonly by: number }) => ({ n: context.n + by })),
        'a.b': () => 0,
      },
      guards: { isOne: ({ context }) => context.n === 1 },
    }).createMachine({
      context: { n: 0 },
      initial: 'one',
      states: {
        one: { on: { go: { target: 'two', actions: [{ type: 'add', params: { by: 1 } }, raise({ type: 'on' })] } } },
        two: {
          always: {
            guard: 'isOne',
            actions: [{ type: 'add', params: { by: 10 } }, { type: 'a.b', params: 7 } as never],
          },
          on: { on: { target: 'one', actions: [{ type: 'add', params: { by: 100 } }] } },
        },
      },
    }) as AnyStateMachine;
    const [plain, table] = [watchedActor(machine, undefined, false), watchedActor(machine, undefined, true)];
    for (const type of ['go', 'unknown', 'go', 'go']) {
      await plain.take({ type } as never);
      await table.take({ type } as never);
    }
    expect(table.lines).to.deep.equal(plain.lines);
  });

  it('is made of no machine that has what it cannot write down', () => {
    const states = (given: object) => createMachine({ initial: 'a', states: { a: given } } as never);
    expect(() => tabled(states({ entry: () => undefined }))).to.throw('expected a name at entry');
    expect(() => tabled(states({ always: { guard: () => true } }))).to.throw('expected a name at guard');
    expect(() => tabled(states({ invoke: { src: 'x' } }))).to.throw('expected states without invoke and history');
  });
});

/** The system with machines that compare. */
function withMachines<Given extends { readonly config: unknown }>(given: Given): Given {
  const copies = new Map<unknown, AnyStateMachine>(machines.map((machine) => [machine, compared(machine)]));
  const copied = (value: unknown): unknown => {
    const copy = copies.get(value);
    if (copy !== undefined) return copy;
    if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
    return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, copied(field)]));
  };
  return { ...given, config: copied(given.config) };
}
