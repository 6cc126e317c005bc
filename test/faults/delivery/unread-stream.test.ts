import { expect } from 'chai';
import { startNatsServer, type NatsServer } from '../../support/nats-server.js';
import { startProcess, type RunningProcess } from '../../support/processes.js';
import { hardyTiming, tell } from '../../support/tally.js';

const recordCount = 1_000_000;
const recordBytes = 128;
const windowBytes = 256 * 1024;
const reportEvery = 100_000;

/** How much more a process may hold after a million records than after the first 100,000: code that was compiled, and windows. */
const growthBytesMax = 8 * 1024 * 1024;

/** The same for all memory that the system has given it, of which the collector gives back late. */
const rssGrowthBytesMax = 48 * 1024 * 1024;

describe('a stream that is never read, from a producer that never stops', () => {
  let server: NatsServer;
  const processes: RunningProcess[] = [];
  beforeEach(async () => {
    server = await startNatsServer();
  });
  afterEach(async () => {
    await Promise.all(processes.splice(0).map((running) => running.kill()));
    await server.kill();
  });

  it('holds a window, and the memory of both clients stays flat over 1,000,000 records of another stream', async () => {
    const options = { ...hardyTiming, windowBytes };
    const setting = { url: server.url, reportEvery, options };
    const producer = startProcess('delivery-producer-process', {
      ...setting,
      records: recordCount,
      bytes: recordBytes,
    });
    processes.push(producer);
    await producer.until('ready');
    const consumer = startProcess('unread-consumer-process', setting);
    processes.push(consumer);
    const end = await consumer.until('ended');
    expect(end).to.include({ streamId: 'counted', reason: 'completed', records: recordCount });

    for (const [name, { reports }] of Object.entries({ producer, consumer })) {
      const samples = reports.flatMap((report) => (report.type === 'memory' ? [report] : []));
      // What was measured before all code had run for a while says little.
      const counted = samples.filter(({ records }) => records >= reportEvery);
      expect(counted.length, 'samples').to.be.at.least(recordCount / reportEvery - 1);
      const growth = growthOf(counted.map(({ heldBytes }) => heldBytes));
      const rssGrowth = growthOf(counted.map(({ rssBytes }) => rssBytes));
      tell(
        `${name}: ${inMiB(counted[0]?.heldBytes)} MiB held and ${inMiB(counted[0]?.rssBytes)} MiB resident after ` +
          `${reportEvery} records; ${inMiB(growth)} and ${inMiB(rssGrowth)} MiB more at most up to ${recordCount}`,
      );
      expect(growth, `${name}: held`).to.be.lessThan(growthBytesMax);
      expect(rssGrowth, `${name}: resident`).to.be.lessThan(rssGrowthBytesMax);
    }

    const unread = producer.reports.flatMap((report) => (report.type === 'memory' ? [report.unread] : []));
    tell(`${unread.at(-1) ?? 0} records of the stream that nobody reads were taken from its source`);
    // The window and the record that waits for more of it: its source stood still while the other stream ran.
    const least = Math.floor(windowBytes / recordBytes);
    for (const count of unread.slice(1)) expect(count).to.be.within(least, least + 1);
  });
});

/** How much greater a later value is than the first one, at most. */
function growthOf([first = 0, ...later]: readonly number[]): number {
  return Math.max(0, ...later.map((value) => value - first));
}

function inMiB(bytes = 0): string {
  return (bytes / 2 ** 20).toFixed(1);
}
