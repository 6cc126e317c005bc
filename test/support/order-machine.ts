import {
  and,
  assign,
  emit,
  fromCallback,
  fromPromise,
  not,
  raise,
  sendTo,
  setup,
  stateIn,
  type ActorRefFrom,
} from 'xstate';

/**
 * A machine that has nothing to do with streams: an order on its way through a shop, with everything that the notation
 * has. It has 45 states, its root among them.
 */

export type OrderEvent =
  | { readonly type: 'ADD' | 'SUBMIT' | 'PAY' | 'CHANGE CARD' | 'RETRY' | 'CANCEL' | 'PAUSE' | 'RESUME' }
  | {
      readonly type:
        'PACKED' | 'COLLECTED' | 'DELIVERED' | 'DISAGREE' | 'AGREED' | 'READ' | 'MUTE' | 'UNMUTE' | 'COMPLAIN';
    }
  | { readonly type: 'parcel.scanned'; readonly parcel: string };

interface OrderContext {
  readonly items: number;
  readonly attempts: number;
  readonly parcels: readonly ActorRefFrom<typeof parcelMachine>[];
}

/** What an order spawns for each of its parcels. */
export const parcelMachine = setup({
  types: {
    context: {} as { readonly name: string },
    input: {} as { readonly name: string },
    events: {} as { readonly type: 'SCAN' },
  },
  actions: {
    report: sendTo(
      ({ self }) => self._parent ?? self,
      ({ context }) => ({ type: 'parcel.scanned', parcel: context.name }),
    ),
  },
}).createMachine({
  id: 'parcel',
  context: ({ input }) => input,
  initial: 'waiting',
  states: {
    waiting: { on: { SCAN: { target: 'scanned', actions: 'report' } } },
    scanned: { after: { 200: 'forgotten' } },
    forgotten: { type: 'final' },
  },
});

export const orderMachine = setup({
  types: { context: {} as OrderContext, events: {} as OrderEvent, emitted: {} as { readonly type: 'order.finished' } },
  actors: {
    checkStock: fromPromise<boolean, number>(({ input }) => Promise.resolve(input > 0)),
    chargeCard: fromPromise<string, number>(({ input }) =>
      input > 1 ? Promise.resolve('receipt') : Promise.reject(new Error('declined')),
    ),
    carrier: fromCallback(() => () => undefined),
    parcel: parcelMachine,
  },
  actions: {
    addItem: assign({ items: ({ context }) => context.items + 1 }),
    countAttempt: assign({ attempts: ({ context }) => context.attempts + 1 }),
    print: () => undefined,
    lock: () => undefined,
    unlock: () => undefined,
  },
  guards: {
    hasItems: ({ context }) => context.items > 0,
    isPatient: ({ context }) => context.attempts < 3,
    isLate: () => false,
  },
  delays: { reviewTime: 60_000, grace: 5_000 },
}).createMachine({
  id: 'order',
  context: { items: 0, attempts: 0, parcels: [] },
  initial: 'shopping',
  states: {
    shopping: {
      initial: 'browsing',
      on: { CANCEL: 'cancelled' },
      states: {
        browsing: { on: { ADD: { target: 'filling', actions: 'addItem' } } },
        filling: {
          on: {
            ADD: { actions: 'addItem' },
            SUBMIT: [
              { target: 'checking', guard: and(['hasItems', not('isLate')]) },
              { target: 'browsing', guard: not('hasItems') },
            ],
          },
        },
        checking: {
          invoke: {
            src: 'checkStock',
            input: ({ context }) => context.items,
            onDone: [{ target: 'ready', guard: ({ event }) => event.output }, 'soldOut'],
            onError: 'soldOut',
          },
        },
        soldOut: { after: { 200: 'browsing' } },
        ready: { type: 'final' },
      },
      onDone: 'paying',
    },
    paying: {
      initial: 'asking',
      entry: 'lock',
      exit: 'unlock',
      on: { PAUSE: 'paused' },
      states: {
        asking: {
          on: { PAY: 'charging', 'CHANGE CARD': { target: 'asking', reenter: true } },
          after: { reviewTime: '#order.cancelled' },
        },
        charging: {
          entry: 'countAttempt',
          initial: 'sending',
          invoke: {
            id: 'charge',
            src: 'chargeCard',
            input: ({ context }) => context.attempts,
            onDone: '#order.paying.paid',
            onError: [{ target: '#order.paying.declined', guard: 'isPatient' }, '#order.cancelled'],
          },
          states: { sending: { after: { 200: 'waiting' } }, waiting: {} },
        },
        declined: { on: { RETRY: 'charging' }, after: { grace: { target: 'charging', guard: 'isPatient' } } },
        paid: { type: 'final' },
        lastStep: { type: 'history', history: 'deep', target: 'asking' },
      },
      onDone: 'fulfilling',
    },
    paused: { on: { RESUME: 'paying.lastStep', CANCEL: 'cancelled' } },
    fulfilling: {
      type: 'parallel',
      entry: [
        assign({
          parcels: ({ spawn }) => ['a', 'b'].map((name) => spawn('parcel', { id: `parcel-${name}`, input: { name } })),
        }),
        raise({ type: 'READ' }, { id: 'readLater', delay: 'grace' }),
      ],
      invoke: { id: 'carrier', src: 'carrier' },
      on: { 'parcel.scanned': { actions: 'print' } },
      states: {
        goods: {
          initial: 'packing',
          states: {
            packing: {
              initial: 'picking',
              states: {
                picking: { on: { PACKED: 'boxed' } },
                boxed: { always: 'labelled' },
                labelled: { type: 'final' },
              },
              onDone: 'shelf',
            },
            shelf: { entry: sendTo('parcel-a', { type: 'SCAN' }), on: { COLLECTED: 'travelling' } },
            travelling: {
              initial: 'road',
              states: {
                road: { on: { PAUSE: 'depot' }, after: { 200: 'road' } },
                depot: { on: { RESUME: 'lastPlace' } },
                lastPlace: { type: 'history', target: 'road' },
              },
              on: { DELIVERED: 'delivered' },
            },
            delivered: { type: 'final' },
          },
        },
        invoice: {
          initial: 'drafting',
          states: {
            drafting: { always: [{ target: 'disputed', guard: 'isLate' }, { target: 'sent' }] },
            sent: { on: { DISAGREE: 'disputed', READ: 'settled' } },
            disputed: {
              initial: 'talking',
              states: { talking: { on: { AGREED: 'solved' } }, solved: { type: 'final' } },
              onDone: 'settled',
            },
            settled: { type: 'final' },
          },
        },
        letters: {
          initial: 'on',
          states: {
            on: {
              on: { MUTE: 'off' },
              always: { target: 'done', guard: stateIn({ fulfilling: { goods: 'delivered' } }) },
            },
            off: {
              on: { UNMUTE: 'on' },
              always: { target: 'done', guard: stateIn({ fulfilling: { goods: 'delivered' } }) },
            },
            done: { type: 'final' },
          },
        },
        complaints: {
          initial: 'none',
          states: {
            none: {
              on: { COMPLAIN: 'open' },
              always: { target: 'closed', guard: stateIn({ fulfilling: { goods: 'delivered' } }) },
            },
            open: { on: { AGREED: 'closed', '*': {} } },
            closed: { type: 'final' },
          },
        },
      },
      onDone: 'finished',
    },
    finished: { type: 'final', entry: emit({ type: 'order.finished' }) },
    cancelled: { type: 'final' },
  },
});
