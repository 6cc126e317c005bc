import { expect } from 'chai';
import { StreamError } from '../../src/index.js';
import { numberedRecords } from '../support/numbered.js';
import { briskTiming, readNumbers, startScene, untilTrue, type Scene } from '../support/scene.js';

/** Each user's password is its name. */
const config = `
authorization {
  users = [
    { user: free, password: free }
    { user: deaf, password: deaf, permissions: { subscribe: { deny: ["_SINBOX.>"] } } }
    { user: unasked, password: unasked, permissions: { subscribe: { deny: ["_HEARTBEAT.>"] } } }
    { user: mute, password: mute, permissions: { publish: { deny: ["ticks"] } } }
    { user: unanswered, password: unanswered, permissions: { subscribe: { deny: ["_INBOX.>"] } } }
    { user: idle, password: idle, permissions: { subscribe: { deny: ["ticks"] } } }
  ]
}`;

describe('a connection that lacks a permission', () => {
  let scene: Scene;
  beforeEach(async () => {
    scene = await startScene({ config });
    const connection = await scene.connect({ user: 'free' });
    const producer = await scene.producer({ connection });
    producer.handle('ticks', () => numberedRecords(20));
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

      it('ends the stream of a consumer that may not publish its request with noAnswer', async () => {
        const connection = await scene.connect({ client, user: 'mute' });
        const consumer = await scene.consumer({ connection, ...briskTiming });
        const end = await consumer.openStream('ticks').closed;
        expect(end.reason).to.equal('noAnswer');
        expect(end.code).to.equal(1006);
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
