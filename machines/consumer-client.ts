import { assign, setup } from 'xstate';
import { streamIdOf, streamOf } from './attempt.js';
import { declareCommands, type CommandParams } from './commands.js';
import { entryOf, sizeOf, withEntry, withoutEntry, type Entries } from './entries.js';
import type { ConsumerClientEvent } from './events.js';
import type { ListedStream } from './listed-stream.js';

/** A stream that this client knows: live while its reader is there, and never live again afterwards. */
export interface KnownStream {
  readonly id: string;
  readonly live: boolean;
  /** Which of its requests is the last one, counted from 0: the stream ids of the others are not live. */
  readonly attempt: number;
}

/** The context of {@link consumerClientMachine}. */
export interface ConsumerClientContext {
  readonly streams: Entries<KnownStream>;
  /** Whether the connection is up. */
  readonly linkUp: boolean;
}

type HeartbeatScope = {
  readonly context: ConsumerClientContext;
  readonly event: { readonly reply: string; readonly streams: readonly ListedStream[]; readonly more?: true };
};

/** Whether a stream id is that of the last request of a live stream. */
function isLive(context: ConsumerClientContext, streamId: string): boolean {
  const stream = entryOf(context.streams, streamOf(streamId));
  return stream?.live === true && streamIdOf(stream.id, stream.attempt) === streamId;
}

/** The streams that are listed by an id that is live, or by one that is not. */
function listed({ context, event }: HeartbeatScope, live: boolean): readonly string[] {
  return event.streams
    .map(({ streamId }) => streamId)
    .filter((id) => isLive(context, id) === live)
    .map(streamOf);
}

const clientSetup = setup({
  types: {
    context: {} as ConsumerClientContext,
    events: {} as ConsumerClientEvent,
  },
  actions: {
    ...declareCommands('wire.answer', 'actor.spawn', 'actor.tell', 'actor.tellAll', 'client.release'),
    remember: assign({
      streams: ({ context }, { id }: { readonly id: string }) =>
        withEntry(context.streams, { id, live: true, attempt: 0 }),
    }),
    markLeft: assign({
      streams: ({ context }, { id }: { readonly id: string }) => {
        const stream = entryOf(context.streams, id);
        return stream === undefined ? context.streams : withEntry(context.streams, { ...stream, live: false });
      },
    }),
    renew: assign({
      streams: ({ context }, { id, attempt }: { readonly id: string; readonly attempt: number }) => {
        const stream = entryOf(context.streams, id);
        return stream === undefined ? context.streams : withEntry(context.streams, { ...stream, attempt });
      },
    }),
    setLink: assign({ linkUp: (_, { up }: { readonly up: boolean }) => up }),
    forget: assign({
      streams: ({ context }, { id }: { readonly id: string }) => withoutEntry(context.streams, id),
    }),
  },
  guards: {
    knowsNoStream: ({ context }) => sizeOf(context.streams) === 0,
  },
});

/**
 * A consumer client: which of its streams are live, how it answers heartbeats, and how it shuts down.
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
            'stream.renewed': {
              actions: [{ type: 'renew', params: ({ event }) => ({ id: event.id, attempt: event.attempt }) }],
            },
          },
        },
        answers: {
          description:
            'The answers to heartbeats: every listed stream that is not live now is reported, known or unknown, of any ' +
            'age, and each that the request closes, and no other. Nothing else enters the answer, so a late or repeated ' +
            'one never ends a live stream.',
          on: {
            'heartbeat.requested': {
              actions: [
                {
                  type: 'wire.answer',
                  params: ({ context, event }: HeartbeatScope) => ({
                    reply: event.reply,
                    reported: event.streams
                      .filter(({ streamId, close }) => close !== undefined || !isLive(context, streamId))
                      .map(({ subject, streamId }) => ({ subject, streamId })),
                    ...(event.more === undefined ? {} : { more: event.more }),
                  }),
                },
                {
                  type: 'actor.tell',
                  params: (scope: HeartbeatScope): CommandParams['actor.tell'] => ({
                    to: listed(scope, true),
                    event: { type: 'heartbeat.alive' },
                  }),
                },
                {
                  type: 'actor.tell',
                  params: (scope: HeartbeatScope): CommandParams['actor.tell'] => ({
                    to: listed(scope, false),
                    event: { type: 'heartbeat.listed' },
                  }),
                },
              ],
            },
          },
        },
        link: {
          description: 'The state of the link, of which every stream must know.',
          initial: 'up',
          states: {
            up: {
              description: 'The link is up.',
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
              description: 'The link is down: streams that are opened now wait with their requests.',
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
      description: 'The client is over; its producers hear nothing of it any more, and give up by themselves.',
      entry: [{ type: 'client.release', params: {} }],
    },
  },
});
