import { expect } from 'chai';
import { connect as connectTransportNode, wsconnect } from '@nats-io/transport-node';
import { connect as connectNats, createInbox, credsAuthenticator, nkeyAuthenticator, type NatsConnection } from 'nats';
import { createRequire } from 'node:module';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ConsumerClient, ProducerClient } from '../../src/index.js';
import { collectTraces, traceOverNats, type TraceEvent } from '../../src/tracing/index.js';
import type { NatsConnection as AnyConnection } from '../../src/transport/index.js';
import { root } from '../support/build.js';
import { findFreePort, startNatsServer, type NatsServer } from '../support/nats-server.js';
import { numberedRecords } from '../support/numbered.js';
import { readNumbers, numbersUpTo, untilTrue } from '../support/scene.js';

const nkeys = createRequire(import.meta.url)('nkeys.js') as {
  createUser(): { getPublicKey(): string; getSeed(): Uint8Array };
};

const folder = join(root, 'docs/permissions');
const recipe = (name: string): string => readFileSync(join(folder, name), 'utf8');
const inboxPrefix = '_INBOX.producers';
const timing = { heartbeatIntervalMs: 300, heartbeatRequestTimeoutMs: 300, missedHeartbeatsMax: 3 };

describe('the permission recipes, on a real server', () => {
  let server: NatsServer;
  const connections: { close(): Promise<void> }[] = [];

  afterEach(async () => {
    for (const connection of connections.splice(0)) void connection.close().catch(() => undefined);
    await server.kill();
  });

  const connect = async (user: string, options: object = {}): Promise<NatsConnection> => {
    const connection = await connectNats({ servers: server.url, user, pass: `change ${user}`, ...options });
    connections.push(connection);
    return connection;
  };

  /** Resolves with what the server says to a subscription: an error, or nothing where it lets it be. */
  const refusalOf = async (connection: NatsConnection, subject: string): Promise<string> => {
    let refusal = '';
    connection.subscribe(subject, { callback: (error) => (refusal ||= error?.message ?? '') });
    await connection.flush();
    await connection.flush();
    return refusal;
  };

  /** The violations that the server tells a connection of, as subjects. */
  const violationsOf = (connection: NatsConnection): string[] => {
    const subjects: string[] = [];
    void (async () => {
      for await (const { type, permissionContext } of connection.status() as AsyncIterable<{
        type: string;
        permissionContext?: { subject: string };
      }>) {
        if (type === 'error' && permissionContext !== undefined) subjects.push(permissionContext.subject);
      }
    })();
    return subjects;
  };

  /** Serves numbers without end, numbers to 2,000, and a large record, with delivery and its heartbeats. */
  const serve = async (connection: AnyConnection, prefix: string = inboxPrefix) => {
    const stopped: string[] = [];
    const producer = new ProducerClient({ connection, inboxPrefix: prefix, ...timing });
    producer.handle('logs.numbers', () => numberedRecords(2_000));
    producer.handle('logs.large', () => [new Uint8Array(3 * 1024 * 1024)]);
    producer.handle('logs.endless', async function* ({ streamId, signal }) {
      yield 'begun';
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      stopped.push(streamId);
    });
    await connection.flush();
    return { producer, stopped };
  };

  /** Reads a stream to its end, sees a large record through, and leaves one, of which the producer hears. */
  const expectStreams = async (consumer: ConsumerClient, stopped: readonly string[]) => {
    expect(await readNumbers(consumer.openStream('logs.numbers'))).to.deep.equal(numbersUpTo(2_000));
    let bytes = 0;
    for await (const record of consumer.openStream('logs.large')) bytes += record.length;
    expect(bytes).to.equal(3 * 1024 * 1024);
    const endless = consumer.openStream('logs.endless');
    await endless.opened;
    // Longer than heartbeats may be missed.
    await new Promise((resolve) => setTimeout(resolve, 5 * timing.heartbeatIntervalMs));
    expect(endless.actor.getSnapshot().matches('active')).to.equal(true);
    endless.cancel();
    await untilTrue(() => stopped.includes(endless.id));
  };

  describe('users.conf', () => {
    beforeEach(async () => {
      server = await startNatsServer({ config: recipe('users.conf') });
    });

    it('streams of alice work, delivery, cancel and tracing included, and nobody is refused anything', async () => {
      const [alice, producers, operator] = [
        await connect('alice'),
        await connect('producer'),
        await connect('operator'),
      ];
      const violations = [alice, producers, operator].map(violationsOf);
      const { producer, stopped } = await serve(producers);
      const consumer = new ConsumerClient({ connection: alice, consumerName: 'alice', inboxPrefix, ...timing });
      const events: TraceEvent[] = [];
      const publication = traceOverNats(consumer, { subject: 'trace.alice' });
      const collector = collectTraces(operator, (batch) => void events.push(...batch), { subject: 'trace.alice' });
      await expectStreams(consumer, stopped);
      await untilTrue(() => events.some(({ type }) => type === 'end'));
      expect(violations).to.deep.equal([[], [], []]);
      collector.stop();
      publication.stop();
      await consumer.close();
      await producer.close();
    });

    it('bob may not subscribe to what is of alice, publish in her name, or watch her', async () => {
      const [alice, bob, producers] = [await connect('alice'), await connect('bob'), await connect('producer')];
      const { producer } = await serve(producers);
      const consumer = new ConsumerClient({ connection: alice, consumerName: 'alice', inboxPrefix, ...timing });
      const stream = consumer.openStream('logs.endless');
      await stream.opened;
      for (const subject of [
        `${consumer.id}*`,
        consumer.id + stream.id,
        '_SINBOX.>',
        '_SINBOX.alice.>',
        `_HEARTBEAT.${consumer.id.slice(0, -1)}`,
        '_HEARTBEAT.>',
        '_INBOX.producers.>',
        '_INBOX.>',
        'trace.alice.ask',
        'trace.alice.to.*',
        'logs.>',
        '>',
      ]) {
        expect(await refusalOf(bob, subject), subject).to.match(/permissions violation/i);
      }
      const refused = violationsOf(bob);
      const targets = [consumer.id + stream.id, `_HEARTBEAT.${consumer.id.slice(0, -1)}`, 'trace.alice.here'];
      for (const subject of targets) bob.publish(subject, '{"type":2,"closeError":{"Code":1000,"Text":"bob"}}');
      await untilTrue(() => refused.length >= targets.length);
      expect(refused).to.have.members(targets);
      expect(stream.actor.getSnapshot().matches('active')).to.equal(true);
      // Bob's own streams work meanwhile.
      const own = new ConsumerClient({ connection: bob, consumerName: 'bob', inboxPrefix, ...timing });
      expect(await readNumbers(own.openStream('logs.numbers'))).to.deep.equal(numbersUpTo(2_000));
      await own.close();
      await consumer.close();
      await producer.close();
    });

    it('the reader opens what is below logs, and nothing else', async () => {
      const [reader, producers] = [await connect('reader'), await connect('producer')];
      const { producer, stopped } = await serve(producers);
      producer.handle('orders.new', () => numberedRecords(3));
      await producers.flush();
      const consumer = new ConsumerClient({ connection: reader, consumerName: 'reader', inboxPrefix, ...timing });
      await expectStreams(consumer, stopped);
      expect(await consumer.openStream('orders.new').closed).to.include({ reason: 'notPermitted', code: 4030 });
      await consumer.close();
      await producer.close();
    });

    it('a producer that may only answer serves streams, and publishes nowhere else', async () => {
      const [alice, answerer] = [await connect('alice'), await connect('answerer')];
      const { producer, stopped } = await serve(answerer);
      const consumer = new ConsumerClient({ connection: alice, consumerName: 'alice', inboxPrefix, ...timing });
      await expectStreams(consumer, stopped);
      const refused = violationsOf(answerer);
      const targets = [`${consumer.id}madeup`, 'logs.numbers', createInbox()];
      for (const subject of targets) answerer.publish(subject, 'x');
      await untilTrue(() => refused.length >= targets.length);
      await consumer.close();
      await producer.close();
    });

    it('the operator opens and serves nothing', async () => {
      const operator = await connect('operator');
      expect(await refusalOf(operator, '_SINBOX.operator.>')).to.match(/permissions violation/i);
      expect(await refusalOf(operator, 'logs.>')).to.match(/permissions violation/i);
      const refused = violationsOf(operator);
      operator.publish('logs.numbers', '{}', { reply: createInbox() });
      await untilTrue(() => refused.length === 1);
    });

    it('the connections of the third generation work as well', async () => {
      const user = async (name: string) => {
        const connection = await connectTransportNode({ servers: server.url, user: name, pass: `change ${name}` });
        connections.push(connection);
        return connection;
      };
      const { producer, stopped } = await serve(await user('producer'));
      const connection = await user('alice');
      const consumer = new ConsumerClient({ connection, consumerName: 'alice', inboxPrefix, ...timing });
      await expectStreams(consumer, stopped);
      await consumer.close();
      await producer.close();
    });
  });

  it('accounts.conf: streams cross accounts, delivery and cancel included, and what is not exported does not', async () => {
    server = await startNatsServer({ config: recipe('accounts.conf') });
    const [alice, bob, producers] = [await connect('alice'), await connect('bob'), await connect('producer')];
    const { producer, stopped } = await serve(producers, '_INBOX');
    const seen: string[] = [];
    alice.subscribe('_SINBOX.alice.>', { callback: (_, { reply }) => reply !== undefined && seen.push(reply) });
    const consumer = new ConsumerClient({ connection: alice, consumerName: 'alice', ...timing });
    await expectStreams(consumer, stopped);
    expect(seen.length).to.be.greaterThan(0);
    expect(seen.every((reply) => reply.startsWith('_R_.'))).to.equal(true);
    const own = new ConsumerClient({ connection: bob, consumerName: 'bob', ...timing });
    await expectStreams(own, stopped);
    // The server says from which account a request came, whatever the consumer has written there.
    const accounts: unknown[] = [];
    producer.handle('logs.asked', () => [], {
      accept: ({ headers }) => {
        accounts.push(headers.get('Nats-Request-Info')?.map((info) => (JSON.parse(info) as { acc: string }).acc));
      },
    });
    await producers.flush();
    const forged = { headers: { 'Nats-Request-Info': '{"acc":"SERVICES"}' } };
    expect((await own.openStream('logs.asked', undefined, forged).closed).reason).to.equal('completed');
    expect(accounts).to.deep.equal([['CUSTOMERS']]);
    expect(await refusalOf(bob, '_SINBOX.alice.>')).to.match(/permissions violation/i);
    const plain = new ConsumerClient({ connection: alice, consumerName: 'alice', offerExtension: false, ...timing });
    expect(await readNumbers(plain.openStream('logs.numbers'))).to.deep.equal(numbersUpTo(2_000));
    await plain.close();
    await own.close();
    await consumer.close();
    await producer.close();
  });

  it('nkeys.conf: users with keys', async () => {
    const users = { ALICE: nkeys.createUser(), PRODUCER: nkeys.createUser() };
    const config = recipe('nkeys.conf')
      .replace('ALICE_PUBLIC_KEY', users.ALICE.getPublicKey())
      .replace('PRODUCER_PUBLIC_KEY', users.PRODUCER.getPublicKey());
    server = await startNatsServer({ config });
    const as = async (user: keyof typeof users) => {
      const authenticator = nkeyAuthenticator(users[user].getSeed());
      const connection = await connectNats({ servers: server.url, authenticator });
      connections.push(connection);
      return connection;
    };
    const { producer, stopped } = await serve(await as('PRODUCER'));
    const connection = await as('ALICE');
    const consumer = new ConsumerClient({ connection, consumerName: 'alice', inboxPrefix, ...timing });
    await expectStreams(consumer, stopped);
    expect(await refusalOf(connection, '_SINBOX.bob.>')).to.match(/permissions violation/i);
    await consumer.close();
    await producer.close();
  });

  it('operator.conf: users that are JWTs, made without the network', async () => {
    const made = mkdtempSync(join(tmpdir(), 'nats-stream-operator-'));
    execFileSync(process.execPath, [join(folder, 'operator-jwts.mjs'), made]);
    server = await startNatsServer({ config: readFileSync(join(made, 'server.conf'), 'utf8') });
    const as = async (user: string) => {
      const authenticator = credsAuthenticator(readFileSync(join(made, `${user}.creds`)));
      const connection = await connectNats({ servers: server.url, authenticator });
      connections.push(connection);
      return connection;
    };
    const { producer, stopped } = await serve(await as('producer'));
    const [alice, bob] = [await as('alice'), await as('bob')];
    const consumer = new ConsumerClient({ connection: alice, consumerName: 'alice', inboxPrefix, ...timing });
    await expectStreams(consumer, stopped);
    expect(await refusalOf(bob, '_SINBOX.alice.>')).to.match(/permissions violation/i);
    await consumer.close();
    await producer.close();
    rmSync(made, { recursive: true });
  });

  it('browser.conf: a user over websockets, as a page of the origin has it, and no page of another', async () => {
    const port = await findFreePort();
    const origin = 'http://localhost:8080';
    const config = recipe('browser.conf').replace('BROWSER_PORT', String(port)).replace('BROWSER_ORIGIN', origin);
    server = await startNatsServer({ config });
    const { producer, stopped } = await serve(await connect('producer'));
    // Browsers have it, and so has Node from 22 on.
    globalThis.WebSocket ??= createRequire(import.meta.url)('ws') as typeof WebSocket;
    const visitor = await wsconnect({ servers: `ws://127.0.0.1:${port}`, user: 'visitor', pass: 'change visitor' });
    connections.push(visitor);
    const consumer = new ConsumerClient({ connection: visitor, consumerName: 'visitor', inboxPrefix, ...timing });
    await expectStreams(consumer, stopped);
    const upgrade = async (from: string): Promise<number> => {
      const headers = { Connection: 'Upgrade', Upgrade: 'websocket', Origin: from };
      const { request } = await import('node:http');
      return new Promise((resolve, reject) => {
        const asked = request({
          port,
          host: '127.0.0.1',
          headers: { ...headers, 'Sec-WebSocket-Version': '13', 'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==' },
        });
        asked.on('upgrade', (response, socket) => {
          socket.destroy();
          resolve(response.statusCode ?? 0);
        });
        asked.on('response', (response) => {
          response.resume();
          resolve(response.statusCode ?? 0);
        });
        asked.on('error', reject);
        asked.end();
      });
    };
    expect([await upgrade(origin), await upgrade('http://elsewhere.example')]).to.deep.equal([101, 403]);
    await consumer.close();
    await producer.close();
  });
});
