import { expect } from 'chai';
import { CloseCode, CloseError, StreamError } from '../../src/index.js';
import { numberedRecords } from '../support/numbered.js';
import { briskTiming, readNumbers, startScene, untilTrue, type Scene } from '../support/scene.js';

/** What the producer draws for its inbox, and for the control subject of its first stream: nobody else could know it. */
const draws = ['inbox', 'control'];
const firstControl = '1'.repeat(22);
function knownBytes(): (length: number) => Uint8Array {
  const left = [...draws];
  return (length) => {
    const drawn = left.shift();
    return drawn === 'control'
      ? new Uint8Array(length).fill(1)
      : crypto.getRandomValues(new Uint8Array(length)).map((byte) => byte % 248);
  };
}

/** Each user's password is its name. */
const config = `
authorization {
  users = [
    { user: free, password: free }
    { user: deaf, password: deaf, permissions: { subscribe: { deny: ["_SINBOX.>"] } } }
    { user: unasked, password: unasked, permissions: { subscribe: { deny: ["_HEARTBEAT.>"] } } }
    { user: mute, password: mute, permissions: { publish: { deny: ["ticks"] } } }
    { user: unheard, password: unheard, permissions: { publish: { deny: ["_INBOX.>"] } } }
    { user: ungranted, password: ungranted, permissions: { publish: { deny: ["_INBOX.*.~${firstControl}"] } } }
    { user: frameless, password: frameless, permissions: { publish: { deny: ["_SINBOX.>"] } } }
    { user: responding, password: responding, permissions: { publish: { allow: ["_HEARTBEAT.>"] }, allow_responses: true } }
    { user: beatless, password: beatless, permissions: { publish: { deny: ["_HEARTBEAT.>"] } } }
    { user: unanswered, password: unanswered, permissions: { subscribe: { deny: ["_INBOX.>"] } } }
    { user: idle, password: idle, permissions: { subscribe: { deny: ["ticks"] } } }
  ]
}`;

/** Records without end; a number in `running` for each source that runs. */
async function* endlessRecords(running: Set<number>): AsyncGenerator<string> {
  const own = Math.random();
  running.add(own);
  try {
    for (let number = 0; ; number += 1) {
      yield `${number}`;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  } finally {
    running.delete(own);
  }
}

describe('a connection that lacks a permission', () => {
  let scene: Scene;
  /** The sources that run of the producer that may do everything. */
  const endless = new Set<number>();
  /** One warning tells of the subject, however many messages were refused. */
  const expectViolation = (subject: string) => {
    const told = scene.warnings.filter(({ code }) => code === 'notPermitted');
    expect(new Set(told.map((warning) => warning.subject)).size).to.equal(told.length);
    for (const warning of told) {
      expect(warning.operation).to.equal('publish');
      expect(warning.subject).to.include(subject);
      expect(warning.message).to.include(subject);
    }
    expect(told).to.not.deep.equal([]);
  };
  beforeEach(async () => {
    scene = await startScene({ config });
    const connection = await scene.connect({ user: 'free' });
    const producer = await scene.producer({ connection, randomBytes: knownBytes(), ...briskTiming });
    producer.handle('ticks', () => numberedRecords(20));
    producer.handle('endless', () => endlessRecords(endless));
    await connection.flush();
  });
  afterEach(() => scene.stop());

  for (const client of ['nats 2', '@nats-io/transport-node 3'] as const) {
    describe(`on ${client}`, () => {
      for (const [user, subject] of [
        ['deaf', '_SINBOX'],
        ['unasked', '_HEARTBEAT'],
      ] as const) {
        it(`ends the streams of a consumer that may not subscribe to ${subject}.>, and says why`, async () => {
          const connection = await scene.connect({ client, user });
          const consumer = await scene.consumer({ connection });
          const streams = [consumer.openStream('ticks'), consumer.openStream('ticks')];
          for (const stream of streams) {
            const end = await stream.closed;
            expect(end.reason).to.equal('connectionClosed');
            expect(end.code).to.equal(1006);
            expect(end.text).to.match(/^the inbox of the client is gone: .*permissions violation/i);
            expect(end.text).to.include(subject);
          }
          expect(() => consumer.openStream('ticks'))
            .to.throw(StreamError)
            .with.property('code', 'clientClosed');
          expect(consumer.streams).to.deep.equal([]);
          expect(connection.isClosed(), "the user's connection is left alone").to.equal(false);
          await consumer.close();
        });
      }

      it('ends the streams of a consumer that may not publish its request at once', async () => {
        const connection = await scene.connect({ client, user: 'mute' });
        const consumer = await scene.consumer({ connection, openTimeoutMs: 60_000 });
        const streams = [consumer.openStream('ticks'), consumer.openStream('ticks')];
        for (const stream of streams) {
          const end = await stream.closed;
          expect(end.reason).to.equal('notPermitted');
          expect(end.code).to.equal(CloseCode.NotPermitted);
          expect(end.text).to.include('ticks');
          expect(end.error).to.be.instanceOf(CloseError);
        }
        expectViolation('ticks');
        expect((await consumer.openStream('others').closed).reason).to.equal('noResponders');
      });

      it('ends the streams of a consumer that may not answer heartbeats nor grant, at once and loudly', async () => {
        const connection = await scene.connect({ client, user: 'unheard' });
        const consumer = await scene.consumer({ connection, ...briskTiming });
        const end = await consumer.openStream('endless').closed;
        expect(end.reason).to.equal('notPermitted');
        expect(end.text).to.include('_INBOX.');
        expectViolation('_INBOX.');
        await untilTrue(() => endless.size === 0);
      });

      it('ends the streams of a consumer that may answer heartbeats and not grant', async () => {
        const connection = await scene.connect({ client, user: 'ungranted' });
        const consumer = await scene.consumer({ connection, ...briskTiming });
        const end = await consumer.openStream('endless').closed;
        expect(end.reason).to.equal('notPermitted');
        expectViolation('_INBOX.');
        // Its reports still arrive.
        await untilTrue(() => endless.size === 0);
      });

      for (const user of ['frameless', 'responding'] as const) {
        for (const offerDelivery of [true, false]) {
          it(`ends the streams of a ${user} producer, on both ends and at once (delivery ${offerDelivery})`, async () => {
            const connection = await scene.connect({ client, user });
            const producer = await scene.producer({ connection });
            let signal: AbortSignal | undefined;
            producer.handle('silent', async function* (request) {
              ({ signal } = request);
              for (let number = 0; ; number += 1) {
                yield `${number}`;
                await new Promise((resolve) => setTimeout(resolve, 5));
              }
            });
            await connection.flush();
            const consumer = await scene.consumer({ connection: await scene.connect({ user: 'free' }), offerDelivery });
            const end = await consumer.openStream('silent').closed;
            expect(end.reason).to.equal('notPermitted');
            expect(end.code).to.equal(CloseCode.NotPermitted);
            expect(end.text).to.include(consumer.id);
            expectViolation(consumer.id);
            await untilTrue(() => signal?.aborted === true && producer.streams.length === 0);
            expect(producer.actor.getSnapshot().status, 'the client goes on').to.equal('active');
          });
        }
      }

      it('ends the streams of a producer that may not publish heartbeats, and tells their readers', async () => {
        const connection = await scene.connect({ client, user: 'beatless' });
        const producer = await scene.producer({ connection });
        const sources = new Set<number>();
        producer.handle('unasked', () => endlessRecords(sources));
        await connection.flush();
        const consumer = await scene.consumer({ connection: await scene.connect({ user: 'free' }) });
        for (const end of await Promise.all([1, 2].map(() => consumer.openStream('unasked').closed))) {
          expect(end.reason).to.equal('notPermitted');
          expect(end.text).to.include('_HEARTBEAT.');
        }
        expectViolation('_HEARTBEAT.');
        await untilTrue(() => sources.size === 0 && producer.streams.length === 0);
      });

      it('is told of what a writer of its own may not publish, once', async () => {
        const connection = await scene.connect({ client, user: 'mute' });
        const consumer = await scene.consumer({ connection });
        const writer = consumer.newWriter('ticks');
        for (const record of ['a', 'b', 'c']) await writer.write(record);
        await connection.flush();
        await untilTrue(() => scene.warnings.length > 0);
        expectViolation('ticks');
      });

      it('is told nothing of what others publish on its connection', async () => {
        const connection = await scene.connect({ client, user: 'mute' });
        const consumer = await scene.consumer({ connection });
        connection.publish('ticks');
        await connection.flush();
        const end = await consumer.openStream('others').closed;
        expect(end.reason).to.equal('noResponders');
        expect(scene.warnings).to.deep.equal([]);
      });

      it('closes a producer that may not receive heartbeat answers, with a warning that says why', async () => {
        const connection = await scene.connect({ client, user: 'unanswered' });
        const producer = await scene.producer({ connection });
        await untilTrue(() => producer.actor.getSnapshot().status !== 'active');
        expect(() => producer.handle('more', () => []))
          .to.throw(StreamError)
          .with.property('code', 'clientClosed');
        expect(scene.warnings.map(({ message }) => message)).to.satisfy((messages: readonly string[]) =>
          messages.some((message) => message.includes('_INBOX') && /permissions violation/i.test(message)),
        );
      });

      it('lets a producer that may not subscribe to a request subject serve others, with a warning', async () => {
        const connection = await scene.connect({ client, user: 'idle' });
        const producer = await scene.producer({ connection });
        const refused = await producer.handle('ticks', () => numberedRecords(1)).ready.catch((error: unknown) => error);
        expect(refused).to.be.instanceOf(StreamError).with.property('code', 'subscriptionLost');
        await producer.handle('others', () => numberedRecords(3)).ready;
        await untilTrue(() => scene.warnings.length > 0);
        expect(scene.warnings[0]?.message).to.match(/^no requests can be taken: .*permissions violation/i);
        expect(scene.warnings[0]?.subject).to.equal('ticks');
        const consumer = await scene.consumer({ connection: await scene.connect({ user: 'free' }) });
        expect(await readNumbers(consumer.openStream('others'))).to.deep.equal([0, 1, 2]);
      });
    });
  }
});
