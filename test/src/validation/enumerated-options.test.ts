import { expect } from 'chai';
import { createActor, setup, toPromise } from 'xstate';
import { ConsumerClient } from '../../../src/index.js';
import { streamActor } from '../../../src/stream-actor/index.js';
import { createMemoryBroker } from '../../../src/memory-broker/index.js';
import { createTestBroker, createTestClock, explore, system } from '../../../src/testing/index.js';
import { createTracer } from '../../../src/tracing/index.js';

interface Enumerated {
  readonly values: readonly string[];
  /** What a slip of the pen makes of one of the values. */
  readonly slips: readonly string[];
  readonly give: (value: unknown) => unknown;
}

const broker = createMemoryBroker();
const idle = setup({}).createMachine({ id: 'idle', initial: 'here', states: { here: {} } });
const model = (network: object, faults: object = {}) =>
  system({ processes: { a: { one: idle }, b: { two: idle } }, network, faults } as never);

/** Every option of the package that is one of several texts. */
const options: Readonly<Record<string, Enumerated>> = {
  'as of streamActor': {
    values: ['bytes', 'text', 'object'],
    slips: ['objects', 'Object', 'byte', 'json', ''],
    give: async (as) => {
      const consumer = new ConsumerClient({ connection: broker.connect() });
      const input = { subject: 'log', as, parent: undefined } as never;
      const actor = createActor(streamActor(consumer), { input });
      const done = toPromise(actor.start());
      queueMicrotask(() => queueMicrotask(() => void consumer.close()));
      await done.catch((error: unknown) => {
        if ((error as { code?: unknown }).code === 'badArgument') throw error;
      });
    },
  },
  'source of createTracer': {
    values: ['live', 'simulated', 'explored'],
    slips: ['simulation', 'Live', 'explore', ''],
    give: (source) => createTracer({ source } as never),
  },
  'kind of a mark': {
    values: ['note', 'warning', 'violation', 'loop', 'fault'],
    slips: ['notes', 'warn', 'error', ''],
    give: (kind) => createTracer().mark('something', kind as never),
  },
  'publishesWhileDisconnected of a memory connection': {
    values: ['lost', 'kept'],
    slips: ['keep', 'loose', 'Kept', ''],
    give: (publishesWhileDisconnected) => createMemoryBroker().connect({ publishesWhileDisconnected } as never),
  },
  'order of a test broker': {
    values: ['connection', 'subject', 'none'],
    slips: ['subjects', 'Connection', 'set', ''],
    give: (order) => createTestBroker({ clock: createTestClock(), order } as never),
  },
  'order of a system': {
    values: ['connection', 'subject', 'none', 'set'],
    slips: ['connections', 'None', 'sets', ''],
    give: (order) => model({ order }),
  },
  'copy of a duplicated message': {
    values: ['beside', 'end'],
    slips: ['besides', 'ends', ''],
    give: (copy) => model({}, { duplicate: { max: 1, copy } }),
  },
  'stopAt of explore': {
    values: ['first', 'end'],
    slips: ['last', 'firsts', ''],
    give: (stopAt) => explore(model({}), { stopAt, mayRest: () => true, mayBeUnused: true } as never),
  },
};

describe('options that are one of several texts', () => {
  for (const [name, { values, slips, give }] of Object.entries(options)) {
    it(`${name}: takes each of its values, and refuses what is none in words that name them`, async () => {
      for (const value of [...values, undefined]) await give(value);
      for (const slip of [...slips, 5, null, {}, [values[0]]]) {
        let told = '';
        try {
          await give(slip);
        } catch (error) {
          told = String(error);
        }
        expect(told, JSON.stringify(slip)).to.include('expected').and.include('came');
        for (const value of values) expect(told).to.include(value);
      }
    });
  }
});
