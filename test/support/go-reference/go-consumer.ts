import { assign, setup } from 'xstate';
import { declareCommands } from '../../../machines/commands.js';
import { listOf, withEntry, type Entries } from '../../../machines/entries.js';
import { clientActorId, type CommandParams, type ListedStream } from '../../../machines/index.js';

/**
 * The consumer of the Go package v1.5.0-alpha9 as machines, mistakes included: `consumer_client.go`. They are what the
 * defects 1 to 3 are found in, and the peer of our producer in mixed systems.
 */

export interface GoBucket {
  readonly id: string;
  readonly subject: string;
  /** Younger than the cancellation buffer. */
  readonly recent: boolean;
}

interface GoConsumerClientContext {
  /** Every stream ever opened: the Go package removes closed ones from another map, never from this one. */
  readonly buckets: Entries<GoBucket>;
}

type GoConsumerClientEvent =
  | { readonly type: 'app.open'; readonly id: string; readonly subject: string }
  /** A stream of the same consumer that its producer has nothing to do with. */
  | { readonly type: 'bucket.added'; readonly id: string; readonly subject: string }
  | { readonly type: 'bucket.aged'; readonly id: string }
  | { readonly type: 'heartbeat.requested'; readonly reply: string; readonly streams: readonly ListedStream[] };

/**
 * What the Go package reports: the listed streams of a subject that are not among the recent ones of that subject, and
 * nothing at all where none is recent. A subject that it never opened is reported whole.
 */
export function goReports(buckets: readonly GoBucket[], listed: readonly ListedStream[]): readonly ListedStream[] {
  return listed.filter(({ subject, streamId }) => {
    const known = buckets.filter((bucket) => bucket.subject === subject);
    const recent = known.filter((bucket) => bucket.recent);
    if (known.length === 0) return true;
    return recent.length > 0 && !recent.some((bucket) => bucket.id === streamId);
  });
}

export const goConsumerClientMachine = setup({
  types: { context: {} as GoConsumerClientContext, events: {} as GoConsumerClientEvent },
  actions: {
    ...declareCommands('wire.answer', 'actor.spawn'),
    remember: assign({
      buckets: ({ context }, bucket: GoBucket) => withEntry(context.buckets, bucket),
    }),
    age: assign({
      buckets: ({ context }, { id }: { readonly id: string }) =>
        listOf(context.buckets).map((bucket) => (bucket.id === id ? { ...bucket, recent: false } : bucket)),
    }),
  },
}).createMachine({
  id: 'goConsumerClient',
  context: { buckets: [] },
  initial: 'open',
  states: {
    open: {
      on: {
        'app.open': {
          actions: [
            { type: 'remember', params: ({ event }) => ({ id: event.id, subject: event.subject, recent: true }) },
            {
              type: 'actor.spawn',
              params: ({ event }): CommandParams['actor.spawn'] => ({
                machine: 'consumerStream',
                id: event.id,
                input: { id: event.id, subject: event.subject, linkUp: true },
              }),
            },
          ],
        },
        'bucket.added': {
          actions: [
            { type: 'remember', params: ({ event }) => ({ id: event.id, subject: event.subject, recent: true }) },
          ],
        },
        'bucket.aged': { actions: [{ type: 'age', params: ({ event }) => ({ id: event.id }) }] },
        'heartbeat.requested': {
          actions: [
            {
              type: 'wire.answer',
              params: ({ context, event }) => ({
                reply: event.reply,
                reported: goReports(listOf(context.buckets), event.streams),
              }),
            },
          ],
        },
      },
    },
  },
});

const further = 'further';

function tellOfFurther(event: { readonly type: string; readonly id: string; readonly subject?: string }) {
  return {
    type: 'actor.tell' as const,
    params: (): CommandParams['actor.tell'] => ({ to: [clientActorId], event: event as never }),
  };
}

/**
 * The further streams of a Go consumer on the same subject, opened again and again, each `gap` after the one before at
 * most. Only whether one of them is recent ever shows in an answer, so the last one stands for all; other producers of
 * the subject take them.
 */
export const furtherStreamsMachine = setup({
  types: { events: {} as { readonly type: 'open' } },
  actions: declareCommands('actor.tell'),
  delays: { gap: 1, recent: 10_000 },
}).createMachine({
  id: 'furtherStreams',
  initial: 'opened',
  states: {
    opened: {
      entry: [tellOfFurther({ type: 'bucket.added', id: further, subject: 'subject' })],
      after: {
        gap: { target: 'opened', reenter: true },
        recent: { actions: [tellOfFurther({ type: 'bucket.aged', id: further })] },
      },
      on: { open: { target: 'opened', reenter: true } },
    },
  },
});

type GoConsumerStreamEvent =
  | { readonly type: 'frame.data' }
  | { readonly type: 'frame.close'; readonly code: number; readonly text: string }
  | { readonly type: 'app.cancel'; readonly reason: 'cancelled'; readonly text: string };

interface GoConsumerStreamContext {
  readonly id: string;
}

const end = (reason: 'completed' | 'closed' | 'cancelled') => ({
  type: 'reader.end' as const,
  params: ({ context }: { readonly context: GoConsumerStreamContext }): CommandParams['reader.end'] => ({
    id: context.id,
    reason,
    code: reason === 'completed' ? 1000 : 1006,
    text: '',
  }),
});

/** One stream of the Go consumer. Nothing but a frame ever moves it: no timer, and no look at the caller's context. */
export const goConsumerStreamMachine = setup({
  types: {
    context: {} as GoConsumerStreamContext,
    input: {} as { readonly id: string },
    events: {} as GoConsumerStreamEvent,
  },
  actions: declareCommands('wire.open', 'reader.deliver', 'reader.end', 'actor.tell'),
  guards: { isNormal: (_, { code }: { readonly code: number }) => code === 1000 },
  delays: { cancellationBuffer: 10_000 },
}).createMachine({
  id: 'goConsumerStream',
  context: ({ input }) => ({ id: (input as { readonly id: string } | undefined)?.id ?? '' }),
  type: 'parallel',
  states: {
    age: {
      initial: 'recent',
      states: {
        recent: {
          after: {
            cancellationBuffer: {
              target: 'old',
              actions: [
                {
                  type: 'actor.tell',
                  params: ({ context }): CommandParams['actor.tell'] => ({
                    to: [clientActorId],
                    event: { type: 'bucket.aged', id: context.id } as never,
                  }),
                },
              ],
            },
          },
        },
        old: {},
      },
    },
    life: {
      entry: [{ type: 'wire.open', params: ({ context }) => ({ id: context.id, attempt: 0 }) }],
      initial: 'live',
      states: {
        live: {
          on: {
            'frame.data': { actions: [{ type: 'reader.deliver', params: ({ context }) => ({ id: context.id }) }] },
            'frame.close': [
              {
                guard: { type: 'isNormal', params: ({ event }) => ({ code: event.code }) },
                target: 'over',
                actions: [end('completed')],
              },
              { target: 'over', actions: [end('closed')] },
            ],
            'app.cancel': { target: 'cancelled' },
          },
        },
        cancelled: {
          description: 'The caller has gone; the next frame finds that out.',
          on: {
            'frame.data': { target: 'over', actions: [end('cancelled')] },
            'frame.close': { target: 'over', actions: [end('cancelled')] },
          },
        },
        over: {},
      },
    },
  },
});
