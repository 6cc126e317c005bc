import { expect } from 'chai';
import { StreamError, type ConsumerClient, type ProducerClient } from '../../src/index.js';
import { numberedRecords } from '../support/numbered.js';
import { numbersUpTo, readNumbers, startScene, untilTrue, type NatsClient, type Scene } from '../support/scene.js';
import type { TestConnection } from '../support/transports.js';

const pairs: readonly (readonly [consumer: NatsClient, producer: NatsClient])[] = [
  ['nats 2', '@nats-io/transport-node 3'],
  ['@nats-io/transport-node 3', 'nats 2'],
];

for (const [forConsumer, forProducer] of pairs) {
  describe(`a consumer on ${forConsumer} and a producer on ${forProducer}`, () => {
    let scene: Scene;
    let consumer: ConsumerClient;
    let producer: ProducerClient;
    let connection: TestConnection;
    beforeEach(async () => {
      scene = await startScene({ maxPayloadBytes: 64 * 1024 });
      connection = await scene.connect({ client: forProducer });
      // Heartbeats that are frequent, since they carry the cancellation.
      producer = await scene.producer({
        connection,
        heartbeatIntervalMs: 200,
        heartbeatRequestTimeoutMs: 200,
        missedHeartbeatsMax: 20,
      });
      consumer = await scene.consumer({ connection: await scene.connect({ client: forConsumer }) });
    });
    afterEach(async () => {
      expect(scene.warnings).to.deep.equal([]);
      await scene.stop();
    });

    it('carry 20 streams at once to their ends, every record in order', async () => {
      producer.handle('numbers', ({ body }) => numberedRecords(body[0] ?? 0, { bytes: 600 }));
      await connection.flush();
      const counts = Array.from({ length: 20 }, (_, index) => index * 10);
      const streams = counts.map((count) => consumer.openStream('numbers', Uint8Array.of(count)));
      const contents = await Promise.all(streams.map(readNumbers));
      expect(contents).to.deep.equal(counts.map(numbersUpTo));
      for (const stream of streams) expect((await stream.closed).reason).to.equal('completed');
    });

    it('carry values as what they were', async () => {
      const value = { at: new Date(0), tags: new Set(['a']), sizes: new Map([['b', 2n]]), none: undefined };
      producer.handle('values', () => [value]);
      await connection.flush();
      const came: unknown[] = [];
      for await (const each of consumer.openStream('values').objects()) came.push(each);
      expect(came).to.deep.equal([value]);
    });

    it('carry a cancellation to the source, and a failure of the source to the reader', async () => {
      let finished = false;
      producer.handle('endless', async function* ({ signal }) {
        try {
          yield* numberedRecords(Infinity, { everyMs: 5, signal });
        } finally {
          finished = true;
        }
      });
      producer.handle('failing', async function* () {
        yield 'one';
        throw await Promise.resolve(new Error('no more'));
      });
      await connection.flush();
      await consumer.openStream('endless')[Symbol.asyncIterator]().next();
      for (const stream of consumer.streams) stream.cancel();
      await untilTrue(() => finished);

      const failing = consumer.openStream('failing');
      const end = await failing.closed;
      expect(end).to.include({ reason: 'closed', code: 5000, text: 'no more', records: 1 });
    });

    it('tell a request that nobody serves', async () => {
      const end = await consumer.openStream('nobody').closed;
      expect(end.reason).to.equal('noResponders');
    });

    it('carry what is larger than the max_payload of the server in parts', async () => {
      const large = Uint8Array.from({ length: 200_000 }, (_, index) => index % 251);
      producer.handle('large', () => [large, 'after']);
      await connection.flush();
      const records: Uint8Array[] = [];
      for await (const record of consumer.openStream('large')) records.push(record);
      expect(records.map(({ length }) => length)).to.deep.equal([200_000, 5]);
      expect(Buffer.compare(records[0]!, large)).to.equal(0);
    });

    it('refuse it on a plain stream, which goes on', async () => {
      const plain = await scene.consumer({
        connection: await scene.connect({ client: forConsumer }),
        offerDelivery: false,
      });
      producer.handle('sizes', async function* () {
        try {
          yield new Uint8Array(64 * 1024);
        } catch (error) {
          yield error instanceof StreamError ? error.code : 'another error';
        }
        yield new Uint8Array(48_000);
        await Promise.resolve();
      });
      await connection.flush();
      const records: Uint8Array[] = [];
      for await (const record of plain.openStream('sizes')) records.push(record);
      expect(records.map(({ length }) => length)).to.deep.equal(['tooLarge'.length, 48_000]);
      expect(() => plain.openStream('sizes', new Uint8Array(64 * 1024)))
        .to.throw(StreamError)
        .with.property('code', 'tooLarge');
    });
  });
}
