/**
 * What the compiler says of machines that tail a stream. Nothing of it runs: each mistake is one that the compiler has to
 * refuse, and each line without a mark is one that it has to take.
 */
import { assign, createActor, setup } from 'xstate';
import { ConsumerClient, ProducerClient, type OpenStreamOptions } from '../../../src/index.js';
import { streamActor, type StreamRecordEvent } from '../../../src/stream-actor/index.js';
import type { NatsConnection } from '../../../src/transport/index.js';

declare const client: ConsumerClient;
declare const producer: ProducerClient;
declare const connection: NatsConnection;

interface Stop {
  readonly type: 'stop';
}
interface Quote {
  readonly price: number;
}

// Each machine takes what its stream hands over, so that it reads the record as what it is.

export const text = setup({
  types: { context: {} as { readonly lines: readonly string[] }, events: {} as StreamRecordEvent<string> | Stop },
  actors: { tail: streamActor(client) },
}).createMachine({
  context: { lines: [] },
  invoke: {
    src: 'tail',
    input: ({ self }) => ({ subject: 'log', as: 'text', parent: self }),
    onDone: { actions: assign({ lines: ({ event }) => [event.output.reason] }) },
  },
  on: { 'stream.record': { actions: assign({ lines: ({ context, event }) => [...context.lines, event.record] }) } },
});

export const declaredByHand = setup({
  types: { events: {} as { type: 'stream.record'; subject: string; record: string } },
  actors: { tail: streamActor(client) },
}).createMachine({
  invoke: { src: 'tail', input: ({ self }) => ({ subject: 'log', as: 'text', parent: self }) },
});

export const bytes = setup({
  types: { events: {} as StreamRecordEvent<Uint8Array> },
  actors: { tail: streamActor(client) },
}).createMachine({
  invoke: [
    { src: 'tail', id: 'told', input: ({ self }) => ({ subject: 'log', as: 'bytes', parent: self }) },
    { src: 'tail', id: 'untold', input: ({ self }) => ({ subject: 'log', parent: self }) },
  ],
});

export const objects = setup({
  types: { events: {} as StreamRecordEvent<Quote> },
  actors: { tail: streamActor<Quote>(client) },
}).createMachine({
  invoke: { src: 'tail', input: ({ self }) => ({ subject: 'quotes', as: 'object', parent: self }) },
});

export const twoTails = setup({
  types: { events: {} as StreamRecordEvent<string, 'web.line'> | StreamRecordEvent<Quote, 'quote'> },
  actors: {
    web: streamActor(client, { event: 'web.line' }),
    quotes: streamActor<Quote, 'quote'>(client, { event: 'quote' }),
  },
}).createMachine({
  invoke: [
    { src: 'web', input: ({ self }) => ({ subject: 'log.web', as: 'text', parent: self }) },
    { src: 'quotes', input: ({ self }) => ({ subject: 'quotes', as: 'object', parent: self }) },
  ],
  on: {
    'web.line': { guard: ({ event }) => event.record.startsWith('GET') },
    quote: { guard: ({ event }) => event.record.price > 0 },
  },
});

export const spawned = setup({
  types: { context: {}, events: {} as StreamRecordEvent<string> },
  actors: { tail: streamActor(client) },
}).createMachine({
  context: ({ spawn, self }) => {
    spawn('tail', { input: { subject: 'log', as: 'text', parent: self } });
    return {};
  },
  on: {
    'stream.record': {
      actions: assign(({ spawn, self }) => {
        spawn('tail', { input: { subject: 'log', as: 'text', parent: self } });
        return {};
      }),
    },
  },
});

export const whateverOpenStreamTakes = setup({
  types: { events: {} as StreamRecordEvent<Uint8Array> },
  actors: { tail: streamActor(client) },
}).createMachine({
  invoke: {
    src: 'tail',
    input: ({ self }) => ({
      subject: 'log',
      data: { since: new Date() },
      timeoutMs: 1_000,
      signal: new AbortController().signal,
      onSlow: ({ records }) => console.log(records),
      parent: self,
    }),
  },
});

interface Request {
  readonly subject: string;
  readonly data: { readonly from: number };
}

declare const request: Request;
declare const given: OpenStreamOptions;

export const spread = setup({
  types: { events: {} as StreamRecordEvent<string> },
  actors: { tail: streamActor(client) },
}).createMachine({
  invoke: {
    src: 'tail',
    input: ({ self }) => {
      const { onRecord: _, onObject: __, ...options } = given;
      return { ...options, ...request, as: 'text', parent: self };
    },
  },
});

createActor(streamActor(client, { event: 'line' }), { input: { subject: 'log', as: 'text', parent: undefined } }).on(
  'line',
  ({ record }) => console.log(record),
);

// Mistakes.

export const forgotAs = setup({
  types: { events: {} as StreamRecordEvent<string> },
  actors: { tail: streamActor(client) },
}).createMachine({
  // @ts-expect-error -- records are bytes unless told
  invoke: { src: 'tail', input: ({ self }) => ({ subject: 'log', parent: self }) },
});

export const forgotAsByHand = setup({
  types: { events: {} as { type: 'stream.record'; subject: string; record: string } | Stop },
  actors: { tail: streamActor(client) },
}).createMachine({
  // @ts-expect-error -- the same in a machine that declares its events by hand
  invoke: { src: 'tail', input: ({ self }) => ({ subject: 'log', parent: self }) },
});

export const otherAs = setup({
  types: { events: {} as StreamRecordEvent<Uint8Array> },
  actors: { tail: streamActor(client) },
}).createMachine({
  // @ts-expect-error -- text is not bytes
  invoke: { src: 'tail', input: ({ self }) => ({ subject: 'log', as: 'text', parent: self }) },
});

export const unknownAs = setup({
  types: { events: {} as StreamRecordEvent },
  actors: { tail: streamActor(client) },
}).createMachine({
  // @ts-expect-error -- there is no such form
  invoke: { src: 'tail', input: ({ self }) => ({ subject: 'log', as: 'json', parent: self }) },
});

export const withoutTheEvent = setup({
  types: { events: {} as Stop },
  actors: { tail: streamActor(client) },
}).createMachine({
  // @ts-expect-error -- the machine does not take records
  invoke: { src: 'tail', input: ({ self }) => ({ subject: 'log', parent: self }) },
});

export const withoutParent = setup({
  types: { events: {} as Stop },
  actors: { tail: streamActor(client) },
}).createMachine({
  // @ts-expect-error -- nor does it say so by leaving out who takes them
  invoke: { src: 'tail', input: { subject: 'log', as: 'text' } },
});

export const otherName = setup({
  types: { events: {} as StreamRecordEvent<string> },
  actors: { tail: streamActor(client, { event: 'web.line' }) },
}).createMachine({
  // @ts-expect-error -- the records come under another name
  invoke: { src: 'tail', input: ({ self }) => ({ subject: 'log', as: 'text', parent: self }) },
});

export const oneOfTwoNames = setup({
  types: { events: {} as StreamRecordEvent<string, 'web.line'> },
  actors: { web: streamActor(client, { event: 'web.line' }), db: streamActor(client, { event: 'db.line' }) },
}).createMachine({
  // @ts-expect-error -- the second tail's event is not declared
  invoke: { src: 'db', input: ({ self }) => ({ subject: 'log.db', as: 'text', parent: self }) },
});

export const otherObjects = setup({
  types: { events: {} as StreamRecordEvent<Quote> },
  actors: { tail: streamActor<{ readonly cost: number }>(client) },
}).createMachine({
  // @ts-expect-error -- the logic hands over other values
  invoke: { src: 'tail', input: ({ self }) => ({ subject: 'quotes', as: 'object', parent: self }) },
});

export const untoldObjects = setup({
  types: { events: {} as StreamRecordEvent<Quote> },
  actors: { tail: streamActor(client) },
}).createMachine({
  // @ts-expect-error -- nothing is known of the values
  invoke: { src: 'tail', input: ({ self }) => ({ subject: 'quotes', as: 'object', parent: self }) },
});

export const spawnedByMistake = setup({
  types: { context: {}, events: {} as StreamRecordEvent<string> },
  actors: { tail: streamActor(client) },
}).createMachine({
  context: ({ spawn, self }) => {
    // @ts-expect-error -- what is spawned is checked as what is invoked
    spawn('tail', { input: { subject: 'log', parent: self } });
    return {};
  },
});

export const withCallback = setup({
  types: { events: {} as StreamRecordEvent<Uint8Array> },
  actors: { tail: streamActor(client) },
}).createMachine({
  // @ts-expect-error -- records are events, and not for a callback
  invoke: { src: 'tail', input: ({ self }) => ({ subject: 'log', parent: self, onRecord: () => undefined }) },
});

// Misspelt names, each a beginning of a right one, a right one and more, or something else.

export const misspelt = setup({
  types: { events: {} as StreamRecordEvent<string> },
  actors: { tail: streamActor(client) },
}).createMachine({
  invoke: [
    // @ts-expect-error -- misspelt: timeoutMs
    { src: 'tail', input: ({ self }) => ({ subject: 'log', as: 'text', parent: self, timeoutMS: 1_000 }) },
    // @ts-expect-error -- misspelt: timeoutMs
    { src: 'tail', input: ({ self }) => ({ subject: 'log', as: 'text', parent: self, timeout: 1_000 }) },
    // @ts-expect-error -- misspelt: timeoutMs
    { src: 'tail', input: ({ self }) => ({ subject: 'log', as: 'text', parent: self, timeoutMsec: 1_000 }) },
    // @ts-expect-error -- misspelt: data
    { src: 'tail', input: ({ self }) => ({ subject: 'log', as: 'text', parent: self, body: 'from 3' }) },
    // @ts-expect-error -- misspelt: onSlow
    { src: 'tail', input: ({ self }) => ({ subject: 'log', as: 'text', parent: self, onslow: () => undefined }) },
    // @ts-expect-error -- misspelt: signal, given back by statements
    {
      src: 'tail',
      input: ({ self }) => {
        const abort = new AbortController();
        return { subject: 'log', as: 'text', parent: self, abortSignal: abort.signal };
      },
    },
  ],
});

export const spawnedMisspelt = setup({
  types: { context: {}, events: {} as StreamRecordEvent<string> },
  actors: { tail: streamActor(client) },
}).createMachine({
  context: ({ spawn, self }) => {
    // @ts-expect-error -- misspelt: timeoutMs
    spawn('tail', { input: { subject: 'log', as: 'text', parent: self, timeoutMS: 1_000 } });
    return {};
  },
});

// @ts-expect-error -- misspelt: timeoutMs
createActor(streamActor(client), { input: { subject: 'log', as: 'text', parent: undefined, timeoutMS: 1_000 } });

// @ts-expect-error -- misspelt: event
streamActor(client, { evnt: 'web.line' });

// @ts-expect-error -- misspelt: timeoutMs
client.openStream('log', undefined, { timeoutMS: 1_000 });

// @ts-expect-error -- misspelt: queue
producer.handle('log', () => [], { que: 'workers' });

// @ts-expect-error -- misspelt: openTimeoutMs
new ConsumerClient({ connection, openTimeoutMS: 1_000 });

// @ts-expect-error -- misspelt: heartbeatIntervalMs
new ProducerClient({ connection, heartbeatInterval: 1_000 });

createActor(streamActor(client, { event: 'line' }), { input: { subject: 'log', parent: undefined } })
  // @ts-expect-error -- an actor without a parent emits under the name that was chosen
  .on('stream.record', () => undefined);

// @ts-expect-error -- the name that is told as a type is the name that is chosen
streamActor<Quote, 'quote'>(client, { event: 'quotes' });
