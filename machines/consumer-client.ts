import { assign, setup } from 'xstate';
import { declareCommands, type CommandParams } from './commands.js';
import { entryOf, withEntry, withoutEntry, type Entries } from './entries.js';
import type { ConsumerClientEvent } from './events.js';
import type { ListedStream } from './listed-stream.js';

/** A stream that this client knows: live while its reader is there, and never live again afterwards. */
export interface KnownStream {
  readonly id: string;
  readonly live: boolean;
}

/** What the machine of a consumer's client knows. */
export interface ConsumerClientContext {
  readonly streams: Entries<KnownStream>;
  /** Whether the connection is up. */
  readonly linkUp: boolean;
}

type HeartbeatScope = {
  readonly context: ConsumerClientContext;
  readonly event: { readonly reply: string; readonly streams: readonly ListedStream[] };
};

function isLive(context: ConsumerClientContext, id: string): boolean {
  return entryOf(context.streams, id)?.live === true;
}

const clientSetup = setup({
  types: {
    context: {} as ConsumerClientContext,
    events: {} as ConsumerClientEvent,
  },
  actions: {
    ...declareCommands('wire.answer', 'actor.spawn', 'actor.tell', 'actor.tellAll', 'client.release'),
    remember: assign({
      streams: ({ context }, { id }: { readonly id: string }) => withEntry(context.streams, { id, live: true }),
    }),
    markLeft: assign({
      streams: ({ context }, { id }: { readonly id: string }) =>
        entryOf(context.streams, id) === undefined ? context.streams : withEntry(context.streams, { id, live: false }),
    }),
    setLink: assign({ linkUp: (_, { up }: { readonly up: boolean }) => up }),
    forget: assign({
      streams: ({ context }, { id }: { readonly id: string }) => withoutEntry(context.streams, id),
    }),
  },
  guards: {
    knowsNoStream: ({ context }) => context.streams.length === 0,
  },
});

/**
 * One consumer client: which of its streams are live, what it answers to heartbeats, and how it ends.
 * Source: PROTOCOL.md, Consumer client.
 */
export const consumerClientMachine = clientSetup.createMachine({
  id: 'consumerClient',
  description: 'PROTOCOL.md, Consumer client',
  context: { streams: [], linkUp: true },
  initial: 'open',
  states: {
    open: {
      type: 'parallel',
      description: 'The client holds its inbox and answers heartbeats.',
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
        intake: {
          description: 'Whether the application may open streams.',
          initial: 'accepting',
          states: {
            accepting: {
              description: 'The application may open streams.',
              on: {
                // The id is live before the stream's actor exists, and the actor exists before it publishes.
                'app.open': {
                  actions: [
                    { type: 'remember', params: ({ event }) => ({ id: event.id }) },
                    {
                      type: 'actor.spawn',
                      params: ({ context, event }) => ({
                        machine: 'consumerStream',
                        id: event.id,
                        input: { id: event.id, subject: event.subject, linkUp: context.linkUp },
                      }),
                    },
                  ],
                },
                'app.drain': {
                  target: 'draining',
                  actions: [
                    {
                      type: 'actor.tellAll',
                      params: {
                        event: { type: 'app.cancel', reason: 'cancelled', text: 'the client drains' },
                      },
                    },
                  ],
                },
              },
            },
            draining: {
              description: 'No stream is opened any more; the client closes when the last one is over.',
              always: { guard: 'knowsNoStream', target: '#consumerClient.closed' },
            },
          },
        },
        streams: {
          description: 'What the client knows of its streams.',
          on: {
            'stream.left': { actions: [{ type: 'markLeft', params: ({ event }) => ({ id: event.id }) }] },
            'stream.closed': { actions: [{ type: 'forget', params: ({ event }) => ({ id: event.id }) }] },
          },
        },
        answers: {
          description:
            'Every listed stream that is not live now is reported, known or unknown, of any age, and no other. ' +
            'Nothing else enters the answer, so a late or repeated one never kills a live stream.',
          on: {
            'heartbeat.requested': {
              actions: [
                {
                  type: 'wire.answer',
                  params: ({ context, event }: HeartbeatScope) => ({
                    reply: event.reply,
                    reported: event.streams.filter((stream) => !isLive(context, stream.streamId)),
                  }),
                },
                {
                  type: 'actor.tell',
                  params: ({ context, event }: HeartbeatScope): CommandParams['actor.tell'] => ({
                    to: event.streams.map((stream) => stream.streamId).filter((id) => isLive(context, id)),
                    event: { type: 'heartbeat.alive' },
                  }),
                },
                {
                  type: 'actor.tell',
                  params: ({ context, event }: HeartbeatScope): CommandParams['actor.tell'] => ({
                    to: event.streams.map((stream) => stream.streamId).filter((id) => !isLive(context, id)),
                    event: { type: 'heartbeat.listed' },
                  }),
                },
              ],
            },
          },
        },
        link: {
          description: 'The state of the NATS connection, which every stream must know.',
          initial: 'up',
          states: {
            up: {
              description: 'Connected.',
              on: {
                'link.lost': {
                  target: 'down',
                  actions: [
                    { type: 'setLink', params: { up: false } },
                    { type: 'actor.tellAll', params: { event: { type: 'link.lost' } } },
                  ],
                },
              },
            },
            down: {
              description: 'Disconnected: streams that are opened now wait with their requests.',
              on: {
                'link.restored': {
                  target: 'up',
                  actions: [
                    { type: 'setLink', params: { up: true } },
                    { type: 'actor.tellAll', params: { event: { type: 'link.restored' } } },
                  ],
                },
              },
            },
          },
        },
      },
    },
    closed: {
      type: 'final',
      description: 'The client is over; producers hear nothing of it any more and give up by themselves.',
      entry: [{ type: 'client.release', params: {} }],
    },
  },
});
