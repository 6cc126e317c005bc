import { expect } from 'chai';
import { startScene, type Scene } from '../../support/scene.js';
import { hardyTiming, tallyOf, tell } from '../../support/tally.js';

const recordCount = 1_000_000;
const restartCount = 20;

describe('a nats-server that is killed and restarted 20 times during 1,000,000 records', () => {
  let scene: Scene;
  beforeEach(async () => {
    scene = await startScene();
  });
  afterEach(() => scene.stop());

  it('has every record read, in order and once', async () => {
    await scene.producerProcess({ subject: 'million', records: recordCount, bytes: 128, options: hardyTiming });
    const consumer = await scene.consumer(hardyTiming);
    const stream = consumer.openStream('million');
    let restarts = 0;
    let restarting = Promise.resolve();
    const startedAtMs = performance.now();
    const { records, missing, repeated, error } = await tallyOf(stream, (count) => {
      // Evenly over the records: one that has been read lies before the kill, the window's worth after it does not.
      if (restarts < restartCount && count >= ((restarts + 1) * recordCount) / (restartCount + 1)) {
        restarts += 1;
        restarting = restarting.then(() => scene.server.restart());
      }
      return undefined;
    });
    await restarting;
    const end = await stream.closed;
    const seconds = (performance.now() - startedAtMs) / 1_000;
    tell(`${records} records, ${missing} missing, ${repeated} repeated, ${restarts} restarts, ${seconds.toFixed(1)} s`);
    expect(error).to.equal(undefined);
    expect(end).to.include({ reason: 'completed', code: 1000, records: recordCount, bytes: recordCount * 128 });
    expect({ records, missing, repeated, restarts }).to.deep.equal({
      records: recordCount,
      missing: 0,
      repeated: 0,
      restarts: restartCount,
    });
    expect(scene.warnings).to.deep.equal([]);
  });
});
