import { expect } from 'chai';
import type { ProducerClient } from '../../src/index.js';
import { numberedRecords, numberOf } from '../support/numbered.js';
import { numbersUpTo, startScene, untilTrue, type Scene } from '../support/scene.js';
import type { TestConnection } from '../support/transports.js';

const streamCount = 1_000;
const recordCount = 20;
/** A machine that is busy for minutes makes nobody look dead. */
const lastingTiming = { missedHeartbeatsMax: 50, silenceTimeoutMs: 600_000, openTimeoutMs: 600_000 };

describe('1,000 streams at once', () => {
  let scene: Scene;
  beforeEach(async () => {
    scene = await startScene();
  });
  afterEach(() => scene.stop());

  /** Every source waits at a gate until all have started, so that all streams are open together. */
  function serve(producer: ProducerClient): { readonly mostAtOnce: () => number } {
    let most = 0;
    let open: () => void = () => undefined;
    const allStarted = new Promise<void>((resolve) => {
      open = resolve;
    });
    producer.handle('many', async function* (request) {
      most = Math.max(most, producer.streams.length);
      if (producer.streams.length === streamCount) open();
      await allStarted;
      for await (const record of numberedRecords(recordCount)) {
        yield record;
        // Lets the streams take turns, as sources that read from somewhere do.
        await Promise.resolve();
      }
      yield request.body;
    });
    return { mostAtOnce: () => most };
  }

  async function openAndCheck(forConsumer: TestConnection, forProducer: TestConnection): Promise<void> {
    const consumer = await scene.consumer({ connection: forConsumer, ...lastingTiming });
    const producer = await scene.producer({ connection: forProducer, ...lastingTiming });
    const { mostAtOnce } = serve(producer);
    // The server has the subscription when it answers.
    await forProducer.flush();
    const streams = Array.from({ length: streamCount }, (_, index) => consumer.openStream('many', `body ${index}`));
    expect(consumer.streams).to.have.lengthOf(streamCount);
    const contents = await Promise.all(
      streams.map(async (stream) => {
        const records: Uint8Array[] = [];
        for await (const record of stream) records.push(record);
        return records;
      }),
    );
    const ends = await Promise.all(streams.map((stream) => stream.closed));
    const total = contents.reduce((sum, records) => sum + records.length, 0);
    console.log(`      ${streamCount} streams, ${mostAtOnce()} at once, ${total} records`);

    expect(mostAtOnce()).to.equal(streamCount);
    expect(total).to.equal(streamCount * (recordCount + 1));
    contents.forEach((records, index) => {
      const bodies = records.slice(recordCount).map((record) => new TextDecoder().decode(record));
      expect(bodies).to.deep.equal([`body ${index}`]);
      const numbers = records.slice(0, recordCount).map(numberOf);
      expect(numbers).to.deep.equal(numbersUpTo(recordCount));
    });
    expect(new Set(ends.map(({ reason }) => reason))).to.deep.equal(new Set(['completed']));
    expect(consumer.streams).to.deep.equal([]);
    // A producer keeps a stream until it hears that everything has arrived.
    await untilTrue(() => producer.streams.length === 0);
    expect(scene.warnings).to.deep.equal([]);
  }

  it('all complete with every record on one connection for both clients', async () => {
    const connection = await scene.connect();
    await openAndCheck(connection, connection);
  });

  it('all complete with every record on a connection for each client', async () => {
    await openAndCheck(await scene.connect(), await scene.connect());
  });
});
