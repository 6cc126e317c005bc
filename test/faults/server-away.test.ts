import { expect } from 'chai';
import { numberedRecords, numberOf, pause } from '../support/numbered.js';
import { briskTiming, numbersUpTo, startScene, untilStatus, untilTrue, type Scene } from '../support/scene.js';

describe('what is asked of the clients while the nats-server is away', () => {
  let scene: Scene;
  beforeEach(async () => {
    scene = await startScene();
  });
  afterEach(() => scene.stop());

  for (const client of ['nats 2', '@nats-io/transport-node 3'] as const) {
    it(`starts a stream that was opened, on ${client}, when it is back`, async () => {
      // One connection for both: the producer subscribes again before the consumer asks.
      const connection = await scene.connect({ client });
      const producer = await scene.producer({ connection, ...briskTiming });
      const consumer = await scene.consumer({ connection, ...briskTiming });
      let starts = 0;
      producer.handle('late', () => {
        starts += 1;
        return numberedRecords(20);
      });
      const [disconnected, reconnected] = [untilStatus(connection, 'disconnect'), untilStatus(connection, 'reconnect')];
      await scene.server.kill();
      await disconnected;

      const numbers: number[] = [];
      const stream = consumer.openStream('late', undefined, { onRecord: (record) => numbers.push(numberOf(record)) });
      // Long enough for the client to have tried and failed several times, which drops what it was given meanwhile.
      await pause(500);
      await scene.server.restart();
      await reconnected;
      const end = await stream.closed;
      expect(end.reason).to.equal('completed');
      expect(numbers).to.deep.equal(numbersUpTo(20));
      expect(starts).to.equal(1);
    });
  }

  it('has a cancelled stream stopped at its producer when it is back', async () => {
    const forProducer = await scene.connect();
    const producer = await scene.producer({ connection: forProducer, ...briskTiming });
    let finished = false;
    producer.handle('ticks', async function* ({ signal }) {
      try {
        yield* numberedRecords(Infinity, { everyMs: 20, signal });
      } finally {
        finished = true;
      }
    });
    await forProducer.flush();
    const connection = await scene.connect();
    const consumer = await scene.consumer({ connection, ...briskTiming });
    let records = 0;
    const stream = consumer.openStream('ticks', undefined, { onRecord: () => (records += 1) });
    await untilTrue(() => records >= 5);
    const disconnected = untilStatus(connection, 'disconnect');
    await scene.server.kill();
    await disconnected;
    stream.cancel();
    expect((await stream.closed).reason).to.equal('cancelled');
    expect(finished).to.equal(false);
    await scene.server.restart();
    await untilTrue(() => finished);
    await untilTrue(() => producer.streams.length === 0);
  });

  it('has the readers of a closed producer told with 1001 when it is back', async () => {
    // One connection for both: nobody hears what a producer publishes before the inbox of its reader is back.
    const connection = await scene.connect();
    const producer = await scene.producer({ connection });
    // No record is on its way when the server is killed: that one would be lost, and the reader told so.
    producer.handle('ticks', async function* ({ signal }) {
      yield* numberedRecords(5);
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
    });
    const consumer = await scene.consumer({ connection });
    let records = 0;
    const stream = consumer.openStream('ticks', undefined, { onRecord: () => (records += 1) });
    await untilTrue(() => records >= 5);
    const disconnected = untilStatus(connection, 'disconnect');
    await scene.server.kill();
    await disconnected;
    await producer.close();
    await scene.server.restart();
    const end = await stream.closed;
    expect(end).to.include({ reason: 'closed', code: 1001 });
  });

  it('keeps no writer waiting whose client is closed', async () => {
    const connection = await scene.connect();
    const producer = await scene.producer({ connection });
    const consumer = await scene.consumer({ connection });
    const { writer } = producer.addStream({ subject: 'raw', consumerId: consumer.id, streamId: 'abcdefgh' });
    const disconnected = untilStatus(connection, 'disconnect');
    await scene.server.kill();
    await disconnected;
    const writing = Promise.allSettled([writer.write('waits for the server')]);
    await producer.close();
    await writing;
  });

  it('has drain and close of both clients done without it', async () => {
    const [forConsumer, forProducer] = await Promise.all([scene.connect(), scene.connect()]);
    const producer = await scene.producer({ connection: forProducer, ...briskTiming });
    let finished = 0;
    producer.handle('ticks', async function* ({ signal }) {
      try {
        yield* numberedRecords(Infinity, { everyMs: 20, signal });
      } finally {
        finished += 1;
      }
    });
    await forProducer.flush();
    const draining = await scene.consumer({ connection: forConsumer, ...briskTiming });
    const closing = await scene.consumer({ connection: forConsumer, ...briskTiming });
    let flowing = 0;
    const streams = [draining, closing].map((consumer) => {
      let records = 0;
      return consumer.openStream('ticks', undefined, { onRecord: () => (flowing += records++ === 0 ? 1 : 0) });
    });
    await untilTrue(() => flowing === 2);
    const disconnected = Promise.all([forConsumer, forProducer].map((each) => untilStatus(each, 'disconnect')));
    await scene.server.kill();
    await disconnected;

    await Promise.all([draining.drain(), closing.close()]);
    const ends = await Promise.all(streams.map((stream) => stream.closed));
    expect(ends.map(({ reason }) => reason)).to.deep.equal(['cancelled', 'cancelled']);
    await producer.drain();
    expect(finished).to.equal(2);
  });
});
