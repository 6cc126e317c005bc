import { expect } from 'chai';
import { numberedRecord, pause } from '../../support/numbered.js';
import { numbersUpTo, readNumbers, startScene, untilTrue, type Scene } from '../../support/scene.js';
import { hardyTiming, tell } from '../../support/tally.js';

const streamCount = 80;
const recordBytes = 64 * 1024;
const countedRecords = 20_000;

/** The default of `clientWindowBytes`: half of what a nats-server 2.9 holds for a connection before it holds publishers back. */
const underWayBytesMax = 16 * 1024 * 1024;

/** Nobody is taken for dead, however long this takes. */
const timing = { ...hardyTiming, missedHeartbeatsMax: 400, silenceTimeoutMs: 120_000, openTimeoutMs: 120_000 };

describe('a reader process that stands still', function () {
  this.timeout(90_000);
  let scene: Scene;
  beforeEach(async () => {
    scene = await startScene();
  });
  afterEach(() => scene.stop());

  it(`with ${streamCount} streams is sent no more than clientWindowBytes, and another reader gets everything meanwhile`, async () => {
    const producer = await scene.producer(timing);
    let yieldedBytes = 0;
    producer.handle('filled', async function* ({ signal }) {
      while (!signal.aborted) {
        yieldedBytes += recordBytes;
        yield new Uint8Array(recordBytes);
        await pause(0);
      }
    });
    producer.handle('counted', function* () {
      for (let index = 0; index < countedRecords; index += 1) yield numberedRecord(index, 1_024);
    });
    const process = scene.consumerProcess({ subject: 'filled', streams: streamCount, options: timing });
    const flowing = () => process.reports.filter(({ type }) => type === 'flowing').length;
    await untilTrue(() => flowing() === streamCount);
    const other = await scene.consumer(timing);

    globalThis.process.kill(process.pid, 'SIGSTOP');
    const yieldedByThen = yieldedBytes;
    const stream = other.openStream('counted');
    const numbers = await readNumbers(stream);
    expect(numbers).to.deep.equal(numbersUpTo(countedRecords));
    expect((await stream.closed).reason).to.equal('completed');
    // Each source has one record more, which waits. Where the window was full as the process was stopped, none is made.
    const sinceThen = yieldedBytes - yieldedByThen;
    tell(`${(sinceThen / 2 ** 20).toFixed(1)} MiB were made for the ${streamCount} streams of the stopped process`);
    expect(sinceThen).to.be.at.most(underWayBytesMax + streamCount * recordBytes);

    globalThis.process.kill(process.pid, 'SIGCONT');
    await untilTrue(() => yieldedBytes > yieldedByThen + 4 * underWayBytesMax);
    expect(process.reports.filter(({ type }) => type === 'ended')).to.deep.equal([]);
  });
});
