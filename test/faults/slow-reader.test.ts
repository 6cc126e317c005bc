import { expect } from 'chai';
import { CloseError } from '../../src/index.js';
import { numberedRecords, numberOf } from '../support/numbered.js';
import { numbersUpTo, readNumbers, startScene, untilTrue, type Scene } from '../support/scene.js';

const otherCount = 20;
const recordCount = 2_000;
const bufferedRecordsMax = 500;

describe('a reader that stops reading a plain stream', () => {
  let scene: Scene;
  beforeEach(async () => {
    scene = await startScene();
  });
  afterEach(() => scene.stop());

  it('ends with slowReader, which says how many records wait; 20 other readers of the client get everything', async () => {
    const connection = await scene.connect();
    const producer = await scene.producer({ connection });
    const aborted: string[] = [];
    producer.handle('busy', async function* ({ streamId, signal }) {
      signal.addEventListener('abort', () => aborted.push(streamId));
      for await (const record of numberedRecords(recordCount)) {
        yield record;
        // A breath after each hundred, so that the readers that read keep up.
        if (numberOf(record) % 100 === 99) await new Promise((resolve) => setTimeout(resolve, 2));
      }
    });
    await connection.flush();

    const consumer = await scene.consumer({ offerDelivery: false, bufferedRecordsMax });
    const stopped = consumer.openStream('busy');
    const reader = stopped[Symbol.asyncIterator]();
    expect(numberOf((await reader.next()).value as Uint8Array)).to.equal(0);

    const others = Array.from({ length: otherCount }, () => consumer.openStream('busy'));
    const contents = await Promise.all(others.map(readNumbers));
    for (const numbers of contents) expect(numbers).to.deep.equal(numbersUpTo(recordCount));
    for (const stream of others) expect((await stream.closed).reason).to.equal('completed');

    const end = await stopped.closed;
    expect(end.reason).to.equal('slowReader');
    expect(end.code).to.equal(1006);
    expect(end.text).to.match(/^the reader is too slow: 500 records of 4000 bytes wait\b/);
    expect(end.records).to.equal(bufferedRecordsMax + 1);
    expect(aborted.filter((id) => id !== stopped.id)).to.deep.equal([]);
    expect(scene.warnings).to.deep.equal([]);

    const rest: number[] = [];
    let thrown: unknown;
    try {
      for (;;) {
        const next = await reader.next();
        if (next.done === true) break;
        rest.push(numberOf(next.value));
      }
    } catch (error) {
      thrown = error;
    }
    expect(rest, 'what waited is still read, in order').to.deep.equal(numbersUpTo(bufferedRecordsMax + 1).slice(1));
    expect(thrown).to.be.instanceOf(CloseError).with.property('reason', 'slowReader');
  });

  it('is bounded by bytes as well as by records', async () => {
    const connection = await scene.connect();
    const producer = await scene.producer({ connection });
    producer.handle('wide', ({ signal }) => numberedRecords(recordCount, { bytes: 1_000, everyMs: 0, signal }));
    await connection.flush();
    const consumer = await scene.consumer({ offerDelivery: false, bufferedBytesMax: 50_000 });
    const end = await consumer.openStream('wide').closed;
    expect(end.reason).to.equal('slowReader');
    expect(end.text).to.match(/^the reader is too slow: 50 records of 50000 bytes wait\b/);
  });

  it('has its source cancelled by the next heartbeat', async () => {
    const connection = await scene.connect();
    const producer = await scene.producer({
      connection,
      heartbeatIntervalMs: 200,
      heartbeatRequestTimeoutMs: 100,
      missedHeartbeatsMax: 20,
    });
    const finished: string[] = [];
    producer.handle('endless', async function* ({ streamId, signal }) {
      try {
        yield* numberedRecords(Infinity, { everyMs: 1, signal });
      } finally {
        finished.push(streamId);
      }
    });
    await connection.flush();
    const consumer = await scene.consumer({ offerDelivery: false, bufferedRecordsMax: 10 });
    const stopped = consumer.openStream('endless');
    expect((await stopped.closed).reason).to.equal('slowReader');
    await untilTrue(() => finished.length === 1);
    expect(finished).to.deep.equal([stopped.id]);
    await untilTrue(() => producer.streams.length === 0);
  });
});
