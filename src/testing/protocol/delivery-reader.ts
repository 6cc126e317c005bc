import { assign, setup } from 'xstate';
import type { EndReason } from '../../../machines/index.js';

export interface DeliveryReaderContext {
  /** The stream that is read. */
  readonly stream: string;
  /** How many records came, and how many of them the reader has taken. */
  readonly delivered: number;
  readonly taken: number;
  readonly end: EndReason | null;
}

type DeliveryReaderEvent =
  | { readonly type: 'record'; readonly number: number }
  /** The reader takes a record that waits for it. */
  | { readonly type: 'take' }
  | { readonly type: 'end'; readonly reason: EndReason }
  /** The reader does not want the stream any more. */
  | { readonly type: 'leave' };

type Scope = { readonly context: DeliveryReaderContext };

/**
 * The reader of an extended stream, as an actor of the model. It counts the records itself, so that properties detect
 * faults in the delivery arithmetic, and takes them at its own pace, so that credit runs out.
 */
export const deliveryReaderMachine = setup({
  types: {
    context: {} as DeliveryReaderContext,
    input: {} as { readonly stream: string },
    events: {} as DeliveryReaderEvent,
  },
  actions: {
    'reader.leave': (_: unknown, _params: { readonly id: string }) => undefined,
    'reader.take': (_: unknown, _params: { readonly id: string }) => undefined,
    countDelivered: assign({ delivered: ({ context }) => context.delivered + 1 }),
    countTaken: assign({ taken: ({ context }) => context.taken + 1 }),
    keepEnd: assign({ end: (_, { reason }: { readonly reason: EndReason }) => reason }),
  },
  guards: {
    isNext: ({ context }, { number }: { readonly number: number }) => number === context.delivered,
    hasWaiting: ({ context }) => context.taken < context.delivered,
  },
}).createMachine({
  id: 'reader',
  context: ({ input }) => ({
    stream: (input as { readonly stream: string } | undefined)?.stream ?? '',
    delivered: 0,
    taken: 0,
    end: null,
  }),
  initial: 'reading',
  states: {
    reading: {
      on: {
        record: [
          {
            guard: { type: 'isNext', params: ({ event }) => ({ number: event.number }) },
            actions: [{ type: 'countDelivered' }],
          },
          { target: 'wronged' },
        ],
        take: {
          guard: 'hasWaiting',
          actions: [
            { type: 'countTaken' },
            { type: 'reader.take', params: ({ context }: Scope) => ({ id: context.stream }) },
          ],
        },
        end: { target: 'told', actions: [{ type: 'keepEnd', params: ({ event }) => ({ reason: event.reason }) }] },
        leave: {
          target: 'left',
          actions: [{ type: 'reader.leave', params: ({ context }: Scope) => ({ id: context.stream }) }],
        },
      },
    },
    left: {
      description: 'The reader has gone by its own wish, and awaits the one end.',
      on: {
        record: { target: 'wronged' },
        end: {
          target: 'leftAndTold',
          actions: [{ type: 'keepEnd', params: ({ event }) => ({ reason: event.reason }) }],
        },
      },
    },
    leftAndTold: { on: { record: { target: 'wronged' }, end: { target: 'wronged' } } },
    told: { on: { record: { target: 'wronged' }, end: { target: 'wronged' } } },
    wronged: { description: 'A record came twice, out of order, or after the end; or a second end.' },
  },
});
