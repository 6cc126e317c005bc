/**
 * How long the page takes to open a recording of a million trace events, how long it takes to show a moment of it, and
 * what it holds then: `npm run bench:recording`, or with so many events and streams as arguments.
 */
import { closeSync, mkdtempSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLoad, recordsPerRound } from '../browser/load-records.js';
import { closed, untilMoment } from '../browser/sample-page.js';
import { setStage } from '../support/page.js';
import { sampleHeader } from '../visualizations/sample-run.js';
import { sendRecording } from '../../src/cli/view/recording-file.js';
import { listPage } from '../../src/cli/view/page-files.js';
import { startPageServer } from '../../src/cli/view/page-server.js';
import { builtPage } from '../support/built-page.js';

const [events = 1_000_000, streams = 790] = process.argv.slice(2).map(Number);
const folder = mkdtempSync(join(tmpdir(), 'nats-stream-bench-'));
const file = join(folder, 'million.jsonl');
const load = createLoad(streams);
const lines = (records: readonly unknown[]): string => records.map((record) => `${JSON.stringify(record)}\n`).join('');
const descriptor = openSync(file, 'w');
writeSync(descriptor, lines([{ ...sampleHeader, startedAt: Date.now() }, ...load.opening]));
let written = load.opening.length;
for (; written < events; written += 1_000 * recordsPerRound) {
  writeSync(descriptor, lines(load.next(1_000 * recordsPerRound, (written / events) * 600_000)));
}
closeSync(descriptor);

const stage = await setStage();
const server = await startPageServer({
  files: listPage(builtPage()),
  port: 0,
  records: { file, send: (response, bytes) => void sendRecording(file, bytes, response) },
});
try {
  const begin = performance.now();
  const page = await stage.open({ url: server.url });
  await page.getByRole('status').filter({ hasText: 'complete' }).waitFor();
  await untilMoment(page, written);
  const megabytes = Math.round(statSync(file).size / 1e6);
  console.log(`${written} events, ${megabytes} MB: whole after ${((performance.now() - begin) / 1_000).toFixed(1)} s`);
  for (const part of [0.9, 0.1, 0.5, 0.73, 0.74]) {
    const moment = Math.floor(written * part);
    const took = await page.evaluate(
      (seq) =>
        new Promise<number>((resolve) => {
          const from = performance.now();
          location.hash = `#at=${seq}`;
          const look = (): void => {
            const isThere = document.querySelector('.time-shown')?.textContent.endsWith(`#${seq}`) === true;
            if (isThere) resolve(performance.now() - from);
            else requestAnimationFrame(look);
          };
          look();
        }),
      moment,
    );
    console.log(`to event ${moment}: ${Math.round(took)} ms`);
  }
  const session = await page.context().newCDPSession(page);
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize, backingStorageSize } = (await session.send('Runtime.getHeapUsage')) as {
    usedSize: number;
    backingStorageSize?: number;
  };
  console.log(
    `${Math.round(usedSize / 1e6)} MB of objects, ${Math.round((backingStorageSize ?? 0) / 1e6)} MB of buffers`,
  );
  await closed(page);
} finally {
  await stage.close();
  await server.close();
  rmSync(folder, { recursive: true });
}
