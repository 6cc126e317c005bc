import { assign, setup } from 'xstate';
import type { EndReason } from '../../../machines/index.js';

/** What a reader of the model knows of its stream. */
export interface ReaderContext {
  /** The stream that is read. */
  readonly stream: string;
  /** How the stream ended, as it was told. */
  readonly end: EndReason | null;
}

type ReaderEvent =
  | { readonly type: 'record' }
  | { readonly type: 'end'; readonly reason: EndReason }
  /** The reader does not want the stream any more. */
  | { readonly type: 'leave' };

/**
 * Who reads a stream, as an actor of the model: its wish must be seen, or a cancel that is ignored would violate
 * nothing. It outlives the stream, so that properties can ask what it was told.
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
