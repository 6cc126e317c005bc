import { expect } from 'chai';
import fc from 'fast-check';
import sinon from 'sinon';
import { createMemoryBroker, type RoutedMessage, type MemoryConnection } from '../../../src/memory-broker/index.js';
import { seed } from '../../support/seed.js';

/** The texts that a new subscription hears, in their order. */
function hear(connection: MemoryConnection, subject: string, queue?: string): string[] {
  const texts: string[] = [];
  connection.subscribe(subject, {
    ...(queue === undefined ? {} : { queue }),
    callback: (_error, message) => texts.push(new TextDecoder().decode(message.data)),
  });
  return texts;
}

async function messageOfRejection(promise: Promise<unknown>): Promise<string> {
  return promise.then(
    () => 'it resolved',
    (error: unknown) => (error instanceof Error ? error.message : 'not an Error'),
  );
}

/** The rule of matching as one would say it, to hold against the table that is built for speed. */
function matches(filter: readonly string[], subject: readonly string[]): boolean {
  const [wanted, ...filterRest] = filter;
  const [token, ...subjectRest] = subject;
  if (wanted === undefined || token === undefined) return wanted === token;
  if (wanted === '>') return true;
  return (wanted === '*' || wanted === token) && matches(filterRest, subjectRest);
}

describe('memory broker: subjects', () => {
  for (const subject of ['', '.', 'a..b', '.a', 'a.', 'a b', 'a\tb', 'a\r\n', '>.a', 'a.>.b']) {
    it(`refuses a subscription to ${JSON.stringify(subject)}`, () => {
      const connection = createMemoryBroker().connect();
      expect(() => hear(connection, subject)).to.throw(`got the subject '${subject}'`);
    });
  }

  for (const subject of ['', ' ', 'a b', 'a\tb', 'a\r\nPUB b 0']) {
    it(`refuses to publish to ${JSON.stringify(subject)}`, () => {
      const connection = createMemoryBroker().connect();
      expect(() => connection.publish(subject)).to.throw('expected a subject without white space that is not empty');
    });
  }

  it('refuses a reply subject that would break the protocol', () => {
    const connection = createMemoryBroker().connect();
    expect(() => connection.publish('a', '', { reply: 'b c' })).to.throw(
      "reply subject without white space that is not empty, got 'b c'",
    );
  });

  it(`matches as the rule says, for any set of subscriptions (SEED=${seed})`, async () => {
    const token = fc.constantFrom('a', 'b', 'c', 'a*');
    const subject = fc.array(token, { minLength: 1, maxLength: 4 });
    const filter = fc
      .tuple(fc.array(fc.oneof(token, fc.constant('*')), { minLength: 1, maxLength: 3 }), fc.boolean())
      .map(([tokens, isOpen]) => (isOpen ? [...tokens, '>'] : tokens));
    const subscription = fc.record({ filter, isGone: fc.boolean() });

    await fc.assert(
      fc.asyncProperty(
        fc.array(subscription, { maxLength: 12 }),
        fc.array(subject, { maxLength: 12 }),
        async (all, subjects) => {
          const broker = createMemoryBroker();
          const connection = broker.connect();
          const heard: string[] = [];
          const made = all.map(({ filter: tokens }, index) =>
            connection.subscribe(tokens.join('.'), {
              callback: (_error, message) => heard.push(`${index}: ${message.subject}`),
            }),
          );
          await connection.flush();
          all.forEach(({ isGone }, index) => {
            if (isGone) made[index]?.unsubscribe();
          });
          for (const tokens of subjects) connection.publish(tokens.join('.'));
          await connection.flush();

          const expected = subjects.flatMap((tokens) =>
            all.flatMap(({ filter: wanted, isGone }, index) =>
              !isGone && matches(wanted, tokens) ? [`${index}: ${tokens.join('.')}`] : [],
            ),
          );
          expect(heard).to.deep.equal(expected);
          for (const subscription of made) subscription.unsubscribe();
          await connection.flush();
          expect(broker.subscriptionCount).to.equal(0);
        },
      ),
      { seed },
    );
  });

  it('finds each of 10,000 subscriptions, and forgets them all', async () => {
    const broker = createMemoryBroker();
    const connection = broker.connect();
    const heard: number[] = [];
    const subscriptions = Array.from({ length: 10_000 }, (_, index) =>
      connection.subscribe(index % 2 === 0 ? `inbox.${index}` : `inbox.${index}.*`, {
        callback: () => heard.push(index),
      }),
    );
    for (let index = 0; index < 10_000; index += 1) {
      connection.publish(index % 2 === 0 ? `inbox.${index}` : `inbox.${index}.x`);
    }
    await connection.flush();
    expect(heard).to.deep.equal(Array.from({ length: 10_000 }, (_, index) => index));
    expect(broker.subscriptionCount).to.equal(10_000);

    for (const subscription of subscriptions) subscription.unsubscribe();
    await connection.flush();
    expect(broker.subscriptionCount).to.equal(0);
  });
});

describe('memory broker: queue groups', () => {
  it('serve their members in turn', async () => {
    const connection = createMemoryBroker().connect();
    const members = [1, 2, 3].map(() => hear(connection, 'work', 'group'));
    for (const text of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) connection.publish('work', text);
    await connection.flush();
    expect(members).to.deep.equal([
      ['a', 'd', 'g'],
      ['b', 'e'],
      ['c', 'f'],
    ]);
  });
});

describe('memory broker: schedule', () => {
  it('takes and delivers only within the turns that the schedule runs', async () => {
    const turns: (() => void)[] = [];
    const connection = createMemoryBroker({ schedule: (turn) => turns.push(turn) }).connect();
    const heard = hear(connection, 'echo');
    connection.publish('echo', 'one');
    await new Promise((resolve) => setImmediate(resolve));
    expect(heard).to.deep.equal([]);
    expect(turns).to.have.length(1);
    turns.shift()?.();
    expect(heard).to.deep.equal(['one']);
    expect(turns).to.have.length(0);
  });

  it('takes what a callback publishes in a later turn', () => {
    const turns: (() => void)[] = [];
    const connection = createMemoryBroker({ schedule: (turn) => turns.push(turn) }).connect();
    const heard: string[] = [];
    connection.subscribe('ping', {
      callback: () => {
        heard.push('ping');
        connection.publish('pong');
        heard.push('published');
      },
    });
    connection.subscribe('pong', { callback: () => heard.push('pong') });
    connection.publish('ping');
    turns.shift()?.();
    expect(heard).to.deep.equal(['ping', 'published']);
    turns.shift()?.();
    expect(heard).to.deep.equal(['ping', 'published', 'pong']);
  });

  it('lets promises go on between the turns of a burst', async () => {
    const connection = createMemoryBroker().connect();
    const log: string[] = [];
    connection.subscribe('burst', {
      callback: (_error, message) => {
        if (log.length === 0) void Promise.resolve().then(() => log.push('promise'));
        log.push(new TextDecoder().decode(message.data));
      },
    });
    for (let index = 0; index < 1000; index += 1) connection.publish('burst', `${index}`);
    await connection.flush();
    expect(log.indexOf('promise')).to.be.within(1, 999);
  });

  it('lets the event loop go on while two clients answer each other for ever', async () => {
    const broker = createMemoryBroker();
    const [left, right] = [broker.connect(), broker.connect()];
    left.subscribe('left', { callback: () => left.publish('right') });
    right.subscribe('right', { callback: () => right.publish('left') });
    left.publish('right');
    await new Promise((resolve) => setTimeout(resolve, 1));
    await left.close();
    await right.close();
  });

  it('delivers under fake timers, without the clock being moved', async () => {
    const clock = sinon.useFakeTimers();
    try {
      const connection = createMemoryBroker().connect();
      const heard = hear(connection, 'burst');
      for (let index = 0; index < 20_000; index += 1) connection.publish('burst', `${index}`);
      await connection.flush();
      expect(heard).to.have.length(20_000);
    } finally {
      clock.restore();
    }
  });

  it('gives the same deliveries for the same calls', async () => {
    const run = async () => {
      const trace: string[] = [];
      const broker = createMemoryBroker({
        route: ({ from, to, message }, deliver) => {
          trace.push(`${from.name} > ${to.name}: ${message.subject}`);
          deliver();
        },
      });
      const names = ['a', 'b', 'c'];
      const connections = names.map((name) => broker.connect({ name }));
      for (const connection of connections) {
        hear(connection, 'all.*', connection.name === 'a' ? undefined : 'group');
        connection.subscribe(`ask.${connection.name}`, {
          callback: (_error, message) => connection.publish(message.reply ?? '', connection.name),
        });
        hear(connection, `inbox.${connection.name}`);
      }
      for (let index = 0; index < 50; index += 1) {
        connections[index % 3]?.publish(`all.${index}`);
        connections[(index + 1) % 3]?.publish(`ask.${names[index % 3] ?? ''}`, '', {
          reply: `inbox.${names[(index + 1) % 3] ?? ''}`,
        });
        connections[(index + 2) % 3]?.publish('ask.nobody', '', { reply: `inbox.${names[(index + 2) % 3] ?? ''}` });
      }
      for (let round = 0; round < 2; round += 1) for (const connection of connections) await connection.flush();
      return trace;
    };
    const first = await run();
    expect(first).to.have.length(50 * 5);
    expect(await run()).to.deep.equal(first);
  });
});

describe('memory broker: route', () => {
  interface Held {
    delivery: RoutedMessage;
    deliver: () => void;
  }

  const holding = () => {
    const held: Held[] = [];
    const broker = createMemoryBroker({ route: (delivery, deliver) => held.push({ delivery, deliver }) });
    return {
      broker,
      held,
      publisher: broker.connect({ name: 'publisher' }),
      subscriber: broker.connect({ name: 'subscriber' }),
    };
  };

  it('can lose, delay and repeat deliveries', async () => {
    const { held, publisher, subscriber } = holding();
    const heard = hear(subscriber, 'facts');
    for (const text of ['lost', 'delayed', 'twice']) publisher.publish('facts', text);
    await publisher.flush();
    expect(held.map(({ delivery: { from, to } }) => `${from.name} > ${to.name}`)).to.deep.equal(
      Array(3).fill('publisher > subscriber'),
    );
    held[2]?.deliver();
    held[2]?.deliver();
    held[1]?.deliver();
    expect(heard).to.deep.equal(['twice', 'twice', 'delayed']);
  });

  it('is asked about the answer that nobody responds, too', async () => {
    const { held, publisher } = holding();
    hear(publisher, 'inbox');
    publisher.publish('nobody', '', { reply: 'inbox' });
    await publisher.flush();
    expect(held.map(({ delivery }) => [delivery.to.name, delivery.message.headers?.code])).to.deep.equal([
      ['publisher', 503],
    ]);
  });

  it('does not count a delivery that it loses as one that nobody subscribes to', async () => {
    const { held, publisher, subscriber } = holding();
    hear(publisher, 'inbox');
    hear(subscriber, 'service');
    publisher.publish('service', '', { reply: 'inbox' });
    await publisher.flush();
    expect(held.map(({ delivery }) => delivery.message.subject)).to.deep.equal(['service']);
  });

  it('delivers late to no subscription that is gone, and to none whose connection was lost meanwhile', async () => {
    const { held, publisher, subscriber } = holding();
    const heard: string[] = [];
    const subscription = subscriber.subscribe('gone', { callback: () => heard.push('gone') });
    subscriber.subscribe('lost', { callback: () => heard.push('lost') });
    publisher.publish('gone');
    publisher.publish('lost');
    await publisher.flush();
    subscription.unsubscribe();
    subscriber.disconnect();
    subscriber.reconnect();
    for (const { deliver } of held) deliver();
    expect(held).to.have.length(2);
    expect(heard).to.deep.equal([]);
  });
});

describe('memory broker: callbacks that throw', () => {
  it('are told to onCallbackError, and neither the broker nor other subscribers notice', async () => {
    const errors: unknown[] = [];
    const connection = createMemoryBroker({ onCallbackError: (error) => errors.push(error) }).connect();
    const failure = new Error('from a callback');
    connection.subscribe('facts', {
      callback: () => {
        throw failure;
      },
    });
    const heard = hear(connection, 'facts');
    connection.publish('facts', 'one');
    connection.publish('facts', 'two');
    await connection.flush();
    expect(heard).to.deep.equal(['one', 'two']);
    expect(errors).to.deep.equal([failure, failure]);
  });

  it('become unhandled rejections where nobody is told', async () => {
    // Mocha's own listeners would fail this test, so they step aside for it.
    const listeners = process.listeners('unhandledRejection');
    process.removeAllListeners('unhandledRejection');
    try {
      const rejected = new Promise((resolve) => process.once('unhandledRejection', resolve));
      const connection = createMemoryBroker().connect();
      const failure = new Error('from a callback');
      connection.subscribe('facts', {
        callback: () => {
          throw failure;
        },
      });
      connection.publish('facts');
      expect(await rejected).to.equal(failure);
    } finally {
      for (const listener of listeners) process.on('unhandledRejection', listener);
    }
  });
});

describe('memory broker: disconnect and reconnect', () => {
  it('loses what comes meanwhile, and has the subscriptions back', async () => {
    const broker = createMemoryBroker();
    const [publisher, subscriber] = [broker.connect(), broker.connect()];
    const heard = hear(subscriber, 'facts');
    await subscriber.flush();
    subscriber.disconnect();
    publisher.publish('facts', 'meanwhile');
    await publisher.flush();
    subscriber.reconnect();
    publisher.publish('facts', 'after');
    await publisher.flush();
    expect(heard).to.deep.equal(['after']);
  });

  it('is known to the broker at once, which tells requests that nobody responds', async () => {
    const broker = createMemoryBroker();
    const [asker, responder] = [broker.connect(), broker.connect()];
    hear(responder, 'service');
    const codes: (number | undefined)[] = [];
    asker.subscribe('inbox', { callback: (_error, message) => codes.push(message.headers?.code) });
    await responder.flush();
    responder.disconnect();
    asker.publish('service', '', { reply: 'inbox' });
    await asker.flush();
    expect(codes).to.deep.equal([503]);
    expect(broker.subscriptionCount).to.equal(1);
  });

  it('leaves nothing of a subscription whose unsubscribe was lost with the connection', async () => {
    const broker = createMemoryBroker();
    const connection = broker.connect();
    const subscription = connection.subscribe('facts', { callback: () => undefined });
    await connection.flush();
    subscription.unsubscribe();
    connection.disconnect();
    connection.reconnect();
    await connection.flush();
    expect(broker.subscriptionCount).to.equal(0);
  });

  it('keeps what is published meanwhile where the connection was asked to, and sends it on reconnect', async () => {
    const broker = createMemoryBroker();
    const subscriber = broker.connect();
    const publisher = broker.connect({ publishesWhileDisconnected: 'kept' });
    const heard = hear(subscriber, 'facts');
    publisher.disconnect();
    publisher.publish('facts', 'kept');
    const flushed = publisher.flush();
    await subscriber.flush();
    expect(heard).to.deep.equal([]);
    publisher.reconnect();
    await flushed;
    expect(heard).to.deep.equal(['kept']);
  });

  it('rejects a flush that was not answered, and one that comes meanwhile', async () => {
    const connection = createMemoryBroker().connect();
    const pending = connection.flush();
    connection.disconnect();
    expect(await messageOfRejection(pending)).to.equal('the connection was lost before the server answered');
    expect(await messageOfRejection(connection.flush())).to.equal(
      'expected a connected connection, but it is disconnected',
    );
  });

  it('says each change once', async () => {
    const broker = createMemoryBroker();
    const connection = broker.connect();
    const statuses = connection.status();
    connection.reconnect();
    connection.disconnect();
    connection.disconnect();
    broker.stop();
    connection.reconnect();
    broker.start();
    broker.start();
    await connection.close();
    const types: string[] = [];
    for await (const { type } of statuses) types.push(type);
    expect(types).to.deep.equal(['disconnect', 'reconnect']);
  });

  it('keeps a cable cut while the broker starts again', async () => {
    const broker = createMemoryBroker();
    const connection = broker.connect();
    connection.disconnect();
    broker.stop();
    broker.start();
    expect(await messageOfRejection(connection.flush())).to.equal(
      'expected a connected connection, but it is disconnected',
    );
    connection.reconnect();
    await connection.flush();
  });

  it('takes no connection while the broker is stopped', () => {
    const broker = createMemoryBroker();
    broker.stop();
    expect(() => broker.connect()).to.throw('expected a running broker, but it is stopped');
  });
});

describe('memory broker: the end of a connection', () => {
  it('ends its status listeners, those made later too', async () => {
    const connection = createMemoryBroker().connect();
    const waiting = connection.status().next();
    await connection.close();
    expect(await waiting).to.deep.equal({ done: true, value: undefined });
    expect(await connection.status().next()).to.deep.equal({ done: true, value: undefined });
  });

  it('ends a status listener that its reader leaves, and no other', async () => {
    const connection = createMemoryBroker().connect();
    const [left, stayed] = [connection.status(), connection.status()];
    connection.disconnect();
    for await (const status of left) {
      expect(status.type).to.equal('disconnect');
      break;
    }
    connection.reconnect();
    expect(await left.next()).to.deep.equal({ done: true, value: undefined });
    expect(await stayed.next()).to.deep.equal({ done: false, value: { type: 'disconnect' } });
    expect(await stayed.next()).to.deep.equal({ done: false, value: { type: 'reconnect' } });
  });

  it('rejects the flushes that were not answered', async () => {
    const broker = createMemoryBroker();
    const connected = broker.connect();
    const waiting = broker.connect({ publishesWhileDisconnected: 'kept' });
    waiting.disconnect();
    const flushes = [connected.flush(), waiting.flush()].map(messageOfRejection);
    await connected.close();
    await waiting.close();
    expect(await Promise.all(flushes)).to.deep.equal(
      Array(2).fill('the connection was closed before the server answered'),
    );
  });

  it('leaves no subscription behind', async () => {
    const broker = createMemoryBroker();
    const [closing, staying] = [broker.connect(), broker.connect()];
    hear(closing, 'a');
    hear(closing, 'b.>');
    hear(staying, 'a');
    await closing.flush();
    hear(closing, 'not-yet-known');
    await closing.close();
    await staying.flush();
    expect(broker.subscriptionCount).to.equal(1);
  });

  it('is not undone by a start of the broker', async () => {
    const broker = createMemoryBroker();
    const connection = broker.connect();
    broker.stop();
    await connection.close();
    broker.start();
    connection.reconnect();
    expect(connection.isClosed()).to.equal(true);
    expect(() => connection.publish('facts')).to.throw('expected an open connection, but it is closed');
  });

  it('comes at once where a drain has lost its connection', async () => {
    const connection = createMemoryBroker().connect();
    hear(connection, 'facts');
    const drained = connection.drain();
    connection.disconnect();
    await drained;
    expect(connection.isClosed()).to.equal(true);
  });

  it('has no subscription made known again where it reconnects to drain', async () => {
    const broker = createMemoryBroker();
    const publisher = broker.connect();
    const draining = broker.connect({ publishesWhileDisconnected: 'kept' });
    const heard = hear(draining, 'facts');
    draining.disconnect();
    const drained = draining.drain();
    draining.reconnect();
    publisher.publish('facts');
    await drained;
    await publisher.flush();
    expect(heard).to.deep.equal([]);
    expect(draining.isClosed()).to.equal(true);
  });

  it('takes no new subscription while it drains', async () => {
    const connection = createMemoryBroker().connect();
    const drained = connection.drain();
    expect(() => hear(connection, 'facts')).to.throw(
      'expected a connection that takes subscriptions, but it is draining',
    );
    await drained;
  });
});
