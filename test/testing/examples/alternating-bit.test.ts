import { expect } from 'chai';
import { assign, setup } from 'xstate';
import { explore, system, type Faults, type ViewOf } from '../../../src/testing/index.js';
import { commands } from '../explorer/support/machines.js';

/**
 * Does everything arrive, once and in order? The alternating bit protocol (Bartlett, Scantlebury and Wilkinson, 1969):
 * a bit beside each item tells a repetition from the next one, on a link that keeps the order and loses and repeats.
 */
const sender = setup({
  types: { context: {} as { readonly item: number }, events: {} as { readonly type: 'ack'; readonly bit: number } },
  actions: { ...commands, next: assign({ item: ({ context }) => context.item + 1 }) },
  guards: {
    isAnswer: ({ context, event }) => event.bit === context.item % 2,
    isLast: ({ context }) => context.item === 2,
  },
  delays: { patience: 1_000 },
}).createMachine({
  id: 'sender',
  context: { item: 0 },
  initial: 'sending',
  states: {
    sending: {
      entry: [
        {
          type: 'send',
          params: ({ context }) => ({
            to: 'receiver',
            event: { type: 'data', item: context.item, bit: context.item % 2 },
          }),
        },
      ],
      on: { ack: { guard: 'isAnswer', target: 'answered' } },
      after: { patience: { target: 'sending', reenter: true } },
    },
    answered: {
      always: [
        { guard: 'isLast', target: 'over' },
        { target: 'sending', actions: [{ type: 'next' }] },
      ],
    },
    over: {},
  },
});

type Data = { readonly event: { readonly bit: number } };
const answer = {
  type: 'send',
  params: ({ event }: Data) => ({ to: 'sender', event: { type: 'ack', bit: event.bit } }),
} as const;

/** @param answers which items are answered: those that came before as well, as an answer may be lost, or new ones only. */
const receiverThat = (answers: 'every item' | 'new items') =>
  setup({
    types: {
      context: {} as { readonly got: readonly number[]; readonly bit: number },
      events: {} as { readonly type: 'data'; readonly item: number; readonly bit: number },
    },
    actions: {
      ...commands,
      take: assign({
        got: ({ context }, { item }: { readonly item: number }) => [...context.got, item],
        bit: ({ context }) => 1 - context.bit,
      }),
    },
    guards: { isNew: ({ context, event }) => event.bit === context.bit },
  }).createMachine({
    id: 'receiver',
    context: { got: [], bit: 0 },
    on: {
      data: [
        {
          guard: 'isNew',
          actions: [{ type: 'take', params: ({ event }) => ({ item: event.item }) }, answer],
        },
        ...(answers === 'every item' ? [{ actions: [answer] }] : []),
      ],
    },
  });

const link = (faults: Faults, loss: 'none' | 'fair' = 'none', answers: 'every item' | 'new items' = 'every item') =>
  system({
    processes: { sender: { sender }, receiver: { receiver: receiverThat(answers) } },
    delays: { patience: 3 },
    network: { delay: 1, loss },
    faults,
  });

type Link = ViewOf<ReturnType<typeof link>>;
const got = ({ receiver: { actors } }: Link) => actors.receiver?.context.got ?? [];
const isOver = ({ sender: { actors } }: Link) => actors.sender?.matches('over') === true;
const rules = {
  always: { 'items come once and in order': (view: Link) => got(view).every((item, index) => item === index) },
  leadsTo: { 'everything arrives': { from: () => true, to: (view: Link) => isOver(view) && got(view).length === 3 } },
  mayRest: isOver,
};

describe('example: the alternating bit protocol', () => {
  it('is right on a link that keeps the order, whatever is lost and repeated', () => {
    const { worst } = explore(link({ drop: 1, duplicate: 2 }), rules).assert();
    // Three trips there and back, and the patience after a loss.
    expect(worst).to.deep.equal({ 'everything arrives': 3 * 2 + 3 });
    expect(explore(link({ drop: 2, duplicate: 1 }), rules).assert().worst['everything arrives']).to.equal(3 * 2 + 6);
  });

  it('brings everything over a channel that loses without end, as long as it does not lose everything', () => {
    const { worst, complete, states } = explore(link({}, 'fair'), rules).assert();
    expect({ worst, complete }).to.deep.equal({ worst: { 'everything arrives': Infinity }, complete: true });
    expect(states).to.be.lessThan(1_000);
    // With any bound there is a loss too many.
    const { violations } = explore(link({}, 'fair'), {
      leadsTo: { 'everything arrives': { ...rules.leadsTo['everything arrives'], within: 40 } },
    });
    expect(violations[0]?.reason).to.match(/takes more than 40 ticks/);
  });

  it('needs an answer to what came before: one that was lost is never given again, however often it is asked for', () => {
    const { violations } = explore(link({}, 'fair', 'new items'), rules);
    const [violation] = violations;
    expect(violation?.reason).to.match(/'everything arrives' may wait for ever, and the loss is fair: nothing is lost/);
    expect(violation?.replay().differences).to.deep.equal([]);
  });

  it('is wrong where a copy comes after what was sent later', () => {
    const { violations } = explore(link({ duplicate: { max: 2, copy: 'end' }, drop: 1 }), rules);
    expect(violations[0]?.property).to.equal('items come once and in order');
    expect(violations[0]?.replay().differences).to.deep.equal([]);
  });
});
