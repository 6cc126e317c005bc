import { expect } from 'chai';
import { numberedRecord, pause } from '../../support/numbered.js';
import { startScene, type Scene } from '../../support/scene.js';
import { hardyTiming, tallyOf, tell } from '../../support/tally.js';

const recordCount = 10_000;
const windowRecords = 16;
const heartbeatIntervalMs = 500;

/** Many heartbeats, and several silence timeouts. */
const pauseMs = 60_000;

describe('a reader that pauses for a minute with a window of 16 records', () => {
  let scene: Scene;
  beforeEach(async () => {
    scene = await startScene();
  });
  afterEach(() => scene.stop());

  it('holds its source at the window, keeps its stream, and then reads every record, in order and once', async () => {
    const timing = {
      ...hardyTiming,
      heartbeatIntervalMs,
      heartbeatRequestTimeoutMs: heartbeatIntervalMs,
      missedHeartbeatsMax: 15,
      silenceTimeoutMs: 10_000,
      openTimeoutMs: 10_000,
    };
    const connection = await scene.connect();
    const producer = await scene.producer({ connection, ...timing });
    let yielded = 0;
    producer.handle('numbers', function* () {
      for (; yielded < recordCount; yielded += 1) yield numberedRecord(yielded, 128);
    });
    await connection.flush();
    const consumer = await scene.consumer({ ...timing, windowRecords });
    const stream = consumer.openStream('numbers');
    const readBefore = 1_000;
    let readByThen = 0;
    let furthestAhead = 0;
    const { records, missing, repeated, error } = await tallyOf(stream, (count) => {
      furthestAhead = Math.max(furthestAhead, yielded - count);
      if (count !== readBefore) return undefined;
      return pause(pauseMs).then(() => {
        readByThen = yielded;
      });
    });
    tell(
      `${records} records, ${missing} missing, ${repeated} repeated; ${readByThen - readBefore} ahead after a pause of ${pauseMs} ms`,
    );
    expect(error).to.equal(undefined);
    expect({ records, missing, repeated }).to.deep.equal({ records: recordCount, missing: 0, repeated: 0 });
    expect((await stream.closed).reason).to.equal('completed');
    // What has left the source: the window, of which the record that the reader holds may be one, and the next that waits.
    expect(readByThen - readBefore).to.be.within(1, windowRecords + 1);
    expect(furthestAhead).to.be.at.most(windowRecords + 1);
    expect(scene.warnings).to.deep.equal([]);
  });
});
