import { assign, setup } from 'xstate';
import { declareCommands, type CommandParams } from './commands.js';
import { entryOf, withEntry, withoutEntry, type Entries } from './entries.js';
import type { ProducerClientEvent, RequestReceived } from './events.js';

/** The input of {@link producerClientMachine}. */
export interface ProducerClientInput {
  /**
   * How many heartbeats in a row a consumer may miss.
   *
   * @default 2
   */
  readonly missedHeartbeatsMax?: number;
  /**
   * The same for a consumer with extended streams, which may be asked more often.
   *
   * @default missedHeartbeatsMax
   */
  readonly extendedMissesMax?: number;
}

/** The context of {@link producerClientMachine}. */
export interface ProducerClientContext {
  readonly missedHeartbeatsMax: number;
  readonly extendedMissesMax: number;
  /** The registered streams by inbox subject. */
  readonly streams: Entries<{ readonly id: string; readonly consumerId: string }>;
  /** How many streams each consumer has here; a consumer without any is not listed. */
  readonly consumers: Entries<{ readonly id: string; readonly streams: number }>;
}

type StreamScope = { readonly context: ProducerClientContext; readonly event: { readonly id: string } };

/** The consumer of a registered stream. */
function consumerOf(context: ProducerClientContext, id: string): string {
  return entryOf(context.streams, id)?.consumerId ?? '';
}

const clientSetup = setup({
  types: {
    context: {} as ProducerClientContext,
    input: {},
    events: {} as ProducerClientEvent,
  },
  actions: {
    ...declareCommands('actor.spawn', 'actor.tell', 'actor.tellAll', 'actor.stop', 'client.release'),
    register: assign(({ context }, { id, consumerId }: { readonly id: string; readonly consumerId: string }) => ({
      streams: withEntry(context.streams, { id, consumerId }),
      consumers: withEntry(context.consumers, {
        id: consumerId,
        streams: (entryOf(context.consumers, consumerId)?.streams ?? 0) + 1,
      }),
    })),
    unregister: assign(({ context }, { id }: { readonly id: string }) => {
      const consumerId = consumerOf(context, id);
      const left = (entryOf(context.consumers, consumerId)?.streams ?? 1) - 1;
      return {
        streams: withoutEntry(context.streams, id),
        consumers:
          left === 0
            ? withoutEntry(context.consumers, consumerId)
            : withEntry(context.consumers, { id: consumerId, streams: left }),
      };
    }),
  },
  guards: {
    isRegistered: ({ context }, { id }: { readonly id: string }) => entryOf(context.streams, id) !== undefined,
    isNewConsumer: ({ context }, { consumerId }: { readonly consumerId: string }) =>
      entryOf(context.consumers, consumerId) === undefined,
    isLastOfConsumer: ({ context }, { id }: { readonly id: string }) =>
      entryOf(context.consumers, consumerOf(context, id))?.streams === 1,
  },
});

type RequestScope = { readonly context: ProducerClientContext; readonly event: RequestReceived };

const spawnHeartbeat = {
  type: 'actor.spawn',
  params: ({ context, event }: RequestScope) =>
    ({
      machine: 'heartbeat',
      id: event.consumerId,
      input: {
        id: event.consumerId,
        missedHeartbeatsMax: event.extended ? context.extendedMissesMax : context.missedHeartbeatsMax,
      },
    }) as const,
} as const;

const startStream = [
  { type: 'register', params: ({ event }: RequestScope) => ({ id: event.id, consumerId: event.consumerId }) },
  {
    type: 'actor.spawn',
    params: ({ event }: RequestScope) =>
      ({
        machine: 'producerStream',
        id: event.id,
        input: { id: event.id, subject: event.subject, exact: event.exact, extended: event.extended },
      }) as const,
  },
  {
    type: 'actor.tell',
    params: ({ event }: RequestScope): CommandParams['actor.tell'] => ({
      to: [event.consumerId],
      event: {
        type: 'stream.added',
        id: event.id,
        streamId: event.streamId,
        subject: event.subject,
        extended: event.extended,
      },
    }),
  },
] as const;

/**
 * A producer client: its registered streams, and the heartbeats to each consumer, which run as long as the consumer has
 * streams here. Source: PROTOCOL.md, Producer client.
 */
export const producerClientMachine = clientSetup.createMachine({
  id: 'producerClient',
  description: 'PROTOCOL.md, Producer client',
  context: ({ input }) => {
    const given = input as ProducerClientInput | undefined;
    const missedHeartbeatsMax = given?.missedHeartbeatsMax ?? 2;
    const extendedMissesMax = given?.extendedMissesMax ?? missedHeartbeatsMax;
    return { missedHeartbeatsMax, extendedMissesMax, streams: [], consumers: [] };
  },
  initial: 'open',
  states: {
    open: {
      type: 'parallel',
      description: 'The client takes requests, and asks its consumers for signs of life.',
      on: {
        'app.close': {
          target: 'closed',
          actions: [{ type: 'actor.tellAll', params: { event: { type: 'app.close' } } }],
        },
        'link.closed': {
          target: 'closed',
          actions: [{ type: 'actor.tellAll', params: ({ event }) => ({ event }) }],
        },
      },
      states: {
        registry: {
          description: 'The registered streams. A request for one of them is a duplicate and changes nothing.',
          on: {
            'request.received': [
              { guard: { type: 'isRegistered', params: ({ event }) => ({ id: event.id }) } },
              {
                guard: { type: 'isNewConsumer', params: ({ event }) => ({ consumerId: event.consumerId }) },
                actions: [spawnHeartbeat, ...startStream],
              },
              { actions: startStream },
            ],
            'stream.unreachable': {
              actions: [
                {
                  type: 'actor.tell',
                  params: ({ context, event }): CommandParams['actor.tell'] => ({
                    to: [consumerOf(context, event.id)],
                    event,
                  }),
                },
              ],
            },
            'stream.closed': [
              {
                guard: { type: 'isLastOfConsumer', params: ({ event }) => ({ id: event.id }) },
                actions: [
                  {
                    type: 'actor.stop',
                    params: ({ context, event }: StreamScope) => ({ id: consumerOf(context, event.id) }),
                  },
                  { type: 'unregister', params: ({ event }) => ({ id: event.id }) },
                ],
              },
              {
                actions: [
                  {
                    type: 'actor.tell',
                    params: ({ context, event }: StreamScope): CommandParams['actor.tell'] => ({
                      to: [consumerOf(context, event.id)],
                      event: { type: 'stream.removed', id: event.id },
                    }),
                  },
                  { type: 'unregister', params: ({ event }) => ({ id: event.id }) },
                ],
              },
            ],
          },
        },
        link: {
          description: 'The state of the link, of which every stream and heartbeat must know.',
          initial: 'up',
          states: {
            up: {
              description: 'The link is up.',
              on: {
                'link.lost': {
                  target: 'down',
                  actions: [{ type: 'actor.tellAll', params: { event: { type: 'link.lost' } } }],
                },
              },
            },
            down: {
              description: 'The link is down.',
              on: {
                // A heartbeat that is made now must not count silence. One that exists knows already.
                'request.received': {
                  actions: [
                    {
                      type: 'actor.tell',
                      params: ({ event }): CommandParams['actor.tell'] => ({
                        to: [event.consumerId],
                        event: { type: 'link.lost' },
                      }),
                    },
                  ],
                },
                'link.restored': {
                  target: 'up',
                  actions: [{ type: 'actor.tellAll', params: { event: { type: 'link.restored' } } }],
                },
              },
            },
          },
        },
      },
    },
    closed: {
      type: 'final',
      description: 'The client is over: every stream is told to close.',
      entry: [{ type: 'client.release', params: {} }],
    },
  },
});
