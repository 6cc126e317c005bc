import { expect } from 'chai';
import fc from 'fast-check';
import { assign, createActor, setup, type AnyStateMachine } from 'xstate';
import { mutants } from '../../../src/testing/mutants/mutants.js';
import { createTestClock } from '../../../src/testing/doubles/test-clock.js';
import { seed } from '../../support/seed.js';

/**
 * How a protocol of one's own is tested with random commands: two XState machines on the test clock, joined by a link
 * that loses and repeats messages. The protocol is the alternating bit: one message is under way at a time, it is
 * repeated until its bit is acknowledged, and the receiver delivers what has the bit that it expects.
 */
const sender = setup({
  types: {
    context: {} as { readonly queue: readonly string[]; readonly bit: number },
    events: {} as { type: 'write'; text: string } | { type: 'ack'; bit: number },
  },
  actions: {
    transmit: (_: unknown, params: { readonly bit: number; readonly text: string }) => params,
    append: assign({ queue: ({ context }, { text }: { text: string }) => [...context.queue, text] }),
    advance: assign({ queue: ({ context }) => context.queue.slice(1), bit: ({ context }) => 1 - context.bit }),
  },
  guards: {
    hasMore: ({ context }) => context.queue.length > 0,
    isForThis: ({ context }, { bit }: { bit: number }) => bit === context.bit,
  },
  delays: { patience: 50 },
}).createMachine({
  id: 'sender',
  context: { queue: [], bit: 0 },
  initial: 'idle',
  on: { write: { actions: [{ type: 'append', params: ({ event }) => ({ text: event.text }) }] } },
  states: {
    idle: { always: { guard: 'hasMore', target: 'waiting' } },
    waiting: {
      entry: [{ type: 'transmit', params: ({ context }) => ({ bit: context.bit, text: context.queue[0] ?? '' }) }],
      after: { patience: { target: 'waiting', reenter: true } },
      on: {
        ack: {
          guard: { type: 'isForThis', params: ({ event }) => ({ bit: event.bit }) },
          target: 'idle',
          actions: [{ type: 'advance' }],
        },
      },
    },
  },
});

const receiver = setup({
  types: {
    context: {} as { readonly expected: number },
    events: {} as { type: 'message'; bit: number; text: string },
  },
  actions: {
    acknowledge: (_: unknown, params: { readonly bit: number }) => params,
    deliver: (_: unknown, params: { readonly text: string }) => params,
    expectNext: assign({ expected: ({ context }) => 1 - context.expected }),
  },
  guards: { isExpected: ({ context }, { bit }: { bit: number }) => bit === context.expected },
}).createMachine({
  id: 'receiver',
  context: { expected: 0 },
  on: {
    message: [
      {
        guard: { type: 'isExpected', params: ({ event }) => ({ bit: event.bit }) },
        actions: [
          { type: 'deliver', params: ({ event }) => ({ text: event.text }) },
          { type: 'acknowledge', params: ({ event }) => ({ bit: event.bit }) },
          { type: 'expectNext' },
        ],
      },
      { actions: [{ type: 'acknowledge', params: ({ event }) => ({ bit: event.bit }) }] },
    ],
  },
});

/** The real system: two actors, the link between them and what came out at its end. */
function createLine(machines: { readonly sender: AnyStateMachine; readonly receiver: AnyStateMachine }) {
  const clock = createTestClock();
  const delivered: string[] = [];
  const fate = { lose: 0, repeat: 0 };
  const link = (arrive: () => void): void => {
    if (fate.lose > 0) {
      fate.lose -= 1;
      return;
    }
    const times = fate.repeat > 0 ? 2 : 1;
    fate.repeat = Math.max(0, fate.repeat - 1);
    for (let time = 0; time < times; time += 1) clock.setTimeout(arrive, 10);
  };
  const source = createActor(
    machines.sender.provide({
      actions: {
        transmit: (_: unknown, params: unknown) =>
          link(() => sink.send({ type: 'message', ...(params as { readonly bit: number; readonly text: string }) })),
      },
    } as Parameters<AnyStateMachine['provide']>[0]),
    { clock },
  );
  const sink = createActor(
    machines.receiver.provide({
      actions: {
        acknowledge: (_: unknown, params: unknown) =>
          link(() => source.send({ type: 'ack', ...(params as { readonly bit: number }) })),
        deliver: (_: unknown, params: unknown) => delivered.push((params as { readonly text: string }).text),
      },
    } as Parameters<AnyStateMachine['provide']>[0]),
    { clock },
  );
  sink.start();
  source.start();
  return { clock, delivered, fate, write: (text: string) => source.send({ type: 'write', text }) };
}

type Line = ReturnType<typeof createLine>;

/** The model: what the application wrote. All else the system must make of it. */
interface Model {
  readonly written: string[];
}

/** Whatever happens, what was delivered is the beginning of what was written: in order, nothing twice, nothing left out. */
function expectHonest({ written }: Model, { delivered }: Line): void {
  expect(delivered).to.deep.equal(written.slice(0, delivered.length));
}

type LineCommand = fc.Command<Model, Line>;

const write: LineCommand = {
  check: () => true,
  run(model, line) {
    const text = `m${model.written.length}`;
    model.written.push(text);
    line.write(text);
    expectHonest(model, line);
  },
  toString: () => 'write',
};

const wait = (ms: number): LineCommand => ({
  check: () => true,
  run(model, line) {
    line.clock.advanceSync(ms);
    expectHonest(model, line);
  },
  toString: () => `wait ${ms}`,
});

/** The next messages or acknowledgements, as many, are lost or arrive twice. */
const harm = (how: 'lose' | 'repeat', count: number): LineCommand => ({
  check: ({ written }) => written.length > 0,
  run(_, { fate }) {
    fate[how] += count;
  },
  toString: () => `${how} ${count}`,
});

const commands = fc.commands(
  [
    fc.constant(write),
    fc.integer({ min: 1, max: 120 }).map(wait),
    fc.integer({ min: 1, max: 3 }).map((count) => harm('lose', count)),
    fc.integer({ min: 1, max: 3 }).map((count) => harm('repeat', count)),
  ],
  { maxCommands: 40, disableReplayLog: true },
);

/** The commands that were run, by name. */
function namesOf(given: Iterable<LineCommand>): readonly string[] {
  return (given as { toString(): string })
    .toString()
    .split(',')
    .filter((name) => name !== '');
}

/** Any commands, then a link that harms nothing: the line stays honest, and in the end all is delivered. */
function lineProperty(machines: Parameters<typeof createLine>[0] = { sender, receiver }) {
  return fc.property(commands, (given) => {
    const model: Model = { written: [] };
    const line = createLine(machines);
    fc.modelRun(() => ({ model, real: line }), given);
    line.fate.lose = 0;
    line.fate.repeat = 0;
    line.clock.advanceSync(100 * (model.written.length + 1));
    expect(line.delivered).to.deep.equal(model.written);
  });
}

describe(`fast-check commands: the alternating bit on the test clock (SEED=${seed})`, () => {
  it('delivers all that was written, once and in order, whatever the link does', () => {
    fc.assert(lineProperty(), { seed, numRuns: 200 });
  });

  it('does the same again when it is given the same seed', () => {
    const log = (): string[] => {
      const runs: string[] = [];
      fc.assert(
        fc.property(commands, (given) => {
          const line = createLine({ sender, receiver });
          fc.modelRun(() => ({ model: { written: [] }, real: line }), given);
          runs.push(`${namesOf(given).join()} → ${line.delivered.join(' ')} at ${line.clock.now()}`);
        }),
        { seed, numRuns: 20 },
      );
      return runs;
    };
    expect(log()).to.deep.equal(log());
  });

  it('finds the mistake of a receiver that looks at no bit, and shrinks it to the commands that matter', () => {
    const mistake = mutants(receiver).find(({ description }) => description === 'drops the guard isExpected');
    expect(mistake).not.to.equal(undefined);
    const property = lineProperty({ sender, receiver: mistake!.machine });
    // A seed of its own: the mistake is found with any, but not every one is shrunk to the same commands.
    const details = fc.check(property, { seed: 1, numRuns: 200 });
    expect(details.failed).to.equal(true);
    // The message arrives after 10 ms, its acknowledgement is lost, so it is sent and delivered again.
    expect(namesOf(details.counterexample![0])).to.deep.equal(['write', 'lose 1', 'wait 10']);
  });
});
