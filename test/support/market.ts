import { assign, setup } from 'xstate';
import { system, type Properties, type ViewOf } from '../../src/testing/index.js';

/**
 * A system that is not ours, as a user exports it for `nats-stream check --system`: a buyer who pays once more when no
 * answer comes within its patience, and a shop that charges for each payment. Right until a message is lost.
 */

const send = (_: unknown, _params: { readonly to: string; readonly event: { readonly type: string } }) => undefined;

const buyer = setup({ actions: { send }, delays: { patience: 2_000 } }).createMachine({
  id: 'buyer',
  initial: 'idle',
  states: {
    idle: { on: { buy: 'paying' } },
    paying: {
      entry: [{ type: 'send', params: { to: 'shop', event: { type: 'pay' } } }],
      on: { paid: 'done' },
      after: { patience: { target: 'paying', reenter: true } },
    },
    done: {},
  },
});

const shop = setup({
  types: { context: {} as { readonly charged: number } },
  actions: { send, charge: assign({ charged: ({ context }) => context.charged + 1 }) },
}).createMachine({
  id: 'shop',
  context: { charged: 0 },
  on: { pay: { actions: [{ type: 'charge' }, { type: 'send', params: { to: 'buyer', event: { type: 'paid' } } }] } },
});

const market = system({
  processes: { buyer: { buyer }, shop: { shop } },
  delays: { patience: 3 },
  network: { delay: 1 },
  stimuli: { buy: { process: 'buyer', event: { type: 'buy' } } },
});

type Market = ViewOf<typeof market>;

const isPaying = ({ buyer: { actors } }: Market) => actors.buyer?.matches('paying') === true;
const isServed = ({ buyer: { actors } }: Market) => actors.buyer?.matches('done') === true;

const properties: Properties<Market> = {
  always: { 'nobody pays twice': ({ shop: { actors } }) => (actors.shop?.context.charged ?? 0) <= 1 },
  leadsTo: { 'who pays is served': { from: isPaying, to: isServed, within: 2 } },
  reachable: { 'somebody is served': isServed },
  mayRest: isServed,
};

export default { system: market, properties };
