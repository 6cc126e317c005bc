import { expect } from 'chai';
import { connect as connectNats, type NatsConnection } from 'nats';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConsumerClient, ProducerClient } from '../../src/index.js';
import { root } from '../support/build.js';
import { createGoConsumer, type GoRequest } from '../support/go-peer.js';
import { startNatsServer, type NatsServer } from '../support/nats-server.js';
import { numberedRecords } from '../support/numbered.js';
import { readAll } from '../support/read.js';
import { untilTrue } from '../support/scene.js';

const timing = { heartbeatIntervalMs: 300, heartbeatRequestTimeoutMs: 300, missedHeartbeatsMax: 3 };
const recipe = readFileSync(join(root, 'docs/permissions/accounts.conf'), 'utf8')
  // Go consumers have no name that could be granted.
  .replace('{ user: bob,', '{ user: go, password: "change go" }\n      { user: bob,')
  .replace('{ user: producer,', '{ user: goproducer, password: "change goproducer" }, { user: producer,');

/**
 * A producer as one of the Go package is: it writes to the reply subject of the request, asks on the heartbeat subject
 * that stands in it, and knows of nothing else.
 */
function goProducer(connection: NatsConnection, subject: string) {
  const reported: string[] = [];
  const requests: { readonly request: GoRequest; readonly reply: string }[] = [];
  connection.subscribe(subject, {
    callback: (_, message) => void requests.push({ request: message.json(), reply: message.reply ?? '' }),
  });
  return {
    requests,
    reported,
    write: (reply: string, text: string) => {
      connection.publish(reply, JSON.stringify({ type: 1, data: Buffer.from(text).toString('base64') }));
    },
    close: (reply: string) => {
      connection.publish(reply, JSON.stringify({ type: 2, closeError: { Code: 1000, Text: '' } }));
    },
    beat: async ({ heartBeatRequestSub, streamId }: GoRequest) => {
      const asked = JSON.stringify({ ActiveStreamIds: { [subject]: [streamId] } });
      const answer = await connection.request(heartBeatRequestSub, asked, { timeout: 5_000 });
      const { NonActiveStreamIds } = answer.json<{ NonActiveStreamIds: Record<string, string[]> }>();
      reported.push(...(NonActiveStreamIds[subject] ?? []));
    },
  };
}

/** Go itself is not at hand where these run: its peers are made by hand, after what was recorded of the real ones. */
describe('accounts.conf: Go peers across accounts', () => {
  let server: NatsServer;
  const connections: NatsConnection[] = [];
  const connect = async (user: string): Promise<NatsConnection> => {
    const connection = await connectNats({ servers: server.url, user, pass: `change ${user}` });
    connections.push(connection);
    return connection;
  };
  before(async () => {
    server = await startNatsServer({ config: recipe });
  });
  afterEach(async () => {
    for (const connection of connections.splice(0)) await connection.close();
  });
  after(() => server.kill());

  const ours = async () => {
    const connection = await connect('producer');
    const stopped: string[] = [];
    const producer = new ProducerClient({ connection, peerCancellationBufferMs: 1, ...timing });
    producer.handle('logs.numbers', () => numberedRecords(500));
    producer.handle('logs.endless', async function* ({ streamId, signal }) {
      yield 'begun';
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      stopped.push(streamId);
    });
    await connection.flush();
    return { producer, stopped };
  };

  it('a Go consumer reads streams of our producer, keeps one alive by its answers, and ends it by a report', async () => {
    const { producer, stopped } = await ours();
    const connection = await connect('go');
    const consumer = createGoConsumer(connection, 'JWx1dVQgC4jP9RnRrLXJ0U');
    await connection.flush();
    consumer.open('logs.numbers', 'aaaaaaaa');
    consumer.open('logs.endless', 'bbbbbbbb');
    await untilTrue(() => consumer.closeCode('aaaaaaaa') !== undefined);
    expect(consumer.closeCode('aaaaaaaa')).to.equal(1000);
    expect(consumer.records('aaaaaaaa')).to.have.length(500);
    // More rounds than may be missed.
    await untilTrue(() => consumer.heartbeats.length > 2 * timing.missedHeartbeatsMax);
    expect(consumer.heartbeats.every(({ reply }) => reply.startsWith('_R_.'))).to.equal(true);
    expect([consumer.records('bbbbbbbb'), stopped]).to.deep.equal([['begun'], []]);
    consumer.answerWith = () => ({ NonActiveStreamIds: { 'logs.endless': ['bbbbbbbb'] } });
    await untilTrue(() => stopped.includes('bbbbbbbb'));
    await producer.close();
  });

  it('our consumer reads streams of a Go producer, answers its heartbeats, and reports one that it has left', async () => {
    const connection = await connect('goproducer');
    const producer = goProducer(connection, 'logs.go');
    await connection.flush();
    const consumer = new ConsumerClient({ connection: await connect('alice'), consumerName: 'alice', ...timing });
    const [whole, left] = [consumer.openStream('logs.go'), consumer.openStream('logs.go')];
    const reading = readAll(whole.text());
    await untilTrue(() => producer.requests.length === 2);
    const [first, second] = producer.requests;
    if (first === undefined || second === undefined) throw new Error('expected two requests');
    expect([first.reply, second.reply].every((reply) => reply.startsWith('_R_.'))).to.equal(true);
    for (let n = 0; n < 3; n += 1) for (const { request } of [first, second]) await producer.beat(request);
    for (let n = 0; n < 500; n += 1) producer.write(first.reply, `${n}`);
    producer.close(first.reply);
    expect(await reading).to.deep.equal(Array.from({ length: 500 }, (_, n) => `${n}`));
    expect(producer.reported).to.deep.equal([]);
    left.cancel();
    await producer.beat(second.request);
    expect(producer.reported).to.deep.equal([left.id]);
    await consumer.close();
  });

  it('two Go peers do the same', async () => {
    const [consumers, producers] = [await connect('go'), await connect('goproducer')];
    const producer = goProducer(producers, 'logs.go');
    const consumer = createGoConsumer(consumers, 'Kd2mTq0Zx7VbN1cYw8RsUe');
    await consumers.flush();
    await producers.flush();
    consumer.open('logs.go', 'cccccccc');
    await untilTrue(() => producer.requests.length === 1);
    const [{ request, reply } = { request: undefined, reply: '' }] = producer.requests;
    if (request === undefined) throw new Error('expected a request');
    producer.write(reply, 'one');
    await producer.beat(request);
    producer.close(reply);
    await untilTrue(() => consumer.closeCode('cccccccc') !== undefined);
    expect([consumer.records('cccccccc'), consumer.heartbeats.length]).to.deep.equal([['one'], 1]);
  });
});
