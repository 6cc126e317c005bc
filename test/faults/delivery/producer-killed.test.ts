import { expect } from 'chai';
import { startProcess } from '../../support/processes.js';
import { briskTiming, startScene, type Scene } from '../../support/scene.js';
import { tallyOf, tell } from '../../support/tally.js';

const reportEvery = 1_000;

describe('a producer that is killed with kill -9 mid-stream', () => {
  let scene: Scene;
  beforeEach(async () => {
    scene = await startScene();
  });
  afterEach(() => scene.stop());

  for (const [name, windowRecords] of [
    ['with the default window', 16_384],
    ['with a window of 16 records', 16],
  ] as const) {
    it(`${name}: its reader gets everything that had been sent, in order, then 1006`, async () => {
      const process = startProcess('delivery-producer-process', {
        url: scene.server.url,
        records: 0,
        bytes: 128,
        reportEvery,
        options: briskTiming,
      });
      try {
        await process.until('ready');
        const consumer = await scene.consumer({ ...briskTiming, windowRecords });
        const stream = consumer.openStream('confirmed');
        let readAtDeath = 0;
        const { records, missing, repeated, error } = await tallyOf(stream, (count) => {
          if (count !== 10 * reportEvery) return undefined;
          // The reader stands still here, so that what comes meanwhile waits in its queue.
          readAtDeath = count;
          return process.kill();
        });
        const sent = Math.max(...process.reports.map((report) => (report.type === 'sent' ? report.records : 0)));
        const end = await stream.closed;
        tell(`${sent} records confirmed by the server, ${records} read, ${readAtDeath} of them before the death`);
        expect({ missing, repeated }).to.deep.equal({ missing: 0, repeated: 0 });
        expect(records).to.be.at.least(sent);
        expect(records).to.equal(end.records);
        expect(end).to.include({ reason: 'producerSilent', code: 1006 });
        expect(error).to.have.property('code', 1006);
        expect(sent).to.be.greaterThan(0);
      } finally {
        await process.kill();
      }
    });
  }
});
