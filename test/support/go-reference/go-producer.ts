import { assign, setup } from 'xstate';
import { declareCommands } from '../../../machines/commands.js';
import { entryOf, listOf, withEntry, withoutEntry, type Entries } from '../../../machines/entries.js';
import { clientActorId, type CommandParams, type RequestReceived } from '../../../machines/index.js';

/**
 * The producer of the Go package v1.5.0-alpha9 as machines, mistakes included: `producer_client.go` and the handler of
 * `compute_handler.go`. They are what the defects 4, 6 and 7 are found in, and the peer of our consumer in mixed
 * systems.
 */

interface GoStream {
  readonly id: string;
  readonly consumerId: string;
  readonly streamId: string;
  readonly subject: string;
}

interface GoProducerClientContext {
  readonly streams: Entries<GoStream>;
  /** The consumers that this round still has to ask, in order; the first is being asked. */
  readonly round: readonly string[];
  /** Requests that came while the round held the lock. */
  readonly locked: readonly RequestReceived[];
}

type GoProducerClientEvent =
  | RequestReceived
  | { readonly type: 'stream.closed'; readonly id: string }
  | { readonly type: 'heartbeat.answered'; readonly from: string; readonly reported: readonly string[] };

function consumers(context: GoProducerClientContext): readonly string[] {
  return [...new Set(listOf(context.streams).map((stream) => stream.consumerId))].sort();
}

function streamsOf(context: GoProducerClientContext, consumerId: string | undefined): readonly GoStream[] {
  return listOf(context.streams).filter((stream) => stream.consumerId === consumerId);
}

type Scope = { readonly context: GoProducerClientContext };
type RequestScope = { readonly event: RequestReceived };

const spawn = {
  type: 'actor.spawn',
  params: ({ event }: RequestScope): CommandParams['actor.spawn'] => ({
    machine: 'producerStream',
    id: event.id,
    input: { id: event.id, subject: event.subject, exact: false, extended: false },
  }),
} as const;

const add = {
  type: 'add',
  params: ({ event }: RequestScope) => ({
    id: event.id,
    consumerId: event.consumerId,
    streamId: event.streamId,
    subject: event.subject,
  }),
} as const;

/**
 * The heartbeat of all consumers: one after the other, under one lock, so that a dead one keeps everybody waiting
 * (defect 4). One miss ends every stream of a consumer (defect 7).
 */
export const goProducerClientMachine = setup({
  types: { context: {} as GoProducerClientContext, events: {} as GoProducerClientEvent },
  actions: {
    ...declareCommands('actor.spawn', 'actor.tell', 'wire.ask', 'wire.close'),
    add: assign({ streams: ({ context }, stream: GoStream) => withEntry(context.streams, stream) }),
    remove: assign({
      streams: ({ context }, { id }: { readonly id: string }) => withoutEntry(context.streams, id),
    }),
    removeReported: assign({
      streams: ({ context }, { ids }: { readonly ids: readonly string[] }) =>
        listOf(context.streams).filter((stream) => !ids.includes(stream.id)),
    }),
    startRound: assign({ round: ({ context }) => consumers(context) }),
    nextConsumer: assign({ round: ({ context }) => context.round.slice(1) }),
  },
  guards: {
    isRegistered: ({ context }, { id }: { readonly id: string }) => entryOf(context.streams, id) !== undefined,
    roundIsOver: ({ context }) => context.round.length === 0,
    isBeingAsked: ({ context }, { from }: { readonly from: string }) => context.round[0] === from,
  },
  delays: { heartbeatInterval: 10_000, heartbeatRequestTimeout: 5_000 },
}).createMachine({
  id: 'goProducerClient',
  context: { streams: [], round: [], locked: [] },
  type: 'parallel',
  states: {
    registry: {
      on: {
        'request.received': [
          {
            // Defect 6: adding fails, the handler closes the live stream's inbox, and unregisters the original.
            guard: { type: 'isRegistered', params: ({ event }) => ({ id: event.id }) },
            actions: [
              { type: 'wire.close', params: ({ event }) => ({ id: event.id, code: 5000, text: 'already exists' }) },
              { type: 'remove', params: ({ event }) => ({ id: event.id }) },
            ],
          },
          { actions: [add, spawn] },
        ],
        'stream.closed': { actions: [{ type: 'remove', params: ({ event }) => ({ id: event.id }) }] },
      },
    },
    heartbeat: {
      initial: 'idle',
      states: {
        idle: { after: { heartbeatInterval: { target: 'next', actions: [{ type: 'startRound' }] } } },
        next: { always: [{ guard: 'roundIsOver', target: 'idle' }, { target: 'asking' }] },
        asking: {
          entry: [
            {
              type: 'wire.ask',
              params: ({ context }) => ({
                id: context.round[0] ?? '',
                streams: streamsOf(context, context.round[0]).map(({ subject, streamId }) => ({ subject, streamId })),
              }),
            },
          ],
          after: {
            heartbeatRequestTimeout: {
              target: 'next',
              actions: [
                {
                  type: 'actor.tell',
                  params: ({ context }: Scope): CommandParams['actor.tell'] => ({
                    to: streamsOf(context, context.round[0]).map((stream) => stream.id),
                    event: { type: 'heartbeat.lost' },
                  }),
                },
                { type: 'nextConsumer' },
              ],
            },
          },
          on: {
            'heartbeat.answered': {
              guard: { type: 'isBeingAsked', params: ({ event }) => ({ from: event.from }) },
              target: 'next',
              actions: [
                {
                  type: 'actor.tell',
                  params: ({ context, event }): CommandParams['actor.tell'] => ({
                    to: streamsOf(context, event.from)
                      .filter((stream) => event.reported.includes(stream.streamId))
                      .map((stream) => stream.id),
                    event: { type: 'heartbeat.reported' },
                  }),
                },
                { type: 'nextConsumer' },
              ],
            },
          },
        },
      },
    },
  },
});

type GoProducerStreamEvent =
  | { readonly type: 'source.record' }
  | { readonly type: 'source.ended'; readonly text: string }
  | { readonly type: 'heartbeat.reported' }
  | { readonly type: 'heartbeat.lost' };

interface GoProducerStreamContext {
  readonly id: string;
}

/** However the stream ends, the handler closes its writer with 1000 (defect 7). */
const closeNormally = {
  type: 'wire.close',
  params: ({ context }: { readonly context: GoProducerStreamContext }) => ({ id: context.id, code: 1000, text: '' }),
} as const;

const cancelSource = {
  type: 'source.cancel',
  params: ({ context }: { readonly context: GoProducerStreamContext }) => ({ id: context.id, text: '' }),
} as const;

export const goProducerStreamMachine = setup({
  types: {
    context: {} as GoProducerStreamContext,
    input: {} as { readonly id: string },
    events: {} as GoProducerStreamEvent,
  },
  actions: declareCommands('wire.data', 'wire.close', 'source.start', 'source.cancel', 'actor.tell'),
}).createMachine({
  id: 'goProducerStream',
  context: ({ input }) => ({ id: (input as { readonly id: string } | undefined)?.id ?? '' }),
  initial: 'active',
  states: {
    active: {
      entry: [{ type: 'source.start', params: ({ context }) => ({ id: context.id }) }],
      on: {
        'source.record': { actions: [{ type: 'wire.data', params: ({ context }) => ({ id: context.id }) }] },
        'source.ended': { target: 'closed', actions: [closeNormally] },
        'heartbeat.reported': { target: 'closed', actions: [cancelSource, closeNormally] },
        'heartbeat.lost': { target: 'closed', actions: [cancelSource, closeNormally] },
      },
    },
    closed: {
      type: 'final',
      entry: [
        {
          type: 'actor.tell',
          params: ({ context }): CommandParams['actor.tell'] => ({
            to: [clientActorId],
            event: { type: 'stream.closed', id: context.id },
          }),
        },
      ],
    },
  },
});
