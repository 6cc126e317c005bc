import { expect } from 'chai';
import { setImmediate } from 'node:timers/promises';
import { StreamError, type ConsumerStream } from '../../../src/index.js';
import { numberedRecord, numberOf } from '../../support/numbered.js';
import { startScene, type Scene } from '../../support/scene.js';
import { hardyTiming, tell } from '../../support/tally.js';
import { startTcpProxy } from '../../support/tcp-proxy.js';

const mebibyte = 2 ** 20;

describe('records that do not fit into one message', () => {
  let scene: Scene;
  beforeEach(async () => {
    scene = await startScene();
  });
  afterEach(async () => {
    expect(scene.warnings).to.deep.equal([]);
    await scene.stop();
  });

  it('of 64 MiB come whole, and hold up the records of another stream by one fragment at most', async () => {
    const large = patternOf(64 * mebibyte);
    const connection = await scene.connect();
    const producer = await scene.producer({ connection, ...hardyTiming });
    const consumer = await scene.consumer(hardyTiming);
    let isLargeDone = false;
    let fragments = 0;
    let fragmentBytesMax = 0;
    let largestDelay = 0;
    // For each small record that was written and not yet published: how many fragments had been published by then.
    let written: number[] = [];
    let smallId = '';
    let largeId = '';
    const publish = connection.publish.bind(connection);
    connection.publish = (subject, payload, options) => {
      if (subject.endsWith(largeId)) {
        fragments += 1;
        fragmentBytesMax = Math.max(fragmentBytesMax, payload?.length ?? 0);
      }
      if (subject.endsWith(smallId)) {
        for (const before of written) largestDelay = Math.max(largestDelay, fragments - before);
        written = [];
      }
      publish(subject, payload, options);
    };
    producer.handle('large', () => [large]);
    let smallCount = 0;
    producer.handle('small', async function* () {
      for (; !isLargeDone; smallCount += 1) {
        await setImmediate();
        written.push(fragments);
        yield numberedRecord(smallCount);
      }
    });
    await connection.flush();

    const small = consumer.openStream('small');
    smallId = small.id;
    const smallRead = readAll(small);
    const stream = consumer.openStream('large');
    largeId = stream.id;
    const records = await readAll(stream);
    isLargeDone = true;
    const smallNumbers = (await smallRead).map(numberOf);

    tell(
      `1 record of 64 MiB in ${fragments} messages of at most ${fragmentBytesMax} bytes; ` +
        `${smallNumbers.length} small records meanwhile, at most ${largestDelay} fragments between write and publish`,
    );
    expect(records.map(({ length }) => length)).to.deep.equal([64 * mebibyte]);
    expect(Buffer.compare(records[0] ?? new Uint8Array(), large)).to.equal(0);
    expect(fragments).to.be.greaterThan(64);
    expect(fragmentBytesMax).to.be.at.most(mebibyte);
    expect(largestDelay).to.be.at.most(1);
    expect(smallNumbers).to.deep.equal(Array.from({ length: smallCount }, (_, index) => index));
    // The other stream went on while the large record was under way.
    expect(smallCount).to.be.greaterThan(fragments / 4);
  });

  it('come whole and once over connections that are reset amid their fragments', async () => {
    const proxy = await startTcpProxy(scene.server.port);
    try {
      const records = Array.from({ length: 4 }, (_, index) => patternOf(8 * mebibyte + index));
      const connection = await scene.connect({ url: proxy.url });
      const producer = await scene.producer({ connection, ...hardyTiming });
      let fragments = 0;
      let cuts = 0;
      const publish = connection.publish.bind(connection);
      connection.publish = (subject, payload, options) => {
        publish(subject, payload, options);
        fragments += 1;
        // Once amid each record, as far as fragments of 32 KiB go.
        if (cuts < records.length && fragments >= (cuts * 8 + 4) * 32) {
          cuts += 1;
          proxy.cut();
        }
      };
      producer.handle('large', () => records);
      await connection.flush();
      const consumer = await scene.consumer({ ...hardyTiming, connection: await scene.connect({ url: proxy.url }) });
      const came = await readAll(consumer.openStream('large'));
      tell(`${came.length} records of 8 MiB, ${cuts} cuts, ${fragments} messages`);
      expect(cuts).to.equal(records.length);
      expect(came.map((record, index) => Buffer.compare(record, records[index] ?? new Uint8Array()))).to.deep.equal([
        0, 0, 0, 0,
      ]);
    } finally {
      await proxy.close();
    }
  });

  const limits = [
    ["the producer's", { recordBytesMax: 3 * mebibyte }, {}],
    ["the consumer's", {}, { recordBytesMax: 3 * mebibyte }],
    ["a plain consumer's message", {}, { offerExtension: false }],
    ["a plain producer's message", { acceptExtension: false }, {}],
  ] as const;
  for (const [whose, ofProducer, ofConsumer] of limits) {
    it(`beyond ${whose} limit are refused with tooLarge by write, and the stream goes on`, async () => {
      const connection = await scene.connect();
      const producer = await scene.producer({ connection, ...hardyTiming, ...ofProducer });
      const refusals: unknown[] = [];
      producer.handle('sizes', async function* () {
        yield 'before';
        try {
          yield new Uint8Array(3 * mebibyte + 1);
        } catch (error) {
          refusals.push(error);
        }
        yield 'after';
        await Promise.resolve();
      });
      await connection.flush();
      const consumer = await scene.consumer({ ...hardyTiming, ...ofConsumer });
      const stream = consumer.openStream('sizes');
      const records = await readAll(stream);
      expect(records.map((record) => Buffer.from(record).toString())).to.deep.equal(['before', 'after']);
      expect(refusals).to.have.lengthOf(1);
      expect(refusals[0]).to.be.instanceOf(StreamError).with.property('code', 'tooLarge');
      expect((await stream.closed).reason).to.equal('completed');
    });
  }

  it('of exactly the limit of both ends are taken', async () => {
    const recordBytesMax = 3 * mebibyte;
    const connection = await scene.connect();
    const producer = await scene.producer({ connection, ...hardyTiming, recordBytesMax });
    producer.handle('sizes', () => [new Uint8Array(recordBytesMax), new Uint8Array(0), new Uint8Array(recordBytesMax)]);
    await connection.flush();
    const consumer = await scene.consumer({ ...hardyTiming, recordBytesMax });
    const records = await readAll(consumer.openStream('sizes'));
    expect(records.map(({ length }) => length)).to.deep.equal([recordBytesMax, 0, recordBytesMax]);
  });
});

/** Bytes of which no part equals its neighbours, so that parts that change places are seen. */
function patternOf(bytes: number): Uint8Array {
  const words = new Uint32Array(Math.ceil(bytes / 4));
  for (let index = 0; index < words.length; index += 1) words[index] = Math.imul(index, 2_654_435_761);
  return new Uint8Array(words.buffer, 0, bytes);
}

async function readAll(stream: ConsumerStream): Promise<Uint8Array[]> {
  const records: Uint8Array[] = [];
  for await (const record of stream) records.push(record);
  return records;
}
