import { expect } from 'chai';
import { createTestBroker, exploreOrders, type Scheduler } from '../../../src/testing/index.js';

/** A search field as one writes it: the race is that the response that comes last is shown, whatever was asked last. */
function createField(search: (q: string) => Promise<string>, ignoresOld = false) {
  const field = {
    shown: '',
    asked: '',
    async type(q: string) {
      field.asked = q;
      const result = await search(q);
      if (ignoresOld && field.asked !== q) return;
      field.shown = result;
    },
  };
  return field;
}

const search = async (q: string) => Promise.resolve(`${q}!`);

const typing = (ignoresOld: boolean) => async (scheduler: Scheduler) => {
  const field = createField(scheduler.wrap(search), ignoresOld);
  await Promise.all(['a', 'ab', 'abc'].map((q) => field.type(q)));
  expect(field.shown).to.equal('abc!');
};

const failureOf = async (promise: Promise<unknown>) =>
  promise.then(
    () => 'nothing',
    (error: unknown) => (error as Error).message,
  );

describe('exploreOrders', () => {
  it('tries every order of three promises, each once', async () => {
    const seen = new Set<string>();
    const result = await exploreOrders(async ({ wrap }) => {
      const order: string[] = [];
      const ask = wrap(search);
      await Promise.all(['a', 'b', 'c'].map(async (q) => order.push(await ask(q))));
      seen.add(order.join());
    });
    expect(result).to.deep.equal({ orders: 6, complete: true });
    expect(seen.size).to.equal(6);
  });

  it('finds the response that comes late, in real code, and tells the order', async () => {
    const message = await failureOf(exploreOrders(typing(false)));
    expect(message).to.match(/^expected 'a.*!' to equal 'abc!'\n\nin this order, number \d:\n {2}1\. search\("a/);
    expect(await exploreOrders(typing(true))).to.deep.equal({ orders: 6, complete: true });
  });

  it('finds it with a seed, again with the same one, and is not complete', async () => {
    const [one, again] = [
      await failureOf(exploreOrders(typing(false), { seed: 3 })),
      await failureOf(exploreOrders(typing(false), { seed: 3 })),
    ];
    expect(one).to.include(', seed 3:').and.to.equal(again);
    expect(await exploreOrders(typing(true), { seed: 3, orders: 7 })).to.deep.equal({ orders: 7, complete: false });
    expect(await exploreOrders(typing(true), { orders: 5 })).to.deep.equal({ orders: 5, complete: false });
  });

  it('lets timers come before and after what is scheduled', async () => {
    const seen = new Set<string>();
    const { complete } = await exploreOrders(async ({ wrap, clock, idle }) => {
      const order: string[] = [];
      clock.setTimeout(() => order.push('patience'), 10);
      clock.setTimeout(() => order.push('silence'), 20);
      void wrap(search)('a').then((result) => order.push(result));
      await idle();
      seen.add(order.join());
    });
    expect(complete).to.equal(true);
    // Timers keep their order among themselves.
    expect([...seen].sort()).to.deep.equal(['a!,patience,silence', 'patience,a!,silence', 'patience,silence,a!']);
  });

  it('tries the orders of a broker: those of one connection stay, those of two do not', async () => {
    const ordersOf = async (order: 'connection' | 'none') => {
      const seen = new Set<string>();
      await exploreOrders(async (scheduler) => {
        const broker = createTestBroker({ clock: scheduler.clock, scheduler, order });
        const [reader, one, other] = ['reader', 'one', 'other'].map((name) => broker.connect({ name }));
        const got: string[] = [];
        reader?.subscribe('news', { callback: (_, { data }) => void got.push(new TextDecoder().decode(data)) });
        one?.publish('news', new TextEncoder().encode('1'));
        one?.publish('news', new TextEncoder().encode('2'));
        other?.publish('news', new TextEncoder().encode('x'));
        await scheduler.idle();
        seen.add(got.join(''));
      });
      return [...seen].sort();
    };
    expect(await ordersOf('connection')).to.deep.equal(['12x', '1x2', 'x12']);
    expect(await ordersOf('none')).to.have.length(6);
  });

  it('tells code that waits for ever, that is not the same each time, and options that are none', async () => {
    expect(await failureOf(exploreOrders(() => new Promise(() => undefined)))).to.include(
      'it waits for what is neither scheduled nor a timer',
    );
    let times = 0;
    const odd = async ({ wrap }: Scheduler) => {
      times += 1;
      await Promise.all(Array.from({ length: times === 1 ? 3 : 2 }, () => wrap(search)('a')));
    };
    expect(await failureOf(exploreOrders(odd))).to.include(
      'expected the code to do the same in the same order, but 2 things may happen now',
    );
    expect(await failureOf(exploreOrders(() => undefined, { order: 1 } as never))).to.include("did you mean 'orders'?");
    expect(await failureOf(exploreOrders(() => undefined, { orders: 0 }))).to.include(
      'orders: expected a whole number',
    );
    expect(
      await failureOf(
        exploreOrders(() => {
          throw new Error('wrong');
        }),
      ),
    ).to.include('wrong');
  });

  it('tells a promise that is rejected when its turn comes', async () => {
    const offline = async (_: string): Promise<string> => Promise.reject(new Error('offline'));
    const message = await failureOf(exploreOrders(async ({ wrap }) => wrap(offline, 'fetch')('a')));
    expect(message).to.equal('offline\n\nin this order, number 1:\n  1. fetch("a") rejects');
  });
});
