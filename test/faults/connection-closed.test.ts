import { expect } from 'chai';
import {
  CloseError,
  StreamError,
  type ConsumerClient,
  type ConsumerStream,
  type ProducerClient,
} from '../../src/index.js';
import { numberedRecords } from '../support/numbered.js';
import { briskTiming, startScene, untilTrue, type Scene } from '../support/scene.js';
import type { TestConnection } from '../support/transports.js';

const streamCount = 10;

/** Longer than a test may take, so that an end is no timer's. */
const lastingTiming = {
  heartbeatIntervalMs: 24 * 3_600_000,
  heartbeatRequestTimeoutMs: 24 * 3_600_000,
  silenceTimeoutMs: 5 * 24 * 3_600_000,
  openTimeoutMs: 5 * 24 * 3_600_000,
  cancellationBufferMs: 24 * 3_600_000,
};

describe('a connection that its owner closes mid-stream', () => {
  let scene: Scene;
  let signals: AbortSignal[];
  let finished: number;
  beforeEach(async () => {
    scene = await startScene();
    signals = [];
    finished = 0;
  });
  afterEach(() => scene.stop());

  async function serve(producer: ProducerClient, connection: TestConnection): Promise<void> {
    producer.handle('ticks', async function* ({ signal }) {
      signals.push(signal);
      try {
        yield* numberedRecords(Infinity, { everyMs: 5, signal });
      } finally {
        finished += 1;
      }
    });
    await connection.flush();
  }

  /** Resolves when records of each of the streams have come. */
  async function openAll(consumer: ConsumerClient): Promise<readonly ConsumerStream[]> {
    const flowing = new Set<number>();
    const streams = Array.from({ length: streamCount }, (_, index) =>
      consumer.openStream('ticks', undefined, { onRecord: () => flowing.add(index) }),
    );
    await untilTrue(() => flowing.size === streamCount);
    return streams;
  }

  for (const client of ['nats 2', '@nats-io/transport-node 3'] as const) {
    it(`ends every stream of both clients on it at once with connectionClosed, on ${client}`, async () => {
      const connection = await scene.connect({ client });
      const producer = await scene.producer({ connection, ...lastingTiming });
      const consumer = await scene.consumer({ connection, ...lastingTiming });
      await serve(producer, connection);
      const streams = await openAll(consumer);

      await connection.close();
      const ends = await Promise.all(streams.map((stream) => stream.closed));
      for (const end of ends) {
        expect(end.reason).to.equal('connectionClosed');
        expect(end.code).to.equal(1006);
        expect(end.error).to.be.instanceOf(CloseError);
        expect(end.text).to.include('the NATS connection is closed');
      }
      await untilTrue(() => finished === streamCount);
      for (const signal of signals) {
        expect(signal.aborted).to.equal(true);
        expect(signal.reason).to.be.instanceOf(CloseError);
      }
      expect(consumer.streams).to.deep.equal([]);
      expect(producer.streams).to.deep.equal([]);
      expect(() => consumer.openStream('ticks'))
        .to.throw(StreamError)
        .with.property('code', 'clientClosed');
      expect(() => producer.handle('more', () => []))
        .to.throw(StreamError)
        .with.property('code', 'clientClosed');
      await Promise.all([consumer.close(), consumer.drain(), producer.close(), producer.drain()]);
    });
  }

  it('throws connectionClosed at a reader that iterates', async () => {
    const connection = await scene.connect();
    const producer = await scene.producer({ connection, ...lastingTiming });
    const consumer = await scene.consumer({ connection, ...lastingTiming });
    await serve(producer, connection);
    let thrown: unknown;
    try {
      let bytes = 0;
      for await (const record of consumer.openStream('ticks')) {
        bytes += record.length;
        if (bytes === 40) void connection.close();
      }
    } catch (error) {
      thrown = error;
    }
    expect(thrown).to.be.instanceOf(CloseError).with.property('reason', 'connectionClosed');
  });

  it('is closed by its drain as well', async () => {
    const [forConsumer, forProducer] = await Promise.all([scene.connect(), scene.connect()]);
    await serve(await scene.producer({ connection: forProducer, ...lastingTiming }), forProducer);
    const streams = await openAll(await scene.consumer({ connection: forConsumer, ...lastingTiming }));
    await forConsumer.drain();
    const ends = await Promise.all(streams.map((stream) => stream.closed));
    expect(new Set(ends.map(({ reason }) => reason))).to.deep.equal(new Set(['connectionClosed']));
  });

  it('of the consumer has the sources of its producer cancelled as a dead one has', async () => {
    const [forConsumer, forProducer] = await Promise.all([scene.connect(), scene.connect()]);
    await serve(await scene.producer({ connection: forProducer, ...briskTiming }), forProducer);
    await openAll(await scene.consumer({ connection: forConsumer, ...lastingTiming }));
    await forConsumer.close();
    await untilTrue(() => finished === streamCount);
  });

  it('of the producer has its readers told as of a dead one', async () => {
    const [forConsumer, forProducer] = await Promise.all([scene.connect(), scene.connect()]);
    // A producer announces its timing, and a consumer that expects more raises its own.
    await serve(await scene.producer({ connection: forProducer, ...briskTiming }), forProducer);
    const streams = await openAll(await scene.consumer({ connection: forConsumer, ...briskTiming }));
    await forProducer.close();
    const ends = await Promise.all(streams.map((stream) => stream.closed));
    expect(new Set(ends.map(({ reason }) => reason))).to.deep.equal(new Set(['producerSilent']));
    expect(finished).to.equal(streamCount);
  });

  it('keeps no writer waiting that waits for room', async () => {
    const connection = await scene.connect();
    const producer = await scene.producer({ connection, ...lastingTiming });
    const consumer = await scene.consumer({ connection, ...lastingTiming });
    const { writer } = producer.addStream({ subject: 'raw', consumerId: consumer.id, streamId: 'abcdefgh' });
    const writes = Array.from({ length: 64 }, () => writer.write(new Uint8Array(64 * 1024)));
    const settled = Promise.allSettled(writes);
    await connection.close();
    await settled;
    const late = await writer.write('more').catch((error: unknown) => error);
    expect(late).to.be.instanceOf(StreamError).with.property('code', 'writerClosed');
  });

  it('keeps no drain waiting that is under way', async () => {
    const connection = await scene.connect();
    const producer = await scene.producer({ connection, ...lastingTiming });
    const consumer = await scene.consumer({ connection, ...lastingTiming });
    await serve(producer, connection);
    await openAll(consumer);
    const drained = Promise.all([producer.drain(), consumer.drain()]);
    await connection.close();
    await drained;
    expect(finished).to.equal(streamCount);
  });
});
