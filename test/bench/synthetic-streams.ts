import { assign, setup } from 'xstate';
import type { HostAdapter } from '../../src/testing/index.js';
import { built } from '../support/bench.js';

const { note, send, spawn, system, tell } = (await built(
  'testing/index.js',
)) as typeof import('../../src/testing/index.js');

type Command =
  | { readonly type: 'publish'; readonly params: { readonly message: Message } }
  | { readonly type: 'make'; readonly params: { readonly id: string } }
  | {
      readonly type: 'inform';
      readonly params: { readonly to: readonly string[]; readonly event: { readonly type: string } };
    }
  | { readonly type: 'end'; readonly params: { readonly id: string; readonly how: string } };

type Message = { readonly type: string; readonly id?: string; readonly ids?: readonly string[] };

const declare = (_: unknown, __: object) => undefined;
const actions = { publish: declare, make: declare, inform: declare, end: declare };

interface StreamContext {
  readonly id: string;
}

const input = ({ input: given }: { readonly input: unknown }) => (given as StreamContext | undefined) ?? { id: '' };
const publish = (type: string) =>
  ({
    type: 'publish',
    params: ({ context }: { readonly context: StreamContext }) => ({ message: { type, id: context.id } }),
  }) as const;
const end = (how: string) =>
  ({ type: 'end', params: ({ context }: { readonly context: StreamContext }) => ({ id: context.id, how }) }) as const;

const reader = setup({
  types: { context: {} as StreamContext },
  actions,
  delays: { silence: 30_000, buffer: 10_000 },
}).createMachine({
  id: 'reader',
  context: input,
  initial: 'idle',
  states: {
    idle: { on: { open: 'opening' } },
    opening: {
      entry: [publish('open')],
      on: { data: 'active', cancel: { target: 'leaving', actions: [end('cancelled')] } },
      after: { silence: { target: 'leaving', actions: [end('no answer')] } },
    },
    active: {
      on: {
        data: { target: 'active', reenter: true },
        close: { target: 'closed', actions: [end('closed')] },
        cancel: { target: 'leaving', actions: [end('cancelled')] },
      },
      after: { silence: { target: 'leaving', actions: [end('silent')] } },
    },
    leaving: {
      on: { close: 'closed', data: { target: 'leaving', reenter: true } },
      after: { buffer: 'closed' },
    },
    closed: { type: 'final' },
  },
});

const source = setup({ types: { context: {} as StreamContext }, actions }).createMachine({
  id: 'source',
  context: input,
  initial: 'active',
  states: {
    active: {
      entry: [publish('data')],
      on: {
        finish: { target: 'closed', actions: [publish('close')] },
        lost: { target: 'closed', actions: [publish('close')] },
      },
    },
    closed: {
      type: 'final',
      entry: [
        {
          type: 'inform',
          params: ({ context }) => ({ to: ['heartbeat'], event: { type: 'remove', id: context.id } }),
        },
      ],
    },
  },
});

const heartbeat = setup({
  types: {
    context: {} as { readonly streams: readonly string[]; readonly misses: number },
    events: {} as
      | { readonly type: 'open' | 'remove'; readonly id: string }
      | { readonly type: 'report'; readonly ids: readonly string[] },
  },
  actions: {
    ...actions,
    add: assign({
      streams: ({ context }, { id }: { readonly id: string }) => [...new Set([...context.streams, id])].sort(),
      misses: 0,
    }),
    remove: assign({
      streams: ({ context }, { id }: { readonly id: string }) => context.streams.filter((other) => other !== id),
    }),
    clearMisses: assign({ misses: 0 }),
    countMiss: assign({ misses: ({ context }) => context.misses + 1 }),
  },
  guards: {
    isKnown: ({ context }, { id }: { readonly id: string }) => context.streams.includes(id),
    isLastMiss: ({ context }) => context.misses >= 1,
  },
  delays: { interval: 10_000, timeout: 5_000 },
}).createMachine({
  id: 'heartbeat',
  context: { streams: [], misses: 0 },
  initial: 'idle',
  on: {
    open: [
      { guard: { type: 'isKnown', params: ({ event }) => ({ id: event.id }) } },
      {
        actions: [
          { type: 'add', params: ({ event }) => ({ id: event.id }) },
          { type: 'make', params: ({ event }) => ({ id: event.id }) },
        ],
      },
    ],
    remove: { actions: [{ type: 'remove', params: ({ event }) => ({ id: event.id }) }] },
  },
  states: {
    idle: { after: { interval: 'asking' } },
    asking: {
      entry: [{ type: 'publish', params: ({ context }) => ({ message: { type: 'ask', ids: context.streams } }) }],
      on: {
        report: {
          target: 'idle',
          actions: [
            { type: 'clearMisses' },
            { type: 'inform', params: ({ event }) => ({ to: event.ids, event: { type: 'lost' } }) },
          ],
        },
      },
      after: {
        timeout: [
          {
            guard: 'isLastMiss',
            target: 'idle',
            actions: [
              { type: 'clearMisses' },
              { type: 'inform', params: ({ context }) => ({ to: context.streams, event: { type: 'lost' } }) },
            ],
          },
          { target: 'idle', actions: [{ type: 'countMiss' }] },
        ],
      },
    },
  },
});

const adapter: HostAdapter<Command, Message> = {
  command(command, { process }) {
    switch (command.type) {
      case 'publish':
        return send(process === 'consumer' ? 'producer' : 'consumer', command.params.message);
      case 'make':
        return spawn(command.params.id, 'source', { id: command.params.id });
      case 'inform':
        return tell(command.params.to, command.params.event);
      case 'end':
        return note(command.params.id, command.params.how);
    }
  },
  receive(message, { process, actors, notes }) {
    if (process === 'producer') return tell('heartbeat', message);
    if (message.type !== 'ask') return tell(message.id ?? '', message);
    const gone = (message.ids ?? []).filter((id) => notes[id] !== undefined || !actors.includes(id));
    const alive = (message.ids ?? []).filter((id) => !gone.includes(id));
    return [send('producer', { type: 'report', ids: gone }), tell(alive, { type: 'data' })];
  },
};

const stream = (id: string) => ({ machine: reader, input: { id } });

/**
 * Two streams of records from one producer to one consumer, with a heartbeat, on a network that loses messages and with
 * processes that crash. It stays as it is when the protocol changes, so that figures can be compared over time.
 */
export const twoStreams = system({
  processes: { consumer: { A: stream('A'), B: stream('B') }, producer: { heartbeat } },
  machines: { source },
  delays: { silence: 11, buffer: 3, interval: 4, timeout: 3 },
  network: { delay: 1 },
  adapter,
  stimuli: Object.fromEntries(
    ['A', 'B'].flatMap((id) => [
      [`open ${id}`, { process: 'consumer', actor: id, event: { type: 'open' }, mayBeIgnored: true }],
      [`cancel ${id}`, { process: 'consumer', actor: id, event: { type: 'cancel' }, mayBeIgnored: true }],
      [`finish ${id}`, { process: 'producer', actor: id, event: { type: 'finish' }, mayBeIgnored: true }],
    ]),
  ),
  faults: { drop: 1, crash: 1 },
});
