import { assign, raise, setup } from 'xstate';
import { declareCommands, type CommandParams } from './commands.js';
import { entryOf, listOf, sizeOf, withEntry, withoutEntry, type Entries } from './entries.js';
import type { HeartbeatEvent } from './events.js';
import type { ListedClose, ListedStream } from './listed-stream.js';

/** A registered stream: its inbox subject as `id`, and how the wire names it. */
export interface RegisteredStream extends ListedStream {
  readonly id: string;
}

/** The input of {@link heartbeatMachine}. */
export interface HeartbeatInput {
  /** The consumer id. */
  readonly id: string;
  /** How many heartbeats in a row may be missed. */
  readonly missedHeartbeatsMax: number;
}

/** The context of {@link heartbeatMachine}. */
export interface HeartbeatContext {
  readonly id: string;
  readonly missedHeartbeatsMax: number;
  /** The streams of this consumer. */
  readonly streams: Entries<RegisteredStream>;
  /** Those of them that are to be asked for without waiting for a round: no request has listed them yet. */
  readonly fresh: Entries<RegisteredStream>;
  /** The streams that the request under way lists: only these are judged by its answer. */
  readonly asked: Entries<RegisteredStream>;
  /** Whether the interval passed and the round was not asked yet. */
  readonly roundDue: boolean;
  /** Misses in a row, always less than the maximum: the last one ends the streams that were asked. */
  readonly misses: number;
}

type Scope = { readonly context: HeartbeatContext };
type AnswerScope = Scope & { readonly event: { readonly reported: readonly string[] } };

function idsOf(entries: readonly { readonly id: string }[]): readonly string[] {
  return entries.map((entry) => entry.id);
}

/** The asked streams that the answer reports, or those that it does not. Matched by stream id alone. */
function judged({ context, event }: AnswerScope, reported: boolean): readonly string[] {
  const ids = new Set(event.reported);
  return idsOf(listOf(context.asked).filter((stream) => ids.has(stream.streamId) === reported));
}

const heartbeatSetup = setup({
  types: {
    context: {} as HeartbeatContext,
    input: {} as HeartbeatInput,
    events: {} as HeartbeatEvent,
  },
  actions: {
    ...declareCommands('wire.ask', 'actor.tell'),
    add: assign({
      streams: ({ context }, stream: RegisteredStream) => withEntry(context.streams, stream),
    }),
    introduce: assign({
      fresh: ({ context }, stream: RegisteredStream) => withEntry(context.fresh, stream),
    }),
    // What nobody was told yet is asked for at once, as what is new.
    close: assign(({ context }, { id, close }: { readonly id: string; readonly close: ListedClose }) => {
      const stream = entryOf(context.streams, id);
      if (stream === undefined) return {};
      const closed = { ...stream, close };
      return {
        streams: withEntry(context.streams, closed),
        fresh: withEntry(context.fresh, closed),
        // An answer that is under way says nothing of it: its request did not name the close.
        asked: withoutEntry(context.asked, id),
      };
    }),
    remove: assign({
      streams: ({ context }, { id }: { readonly id: string }) => withoutEntry(context.streams, id),
      fresh: ({ context }, { id }: { readonly id: string }) => withoutEntry(context.fresh, id),
    }),
    markRoundDue: assign({ roundDue: true }),
    askAll: assign(({ context }) => ({ asked: context.streams, fresh: [], roundDue: false })),
    askFresh: assign(({ context }) => ({ asked: context.fresh, fresh: [] })),
    // Either ends a request, and what was asked has no meaning after it: equal states are to be equal.
    countMiss: assign(({ context }) => ({ misses: context.misses + 1, asked: [] })),
    clearMisses: assign(() => ({ misses: 0, asked: [] })),
  },
  guards: {
    isAnnounced: (_, { extended }: { readonly extended: boolean }) => extended,
    isRoundDue: ({ context }) => context.roundDue && sizeOf(context.streams) > 0,
    hasFreshStreams: ({ context }) => sizeOf(context.fresh) > 0,
    isLastMiss: ({ context }) => context.misses + 1 >= context.missedHeartbeatsMax,
  },
  delays: {
    heartbeatInterval: 10_000,
    heartbeatRequestTimeout: 5_000,
  },
});

const registered = ({ event }: { readonly event: RegisteredStream }): RegisteredStream => ({
  id: event.id,
  streamId: event.streamId,
  subject: event.subject,
});

const ask = {
  type: 'wire.ask',
  params: ({ context }: Scope) => ({
    id: context.id,
    streams: listOf(context.asked).map(({ id: _, ...listed }) => listed),
  }),
} as const;

const tellLost = {
  type: 'actor.tell',
  params: ({ context }: Scope): CommandParams['actor.tell'] => ({
    to: idsOf(listOf(context.asked)),
    event: { type: 'heartbeat.lost' },
  }),
} as const;

const onMiss = [
  { guard: 'isLastMiss', target: '#heartbeat.open.exchange.idle', actions: [tellLost] },
  { target: '#heartbeat.open.exchange.idle', actions: [{ type: 'countMiss' }] },
] as const;

const tellReported = {
  type: 'actor.tell',
  params: (scope: AnswerScope): CommandParams['actor.tell'] => ({
    to: judged(scope, true),
    event: { type: 'heartbeat.reported' },
  }),
} as const;

const tellConfirmed = {
  type: 'actor.tell',
  params: (scope: AnswerScope): CommandParams['actor.tell'] => ({
    to: judged(scope, false),
    event: { type: 'heartbeat.confirmed' },
  }),
} as const;

/**
 * The heartbeats to one consumer. Each consumer has its own, so that a dead one delays nobody else's.
 * Source: PROTOCOL.md, Heartbeat.
 */
export const heartbeatMachine = heartbeatSetup.createMachine({
  id: 'heartbeat',
  description: 'PROTOCOL.md, Heartbeat',
  context: ({ input }) => {
    const given = input as HeartbeatInput | undefined;
    return {
      id: given?.id ?? '',
      missedHeartbeatsMax: given?.missedHeartbeatsMax ?? 2,
      streams: [],
      fresh: [],
      asked: [],
      roundDue: false,
      misses: 0,
    };
  },
  initial: 'open',
  states: {
    open: {
      type: 'parallel',
      description: 'The consumer has streams here.',
      on: {
        'app.close': { target: 'closed' },
        'link.closed': { target: 'closed' },
      },
      states: {
        registry: {
          description: 'The streams of this consumer.',
          on: {
            'stream.added': [
              // It was announced to its consumer, and may be over before a round lists it.
              {
                guard: { type: 'isAnnounced', params: ({ event }) => ({ extended: event.extended }) },
                actions: [{ type: 'add', params: registered }],
              },
              {
                actions: [
                  { type: 'add', params: registered },
                  { type: 'introduce', params: registered },
                ],
              },
            ],
            'stream.unreachable': {
              actions: [
                {
                  type: 'close',
                  params: ({ event }) => ({ id: event.id, close: { code: event.code, text: event.text } }),
                },
              ],
            },
            'stream.removed': { actions: [{ type: 'remove', params: ({ event }) => ({ id: event.id }) }] },
          },
        },
        ticker: {
          description: 'The period between rounds, from send to send, whatever the answer takes.',
          initial: 'running',
          states: {
            running: {
              description: 'The interval runs.',
              after: {
                heartbeatInterval: { target: 'running', reenter: true, actions: [raise({ type: 'round.due' })] },
              },
              on: { 'link.lost': { target: 'suspended' } },
            },
            suspended: {
              description: 'The link is down: when it is back, all is asked at once and the interval starts afresh.',
              on: { 'link.restored': { target: 'running', actions: [{ type: 'markRoundDue' }] } },
            },
          },
        },
        exchange: {
          description: 'One request is under way at most.',
          initial: 'idle',
          on: {
            'round.due': { actions: [{ type: 'markRoundDue' }] },
            'link.lost': { target: '.suspended', actions: [{ type: 'clearMisses' }] },
          },
          states: {
            idle: {
              description: 'No request is under way.',
              always: [
                { guard: 'isRoundDue', target: 'asking', actions: [{ type: 'askAll' }] },
                // A new stream of a plain consumer is asked for at once, so that its reader hears of a producer before any
                // record, and so is one of which a close is to be told.
                { guard: 'hasFreshStreams', target: 'introducing', actions: [{ type: 'askFresh' }] },
              ],
            },
            introducing: {
              description:
                'A request for new streams is under way, until its answer or until a round is due, which counts the ' +
                'misses: two introductions may follow each other faster than anybody can reconnect.',
              entry: [ask],
              on: {
                // What was never asked for before cannot have been reported, so there is nothing to be confirmed.
                'heartbeat.answered': { target: 'idle', actions: [tellReported, { type: 'clearMisses' }] },
                'round.due': { target: 'idle', actions: [{ type: 'markRoundDue' }] },
              },
            },
            asking: {
              description: 'The request of a round is under way. Its ids are fixed, and only those are judged.',
              entry: [ask],
              after: { heartbeatRequestTimeout: onMiss },
              on: {
                'heartbeat.answered': {
                  target: 'idle',
                  actions: [tellReported, tellConfirmed, { type: 'clearMisses' }],
                },
                // Nobody subscribes. The consumer may be reconnecting, so this is a miss and no more.
                'heartbeat.unanswerable': onMiss,
              },
            },
            suspended: {
              description: 'The link is down: no request can be answered, no miss is counted.',
              on: { 'link.restored': { target: 'idle' } },
            },
          },
        },
      },
    },
    closed: {
      type: 'final',
      description: 'The client is over.',
    },
  },
});
