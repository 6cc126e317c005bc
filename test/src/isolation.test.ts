import { expect } from 'chai';
import { encodeAnnouncement, encodeControl, encodeHeartbeatRequest } from '../../src/wire/index.js';
import type { NatsConnection } from '../../src/transport/nats-connection.js';
import { ConsumerClient, ProducerClient, StreamError } from '../../src/index.js';
import { closePair, createPair, createTestBroker, type Pair } from '../support/pair.js';
import { useFakeTime } from '../support/fake-time.js';
import { settle } from '../support/settle.js';

const terms = { version: 1, heartbeatIntervalMs: 10_000, heartbeatRequestTimeoutMs: 5_000, missedHeartbeatsMax: 2 };

/** What a connection subscribes to, and names as the reply subject of what it publishes. */
interface Named {
  readonly subscribed: string[];
  readonly replies: string[];
}

function watched(connection: NatsConnection): NatsConnection & Named {
  const subscribed: string[] = [];
  const replies: string[] = [];
  return Object.assign(Object.create(connection) as NatsConnection, {
    subscribed,
    replies,
    subscribe: (...[subject, options]: Parameters<NatsConnection['subscribe']>) => {
      subscribed.push(subject);
      return connection.subscribe(subject, options);
    },
    publish: (...[subject, payload, options]: Parameters<NatsConnection['publish']>) => {
      if (options?.reply !== undefined) replies.push(options.reply);
      connection.publish(subject, payload, options);
    },
  });
}

/** Bits of randomness in the longest run of base-62 characters that was drawn from 62. */
const bitsOf = (token: string): number => Math.max(...token.split('~').map((part) => part.length)) * Math.log2(62);

describe('the subjects of a client', () => {
  const time = useFakeTime();

  it('all that carry authority have at least 128 random bits that no other has', async () => {
    const broker = createTestBroker();
    const [consumers, producers] = [watched(broker.connect()), watched(broker.connect())];
    const producer = new ProducerClient({ connection: producers });
    producer.handle('work', async function* ({ signal }) {
      yield 'begun';
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
    });
    const named = new ConsumerClient({ connection: consumers, consumerName: 'team.alice' });
    const plain = new ConsumerClient({ connection: consumers, offerExtension: false });
    for (const consumer of [named, plain]) for (let n = 0; n < 20; n += 1) consumer.openStream('work');
    await time.pass(50_000);

    // What consumers and producers take for their own, and what they are told on reply subjects that they name.
    const prefixes = [...consumers.subscribed, ...producers.subscribed.filter((subject) => subject !== 'work')];
    const secrets = prefixes.map(
      (subject) =>
        subject
          .split('.')
          .filter((token) => token !== '*')
          .at(-1) ?? '',
    );
    const answers = [...new Set(producers.replies)].map((subject) => subject.split('.').at(-1) ?? '');
    const inboxes = new Set(consumers.replies.map((subject) => subject.split('.').at(-2) ?? ''));
    expect(answers.length).to.be.greaterThan(20 + 8);
    for (const token of [...secrets, ...answers, ...inboxes]) expect(bitsOf(token), token).to.be.at.least(128);
    expect(new Set(answers).size).to.equal(answers.length);
    expect(answers.some((token) => secrets.includes(token))).to.equal(false);
    await named.close();
    await plain.close();
    await producer.close();
  });

  it('of a consumer with a name are below the name', async () => {
    const broker = createTestBroker();
    const connection = watched(broker.connect());
    const consumer = new ConsumerClient({ connection, consumerName: 'team.alice' });
    expect(connection.subscribed).to.deep.equal([`${consumer.id}*`, `_HEARTBEAT.${consumer.id.slice(0, -1)}`]);
    expect(consumer.id).to.match(/^_SINBOX\.team\.alice\.[0-9A-Za-z]{22}\.$/);
    await consumer.close();
  });

  for (const consumerName of [
    '',
    '.',
    'a.',
    '.a',
    'a..b',
    '*',
    'a.>',
    'a b',
    'é',
    'x'.repeat(65),
    'a.'.repeat(8) + 'a',
    7,
    null,
  ]) {
    it(`have no name such as ${JSON.stringify(consumerName)}`, () => {
      const connection = createTestBroker().connect();
      expect(() => new ConsumerClient({ connection, consumerName } as never)).to.throw(StreamError, 'consumerName');
    });
  }
});

describe('a neighbour, who has a stream of the same producer', () => {
  it('ends no other, grants in no other name, and has nothing sent, however many subjects it counts', async () => {
    const pair = createPair();
    pair.producer.handle('work', async function* ({ signal }) {
      yield 'begun';
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
    });
    let ownControl = '';
    let frames = 0;
    pair.bystander.subscribe(`${pair.consumer.id}*`, {
      callback: (_, { reply }) => {
        ownControl = reply ?? ownControl;
        frames += 1;
      },
    });
    const stream = pair.consumer.openStream('work');
    await stream.opened;
    await settle();
    const prefix = ownControl.slice(0, ownControl.lastIndexOf('.'));
    frames = 0;
    for (let n = 0; n < 1_000; n += 1) {
      for (const token of [`~${n}`, `${n}`, `~${n.toString(36)}`]) {
        pair.bystander.publish(`${prefix}.${token}`, encodeControl({ type: 'cancel', text: 'mine' }));
        pair.bystander.publish(
          `${prefix}.${token}`,
          encodeControl({ type: 'resume', next: 0, consumed: 0, consumedBytes: 0 }),
        );
        pair.bystander.publish(`${prefix}.${token}`, '{"NonActiveStreamIds":{"work":["' + stream.id + '"]}}');
      }
    }
    await settle();
    expect(frames).to.equal(0);
    expect(stream.actor.getSnapshot().matches('active')).to.equal(true);
    expect(pair.warnings).to.deep.equal([]);
    await closePair(pair);
  });
});

describe('a stranger, who aims a consumer at a foreign subject', () => {
  const foreign = ['orders.new', '_SINBOX.other.x', '_HEARTBEAT.x', '$SYS.REQ', '_INBOX', '_INBOXES.x', '_R_', 'a'];

  /** What the consumer publishes to anything but its requests. */
  const listen = (pair: Pair): string[] => {
    const heard: string[] = [];
    pair.bystander.subscribe('>', {
      callback: (_, { subject }) => {
        if (foreign.includes(subject)) heard.push(subject);
      },
    });
    return heard;
  };

  it('by the reply subject of a heartbeat: is not answered, and warned of', async () => {
    const pair = createPair();
    const heard = listen(pair);
    const stream = pair.consumer.openStream('nobody');
    for (const reply of foreign) {
      pair.bystander.publish(
        `_HEARTBEAT.${pair.consumer.id.slice(0, -1)}`,
        encodeHeartbeatRequest([{ subject: 'keys of mine', streamIds: ['unknown', stream.id] }]),
        { reply },
      );
    }
    await settle();
    // The requests themselves are heard.
    expect(heard).to.deep.equal([]);
    const text = 'expected a heartbeat request with a reply subject below _INBOX, came "orders.new"';
    expect(pair.warnings.map(({ message }) => message)).to.include(text);
    await closePair(pair);
  });

  it('by the reply subject of a frame: its stream ends, and nothing is published', async () => {
    for (const reply of foreign) {
      const pair = createPair();
      pair.bystander.subscribe('work', { callback: () => undefined });
      const heard = listen(pair);
      const stream = pair.consumer.openStream('work');
      await settle();
      heard.length = 0;
      pair.bystander.publish(pair.consumer.id + stream.id, encodeAnnouncement({ end: 5, isWanting: true, terms }), {
        reply,
      });
      await settle();
      expect((await stream.closed).reason).to.equal('unsupportedData');
      expect(heard).to.deep.equal([]);
      await closePair(pair);
    }
  });

  it('by a late announcement: nothing is published', async () => {
    const pair = createPair();
    pair.producer.handle('work', () => ['one']);
    const stream = pair.consumer.openStream('work');
    await stream.closed;
    const heard = listen(pair);
    pair.bystander.publish(pair.consumer.id + stream.id, encodeAnnouncement({ end: 0, isWanting: false, terms }), {
      reply: 'orders.new',
    });
    await settle();
    expect(heard).to.deep.equal([]);
    await closePair(pair);
  });

  it('cannot where producers take answers below a prefix of their own, which both are told', async () => {
    const inboxPrefix = '_INBOX.producers';
    const pair = createPair({ consumer: { inboxPrefix }, producer: { inboxPrefix } });
    pair.producer.handle('work', () => ['one']);
    expect((await pair.consumer.openStream('work').closed).reason).to.equal('completed');
    const strict = createPair({ consumer: { inboxPrefix } });
    strict.producer.handle('work', () => ['one']);
    expect((await strict.consumer.openStream('work').closed).reason).to.equal('unsupportedData');
    await closePair(pair);
    await closePair(strict);
  });
});
