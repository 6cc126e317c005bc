import { expect } from 'chai';
import { pause } from '../../support/numbered.js';
import { startScene, type Scene } from '../../support/scene.js';
import { hardyTiming, tallyOf, tell } from '../../support/tally.js';

const recordCount = 200_000;
const stopCount = 3;

/** Several heartbeats long, and longer than T: the heartbeat under way is missed. */
const stopMs = 6 * hardyTiming.heartbeatRequestTimeoutMs;

describe('a process that is stopped with SIGSTOP for longer than T, and continued', () => {
  let scene: Scene;
  beforeEach(async () => {
    scene = await startScene();
  });
  afterEach(() => scene.stop());

  it('of the producer: its reader gets every record, in order and once', async () => {
    const { pid } = await scene.producerProcess({
      subject: 'numbers',
      records: recordCount,
      bytes: 128,
      options: hardyTiming,
    });
    const consumer = await scene.consumer(hardyTiming);
    const stream = consumer.openStream('numbers');
    let stops = 0;
    let running = Promise.resolve();
    const { records, missing, repeated, error } = await tallyOf(stream, (count) => {
      if (stops < stopCount && count >= ((stops + 1) * recordCount) / (stopCount + 1)) {
        stops += 1;
        running = running.then(() => stopFor(pid));
      }
      return undefined;
    });
    await running;
    tell(`${records} records, ${missing} missing, ${repeated} repeated, ${stops} stops of ${stopMs} ms`);
    expect(error).to.equal(undefined);
    expect({ records, missing, repeated, stops }).to.deep.equal({
      records: recordCount,
      missing: 0,
      repeated: 0,
      stops: stopCount,
    });
    expect((await stream.closed).reason).to.equal('completed');
  });

  it('of the consumer: its streams live, and their sources wait for it', async () => {
    const process = scene.consumerProcess({ subject: 'numbers', streams: 2, options: hardyTiming });
    const producer = await scene.producer(hardyTiming);
    let aborted = 0;
    const yielded = new Map<string, number>();
    producer.handle('numbers', async function* ({ streamId, signal }) {
      signal.addEventListener('abort', () => (aborted += 1));
      for (let index = 0; index < recordCount; index += 1) {
        yielded.set(streamId, index + 1);
        yield new Uint8Array(128);
        if (index % 1_000 === 0) await pause(1);
      }
    });
    await process.until('flowing');
    await stopFor(process.pid);
    const ends = await Promise.all([
      process.until('ended'),
      process.until('ended', ({ streamId }) => streamId !== firstEnded()),
    ]);
    function firstEnded(): string {
      const first = process.reports.find(({ type }) => type === 'ended');
      return first?.type === 'ended' ? first.streamId : '';
    }
    tell(`${ends.map(({ records }) => records).join(' and ')} records, a stop of ${stopMs} ms`);
    for (const { reason, records } of ends) {
      expect({ reason, records }).to.deep.equal({ reason: 'completed', records: recordCount });
    }
    expect(aborted).to.equal(0);
    expect([...yielded.values()]).to.deep.equal([recordCount, recordCount]);
  });
});

async function stopFor(pid: number): Promise<void> {
  process.kill(pid, 'SIGSTOP');
  await pause(stopMs);
  process.kill(pid, 'SIGCONT');
}
