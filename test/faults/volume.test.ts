import { expect } from 'chai';
import { numberOf } from '../support/numbered.js';
import { startScene, type Scene } from '../support/scene.js';

const recordBytes = 1_024;

describe('many records through one plain stream', () => {
  let scene: Scene;
  beforeEach(async () => {
    scene = await startScene();
  });
  afterEach(() => scene.stop());

  it('300,000 records of 1 KB all arrive, in order, none missing', async () => {
    const recordCount = 300_000;
    await scene.producerProcess({ subject: 'volume', records: recordCount, bytes: recordBytes });
    const consumer = await scene.consumer({ offerDelivery: false });
    const stream = consumer.openStream('volume');
    let next = 0;
    let outOfOrder = 0;
    for await (const record of stream) {
      if (numberOf(record) !== next || record.length !== recordBytes) outOfOrder += 1;
      next += 1;
    }
    const end = await stream.closed;
    console.log(`      ${end.records} records of ${recordBytes} bytes, ${outOfOrder} out of order`);
    expect(next).to.equal(recordCount);
    expect(outOfOrder).to.equal(0);
    expect(end.reason).to.equal('completed');
    expect(end.bytes).to.equal(recordCount * recordBytes);
    expect(scene.warnings).to.deep.equal([]);
  });

  describe('a generator without an await of its own', () => {
    it('lets timers of its process fire, and never runs far ahead of what the server has taken', async () => {
      const recordCount = 60_000;
      const producerConnection = await scene.connect();
      const producer = await scene.producer({ connection: producerConnection });
      let yielded = 0;
      let delivered = 0;
      let furthestAhead = 0;
      let ticks = 0;
      let ticksAtEnd = -1;
      producer.handle('eager', function* () {
        for (; yielded < recordCount; yielded += 1) {
          furthestAhead = Math.max(furthestAhead, yielded - delivered);
          yield new Uint8Array(recordBytes);
        }
        ticksAtEnd = ticks;
      });
      await producerConnection.flush();
      const timer = setInterval(() => (ticks += 1), 1);
      const consumer = await scene.consumer({ offerDelivery: false });
      const stream = consumer.openStream('eager', undefined, { onRecord: () => (delivered += 1) });
      const end = await stream.closed;
      clearInterval(timer);

      console.log(`      ${yielded} records, ${ticksAtEnd} timer ticks meanwhile, at most ${furthestAhead} ahead`);
      expect(end.reason).to.equal('completed');
      expect(end.records).to.equal(recordCount);
      // The source stops for the server every half MiB, and each stop is a turn of the event loop.
      expect(ticksAtEnd).to.be.greaterThan(20);
      // What may be under way: two half MiB of the client, and what the sockets and the server hold.
      expect(furthestAhead * recordBytes).to.be.lessThan(16 * 1024 * 1024);
    });

    it('is stopped by its reader, though it never waits for anything', async () => {
      const producerConnection = await scene.connect();
      const producer = await scene.producer({
        connection: producerConnection,
        heartbeatIntervalMs: 100,
        heartbeatRequestTimeoutMs: 100,
        // Its answers wait their turn behind the records.
        missedHeartbeatsMax: 20,
      });
      let finished: () => void = () => undefined;
      const cleanedUp = new Promise<void>((resolve) => {
        finished = resolve;
      });
      producer.handle('endless', function* () {
        try {
          for (;;) yield new Uint8Array(recordBytes);
        } finally {
          finished();
        }
      });
      await producerConnection.flush();
      const consumer = await scene.consumer({ offerDelivery: false });
      let read = 0;
      for await (const record of consumer.openStream('endless')) {
        read += record.length;
        if (read >= 1_000 * recordBytes) break;
      }
      await cleanedUp;
      expect(producer.streams).to.deep.equal([]);
    });
  });
});
