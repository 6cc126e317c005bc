import { expect } from 'chai';
import type { NatsConnection, NatsMessage, NatsSubscription } from '../../src/transport/nats-connection.js';
import { transports, type TestConnection, type TransportServer } from '../support/transports.js';

const maxPayloadBytes = 4096;

/** What has come so far, and a wait for more of it. The wait is bounded by the time that mocha gives a test. */
interface Log<Item> {
  readonly items: Item[];
  push(item: Item): void;
  until(isEnough: (items: readonly Item[]) => boolean): Promise<Item[]>;
}

function createLog<Item>(): Log<Item> {
  const items: Item[] = [];
  const waits = new Set<() => void>();
  return {
    items,
    push(item) {
      items.push(item);
      for (const wait of waits) wait();
    },
    until: (isEnough) =>
      new Promise((resolve) => {
        const wait = () => {
          if (!isEnough(items)) return;
          waits.delete(wait);
          resolve(items);
        };
        waits.add(wait);
        wait();
      }),
  };
}

interface Subscribed extends Log<NatsMessage> {
  readonly subscription: NatsSubscription;
  texts(): string[];
}

/** Subscribes, and returns when the server knows of it. */
async function subscribe(connection: NatsConnection, subject: string, queue?: string): Promise<Subscribed> {
  const log = createLog<NatsMessage>();
  const subscription = connection.subscribe(subject, {
    ...(queue === undefined ? {} : { queue }),
    callback: (_error, message) => log.push(message),
  });
  await connection.flush();
  return { ...log, subscription, texts: () => log.items.map(textOf) };
}

function textOf(message: NatsMessage): string {
  return new TextDecoder().decode(message.data);
}

/** Has everything that was published by the first connection reach the second one's callbacks. */
async function settle(from: NatsConnection, to: NatsConnection): Promise<void> {
  await from.flush();
  await to.flush();
}

function watchStatus(connection: NatsConnection): Log<string> {
  const log = createLog<string>();
  const statuses = connection.status();
  void (async () => {
    for await (const { type } of statuses) log.push(type);
  })();
  return log;
}

async function rejectionOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  );
}

for (const transport of transports) {
  describe(`a connection to ${transport.name}`, () => {
    let server: TransportServer;
    let connections: TestConnection[];
    let publisher: TestConnection;
    let subscriber: TestConnection;

    const connect = async () => {
      const connection = await server.connect();
      connections.push(connection);
      return connection;
    };

    /** Kills the server and waits until every connection knows. */
    const kill = async () => {
      const statuses = connections.map(watchStatus);
      await server.kill();
      await Promise.all(statuses.map((log) => log.until((types) => types.includes('disconnect'))));
    };

    const restart = async () => {
      const statuses = connections.map(watchStatus);
      await server.restart();
      await Promise.all(statuses.map((log) => log.until((types) => types.includes('reconnect'))));
    };

    before(async () => {
      server = await transport.start({ maxPayloadBytes });
    });

    after(() => server.stop());

    beforeEach(async () => {
      connections = [];
      publisher = await connect();
      subscriber = await connect();
    });

    afterEach(async () => {
      await Promise.all(connections.map((connection) => connection.close()));
    });

    describe('subjects', () => {
      it('delivers a message under the subject that it was published to', async () => {
        const heard = await subscribe(subscriber, 'facts.one');
        publisher.publish('facts.one', 'hello');
        publisher.publish('facts.two', 'not this');
        await settle(publisher, subscriber);
        expect(heard.items.map((message) => [message.subject, textOf(message)])).to.deep.equal([
          ['facts.one', 'hello'],
        ]);
      });

      it('matches * with exactly one token', async () => {
        const heard = await subscribe(subscriber, 'facts.*.end');
        for (const subject of ['facts.a.end', 'facts.end', 'facts.a.b.end', 'facts.b.end', 'facts.a.end.c']) {
          publisher.publish(subject);
        }
        await settle(publisher, subscriber);
        expect(heard.items.map(({ subject }) => subject)).to.deep.equal(['facts.a.end', 'facts.b.end']);
      });

      it('matches > with one token or more', async () => {
        const heard = await subscribe(subscriber, 'facts.>');
        for (const subject of ['facts', 'facts.a', 'facts.a.b', 'other.a']) publisher.publish(subject);
        await settle(publisher, subscriber);
        expect(heard.items.map(({ subject }) => subject)).to.deep.equal(['facts.a', 'facts.a.b']);
      });

      it('takes wildcards within a token as plain letters', async () => {
        const heard = await subscribe(subscriber, 'facts.a*');
        for (const subject of ['facts.ab', 'facts.a*']) publisher.publish(subject);
        await settle(publisher, subscriber);
        expect(heard.items.map(({ subject }) => subject)).to.deep.equal(['facts.a*']);
      });

      it('takes a published wildcard as a plain token', async () => {
        const plain = await subscribe(subscriber, 'facts.a');
        const wild = await subscribe(subscriber, 'facts.*');
        publisher.publish('facts.*');
        await settle(publisher, subscriber);
        expect([plain.items.length, wild.items.length]).to.deep.equal([0, 1]);
      });

      it('delivers a subject with an empty token to nobody', async () => {
        const heard = await subscribe(subscriber, 'facts.>');
        publisher.publish('facts..a');
        publisher.publish('facts.a.');
        await settle(publisher, subscriber);
        expect(heard.items).to.have.length(0);
      });

      it('delivers once for each subscription that matches', async () => {
        const first = await subscribe(subscriber, 'facts.one');
        const second = await subscribe(subscriber, 'facts.*');
        const third = await subscribe(publisher, 'facts.>');
        publisher.publish('facts.one');
        await settle(publisher, subscriber);
        expect([first, second, third].map(({ items }) => items.length)).to.deep.equal([1, 1, 1]);
      });
    });

    describe('payloads', () => {
      it('are empty where none is given', async () => {
        const heard = await subscribe(subscriber, 'facts');
        publisher.publish('facts');
        publisher.publish('facts', '');
        publisher.publish('facts', new Uint8Array());
        await settle(publisher, subscriber);
        expect(heard.items.map(({ data }) => data.length)).to.deep.equal([0, 0, 0]);
      });

      it('hold any byte', async () => {
        const heard = await subscribe(subscriber, 'facts');
        const bytes = Uint8Array.from({ length: 256 }, (_, index) => index);
        publisher.publish('facts', bytes);
        await settle(publisher, subscriber);
        expect(heard.items.map(({ data }) => [...data])).to.deep.equal([[...bytes]]);
      });

      it('are UTF-8 where text is given', async () => {
        const heard = await subscribe(subscriber, 'facts');
        publisher.publish('facts', 'é☃𝄞');
        await settle(publisher, subscriber);
        expect([...heard.items[0]!.data]).to.deep.equal([...new TextEncoder().encode('é☃𝄞')]);
      });

      it('are the part that a view shows of a larger buffer', async () => {
        const heard = await subscribe(subscriber, 'facts');
        publisher.publish('facts', Uint8Array.of(1, 2, 3, 4).subarray(1, 3));
        await settle(publisher, subscriber);
        expect([...heard.items[0]!.data]).to.deep.equal([2, 3]);
      });

      it('are read after publish has returned, so that a sender writes to its buffer again only after a flush', async () => {
        const heard = await subscribe(subscriber, 'facts');
        const buffer = new TextEncoder().encode('first');
        publisher.publish('facts', buffer);
        buffer.set(new TextEncoder().encode('early'));
        await publisher.flush();
        buffer.set(new TextEncoder().encode('later'));
        await settle(publisher, subscriber);
        expect(heard.texts()).to.deep.equal(['early']);
      });

      it('belong to each receiver alone', async () => {
        const first = await subscribe(subscriber, 'facts.one');
        const second = await subscribe(subscriber, 'facts.*');
        publisher.publish('facts.one', 'abc');
        await settle(publisher, subscriber);
        first.items[0]!.data.fill(0);
        expect(second.texts()).to.deep.equal(['abc']);
      });

      it('are refused by publish where they are larger than max_payload', async () => {
        const heard = await subscribe(subscriber, 'facts');
        expect(publisher.info?.max_payload).to.equal(maxPayloadBytes);
        publisher.publish('facts', new Uint8Array(maxPayloadBytes));
        expect(() => publisher.publish('facts', new Uint8Array(maxPayloadBytes + 1))).to.throw(Error);
        expect(() => publisher.publish('facts', 'é'.repeat(maxPayloadBytes / 2 + 1))).to.throw(Error);
        publisher.publish('facts', 'next');
        await settle(publisher, subscriber);
        expect(heard.items.map(({ data }) => data.length)).to.deep.equal([maxPayloadBytes, 4]);
      });
    });

    describe('order', () => {
      it('is that of publishing, over all subjects of a connection', async () => {
        const heard = createLog<string>();
        for (const subject of ['facts.a', 'facts.b', 'facts.c']) {
          subscriber.subscribe(subject, { callback: (_error, message) => heard.push(textOf(message)) });
        }
        await subscriber.flush();
        const published = Array.from({ length: 3000 }, (_, index) => `${index}`);
        published.forEach((text, index) => publisher.publish(`facts.${'abc'[index % 3] ?? ''}`, text));
        await settle(publisher, subscriber);
        expect(heard.items).to.deep.equal(published);
      });

      it('of each publisher stands where several publish at once', async () => {
        const heard = await subscribe(subscriber, 'facts.>');
        const other = await connect();
        for (let index = 0; index < 500; index += 1) {
          publisher.publish('facts.first', `${index}`);
          other.publish('facts.second', `${index}`);
        }
        await settle(publisher, subscriber);
        await settle(other, subscriber);
        const counted = Array.from({ length: 500 }, (_, index) => `${index}`);
        for (const subject of ['facts.first', 'facts.second']) {
          expect(heard.items.filter((message) => message.subject === subject).map(textOf)).to.deep.equal(counted);
        }
      });

      it('puts a subscription after what its connection published before', async () => {
        publisher.publish('facts', 'before');
        const heard = await subscribe(publisher, 'facts');
        publisher.publish('facts', 'after');
        await publisher.flush();
        expect(heard.texts()).to.deep.equal(['after']);
      });

      it('puts the answer to a flush after the messages that came to the connection before', async () => {
        const log = createLog<string>();
        publisher.subscribe('facts', { callback: (_error, message) => log.push(textOf(message)) });
        publisher.publish('facts', 'first');
        const flushed = publisher.flush().then(() => log.push('flushed'));
        publisher.publish('facts', 'second');
        await flushed;
        expect(log.items.indexOf('flushed')).to.be.greaterThan(log.items.indexOf('first'));
        expect(await log.until((items) => items.length === 3)).to.include.members(['first', 'flushed', 'second']);
      });

      it('never has a message delivered inside publish', async () => {
        const heard = await subscribe(publisher, 'facts');
        publisher.publish('facts', 'self');
        expect(heard.items).to.have.length(0);
        await publisher.flush();
        expect(heard.texts()).to.deep.equal(['self']);
      });
    });

    describe('queue groups', () => {
      const texts = Array.from({ length: 60 }, (_, index) => `${index}`);

      it('give each message to one member', async () => {
        const members = await Promise.all([
          subscribe(subscriber, 'facts', 'group'),
          subscribe(subscriber, 'facts', 'group'),
          subscribe(await connect(), 'facts', 'group'),
        ]);
        for (const text of texts) publisher.publish('facts', text);
        await publisher.flush();
        for (const connection of connections) await connection.flush();
        expect(members.flatMap((member) => member.texts())).to.have.members(texts);
      });

      it('count on their own: every group and every plain subscription has every message', async () => {
        const receivers = [
          await subscribe(subscriber, 'facts', 'first'),
          await subscribe(subscriber, 'facts', 'second'),
          await subscribe(subscriber, 'facts'),
        ];
        for (const text of texts) publisher.publish('facts', text);
        await settle(publisher, subscriber);
        for (const receiver of receivers) expect(receiver.texts()).to.deep.equal(texts);
      });

      it('are known by their name, over all subjects that match', async () => {
        const members = [
          await subscribe(subscriber, 'facts.one', 'group'),
          await subscribe(subscriber, 'facts.*', 'group'),
        ];
        for (const text of texts) publisher.publish('facts.one', text);
        await settle(publisher, subscriber);
        expect(members.flatMap((member) => member.texts())).to.have.members(texts);
      });
    });

    describe('requests', () => {
      it('carry their reply subject, and the answer goes there', async () => {
        const answers = await subscribe(publisher, 'inbox.mine');
        subscriber.subscribe('service', {
          callback: (_error, message) =>
            subscriber.publish(message.reply ?? '', `${textOf(message)}, ${message.reply}`),
        });
        await subscriber.flush();
        publisher.publish('service', 'asked', { reply: 'inbox.mine' });
        await answers.until((items) => items.length === 1);
        expect(answers.texts()).to.deep.equal(['asked, inbox.mine']);
        expect(answers.items[0]!.headers?.code).to.equal(undefined);
      });

      it('have no reply subject where none is given', async () => {
        const heard = await subscribe(subscriber, 'service');
        publisher.publish('service', 'told');
        await settle(publisher, subscriber);
        expect(heard.items[0]!.reply ?? '').to.equal('');
      });

      it('come back empty with code 503 where nobody subscribes', async () => {
        const answers = await subscribe(publisher, 'inbox.mine');
        publisher.publish('service', 'anyone?', { reply: 'inbox.mine' });
        await publisher.flush();
        expect(answers.items.map(({ subject, data, headers }) => [subject, data.length, headers?.code])).to.deep.equal([
          ['inbox.mine', 0, 503],
        ]);
      });

      it('come back once, and only to the connection that asked', async () => {
        const foreign = await subscribe(subscriber, 'inbox.mine');
        const answers = [await subscribe(publisher, 'inbox.mine'), await subscribe(publisher, 'inbox.*')];
        publisher.publish('service', 'anyone?', { reply: 'inbox.mine' });
        await settle(publisher, subscriber);
        expect(answers.flatMap(({ items }) => items)).to.have.length(1);
        expect(foreign.items).to.have.length(0);
      });

      it('do not come back where a queue group or the asker itself subscribes', async () => {
        const answers = await subscribe(publisher, 'inbox.mine');
        await subscribe(subscriber, 'service.group', 'group');
        await subscribe(publisher, 'service.self');
        publisher.publish('service.group', 'one', { reply: 'inbox.mine' });
        publisher.publish('service.self', 'two', { reply: 'inbox.mine' });
        await publisher.flush();
        expect(answers.items).to.have.length(0);
      });

      it('do not come back to a queue group, even of the connection that asked', async () => {
        const answers = await subscribe(publisher, 'inbox.mine', 'group');
        publisher.publish('service', 'anyone?', { reply: 'inbox.mine' });
        await publisher.flush();
        expect(answers.items).to.have.length(0);
      });

      it('do not come back where there is no reply subject', async () => {
        const answers = await subscribe(publisher, '>');
        publisher.publish('service', 'anyone?', { reply: '' });
        await publisher.flush();
        expect(answers.items.filter(({ headers }) => headers?.code === 503)).to.have.length(0);
      });

      it('come back when the last subscriber has unsubscribed or closed', async () => {
        const answers = await subscribe(publisher, 'inbox.mine');
        const first = await subscribe(subscriber, 'service');
        const closing = await connect();
        await subscribe(closing, 'service');
        first.subscription.unsubscribe();
        await subscriber.flush();
        publisher.publish('service', 'still one', { reply: 'inbox.mine' });
        await publisher.flush();
        expect(answers.items).to.have.length(0);

        await closing.close();
        // A server may hear of a closed socket later than of the next request, so this asks until it has.
        while (answers.items.length === 0) {
          publisher.publish('service', 'anyone?', { reply: 'inbox.mine' });
          await publisher.flush();
        }
        expect(answers.items[0]!.headers?.code).to.equal(503);
      });
    });

    describe('unsubscribe', () => {
      it('stops delivery at once, also of what is on its way', async () => {
        const log = createLog<string>();
        const subscription = subscriber.subscribe('facts', {
          callback: (_error, message) => {
            log.push(textOf(message));
            subscription.unsubscribe();
          },
        });
        await subscriber.flush();
        for (let index = 0; index < 10; index += 1) publisher.publish('facts', `${index}`);
        await settle(publisher, subscriber);
        expect(log.items).to.deep.equal(['0']);
      });

      it('does nothing when it is called again, and leaves other subscriptions alone', async () => {
        const gone = await subscribe(subscriber, 'facts');
        const kept = await subscribe(subscriber, 'facts');
        gone.subscription.unsubscribe();
        gone.subscription.unsubscribe();
        await subscriber.flush();
        publisher.publish('facts', 'still');
        await settle(publisher, subscriber);
        expect([gone.texts(), kept.texts()]).to.deep.equal([[], ['still']]);
      });
    });

    describe('a server that is killed and restarted', () => {
      it('is told by the status as disconnect, then reconnect, to every listener', async () => {
        const logs = [watchStatus(publisher), watchStatus(publisher)];
        await kill();
        expect(publisher.isClosed()).to.equal(false);
        await restart();
        for (const log of logs) {
          await log.until((types) => types.includes('reconnect'));
          const told = log.items.filter((type) => type === 'disconnect' || type === 'reconnect');
          expect(told).to.deep.equal(['disconnect', 'reconnect']);
        }
      });

      it('has all subscriptions back, queue groups too', async () => {
        const plain = await subscribe(subscriber, 'facts');
        const members = [await subscribe(subscriber, 'facts', 'group'), await subscribe(subscriber, 'facts', 'group')];
        const gone = await subscribe(subscriber, 'facts');
        gone.subscription.unsubscribe();
        await kill();
        await restart();
        await subscriber.flush();
        publisher.publish('facts', 'back');
        await settle(publisher, subscriber);
        expect(plain.texts()).to.deep.equal(['back']);
        expect(members.flatMap((member) => member.texts())).to.deep.equal(['back']);
        expect(gone.texts()).to.deep.equal([]);
      });

      it('knows of subscriptions made while it was down', async () => {
        await kill();
        const log = createLog<string>();
        subscriber.subscribe('facts', { callback: (_error, message) => log.push(textOf(message)) });
        await restart();
        await subscriber.flush();
        publisher.publish('facts', 'late');
        await settle(publisher, subscriber);
        expect(log.items).to.deep.equal(['late']);
      });

      it('has lost what was published while it was down, and a flush then rejects', async () => {
        const heard = await subscribe(subscriber, 'facts');
        await kill();
        publisher.publish('facts', 'lost');
        expect(await rejectionOf(publisher.flush())).to.be.an.instanceOf(Error);
        await restart();
        await subscriber.flush();
        publisher.publish('facts', 'after');
        await settle(publisher, subscriber);
        expect(heard.texts()).to.deep.equal(['after']);
      });

      it('ends the listening of a status iterator that is stopped, and of no other', async () => {
        const statuses = publisher.status();
        const log = watchStatus(publisher);
        const heard: string[] = [];
        const reading = (async () => {
          for await (const { type } of statuses) heard.push(type);
        })();
        (statuses as unknown as { stop(): void }).stop();
        await reading;
        await kill();
        await restart();
        await log.until((types) => types.includes('reconnect'));
        expect(heard).to.deep.equal([]);
      });
    });

    describe('the end', () => {
      it('is told by closed() and isClosed()', async () => {
        expect(publisher.isClosed()).to.equal(false);
        const closed = publisher.closed();
        await publisher.close();
        expect(await closed).to.equal(undefined);
        expect(await publisher.closed()).to.equal(undefined);
        expect(publisher.isClosed()).to.equal(true);
        await publisher.close();
      });

      it('makes publish and subscribe throw and flush reject', async () => {
        await publisher.close();
        expect(() => publisher.publish('facts', 'late')).to.throw(Error);
        expect(() => publisher.subscribe('facts', { callback: () => undefined })).to.throw(Error);
        expect(await rejectionOf(publisher.flush())).to.be.an.instanceOf(Error);
      });

      it('comes while the server is down too', async () => {
        await kill();
        const closed = publisher.closed();
        await publisher.close();
        expect(await closed).to.equal(undefined);
        await server.restart();
      });

      it('delivers nothing any more', async () => {
        const heard = await subscribe(subscriber, 'facts');
        publisher.publish('facts', 'late');
        await subscriber.close();
        await publisher.flush();
        expect(heard.items).to.have.length(0);
      });

      it('loses what was published just before and not flushed', async () => {
        const heard = await subscribe(subscriber, 'facts');
        publisher.publish('facts', 'unflushed');
        await publisher.close();
        publisher = await connect();
        publisher.publish('facts', 'after');
        await settle(publisher, subscriber);
        expect(heard.texts()).to.deep.equal(['after']);
      });

      it('comes after a drain has delivered what was on its way', async () => {
        const heard = await subscribe(subscriber, 'facts');
        for (let index = 0; index < 100; index += 1) publisher.publish('facts', `${index}`);
        await publisher.flush();
        subscriber.subscribe('other', { callback: () => undefined }).unsubscribe();
        await subscriber.drain();
        expect(heard.items).to.have.length(100);
        expect(subscriber.isClosed()).to.equal(true);
      });
    });
  });
}
