import { assign, setup } from 'xstate';
import type { ViewOf } from '../../../src/testing/index.js';
import { built } from '../../support/bench.js';

const { system } = (await built('testing/index.js')) as typeof import('../../../src/testing/index.js');

const items = 8;

const send = (_: unknown, __: { readonly to: string; readonly event: { readonly type: string } }) => undefined;

type ItemContext = { readonly item: number };
const data = {
  type: 'send',
  params: ({ context: { item } }: { readonly context: ItemContext }) => ({
    to: 'receiver',
    event: { type: 'data', item, bit: item % 2 },
  }),
} as const;

const sender = setup({
  types: {
    context: {} as ItemContext,
    events: {} as { readonly type: 'ack'; readonly bit: number } | { readonly type: 'repeat' },
  },
  actions: { send, next: assign({ item: ({ context }) => (context.item + 1) % items }) },
  guards: { isAnswer: ({ context, event }) => event.type === 'ack' && event.bit === context.item % 2 },
}).createMachine({
  id: 'sender',
  context: { item: 0 },
  entry: [data],
  on: { ack: { guard: 'isAnswer', actions: [{ type: 'next' }, data] }, repeat: { actions: [data] } },
});

const ack = {
  type: 'send',
  params: ({ event }: { readonly event: { readonly bit: number } }) => ({
    to: 'sender',
    event: { type: 'ack', bit: event.bit },
  }),
} as const;

const receiver = setup({
  types: {
    context: {} as { readonly next: number; readonly isWrong: boolean },
    events: {} as { readonly type: 'data'; readonly item: number; readonly bit: number },
  },
  actions: {
    send,
    take: assign({
      next: ({ context }) => (context.next + 1) % items,
      isWrong: ({ context }, { item }: { readonly item: number }) => item !== context.next,
    }),
  },
  guards: { isNew: ({ context, event }) => event.bit === context.next % 2 },
}).createMachine({
  id: 'receiver',
  context: { next: 0, isWrong: false },
  on: {
    data: [
      { guard: 'isNew', actions: [{ type: 'take', params: ({ event }) => ({ item: event.item }) }, ack] },
      { actions: [ack] },
    ],
  },
});

/** The alternating bit protocol, which sends the numbers below 8 over and over, with so many repetitions, losses and copies. */
export function alternatingBit(faults: number) {
  return system({
    processes: { sender: { sender }, receiver: { receiver } },
    stimuli: { repeats: { process: 'sender', event: { type: 'repeat' }, max: faults } },
    faults: { drop: faults, duplicate: faults },
  });
}

export const itemsComeInOrder = ({ receiver: { actors } }: ViewOf<ReturnType<typeof alternatingBit>>): boolean =>
  actors.receiver?.context.isWrong === false;
