import { assign, setup } from 'xstate';
import type { EndReason } from '../../../machines/index.js';

/** The context of {@link readerMachine}. */
export interface ReaderContext {
  /** The id of the stream that is read. */
  readonly stream: string;
  /** How the stream ended, as reported to the reader; null before. */
  readonly end: EndReason | null;
}

type ReaderEvent =
  | { readonly type: 'record' }
  | { readonly type: 'end'; readonly reason: EndReason }
  /** The reader does not want the stream any more. */
  | { readonly type: 'leave' };

/**
 * The reader of a stream, as an actor of the model. Its wish to leave is part of the state, so that properties detect a
 * cancellation that is ignored. It outlives the stream, so that properties can check what was reported to it.
 */
export const readerMachine = setup({
  types: {
    context: {} as ReaderContext,
    input: {} as { readonly stream: string },
    events: {} as ReaderEvent,
  },
  actions: {
    'reader.leave': (_: unknown, _params: { readonly id: string }) => undefined,
    keepEnd: assign({ end: (_, { reason }: { readonly reason: EndReason }) => reason }),
  },
}).createMachine({
  id: 'reader',
  context: ({ input }) => ({ stream: (input as { readonly stream: string } | undefined)?.stream ?? '', end: null }),
  initial: 'waiting',
  states: {
    waiting: {
      description: 'No record yet.',
      on: {
        record: { target: 'reading' },
        end: { target: 'told', actions: [{ type: 'keepEnd', params: ({ event }) => ({ reason: event.reason }) }] },
        leave: {
          target: 'left',
          actions: [{ type: 'reader.leave', params: ({ context }) => ({ id: context.stream }) }],
        },
      },
    },
    reading: {
      on: {
        end: { target: 'told', actions: [{ type: 'keepEnd', params: ({ event }) => ({ reason: event.reason }) }] },
        leave: {
          target: 'left',
          actions: [{ type: 'reader.leave', params: ({ context }) => ({ id: context.stream }) }],
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
    wronged: { description: 'A record came after the end or after leaving, or a second end.' },
  },
});
