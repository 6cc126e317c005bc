import { connect } from 'nats';
import {
  createReadStream,
  createWriteStream,
  mkdtempSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { built, numberArgument } from '../support/bench.js';
import { measureMemory } from '../support/memory.js';
import { startNatsServer } from '../support/nats-server.js';

/**
 * Measures what a large file costs in memory on its way through a stream, with both clients in this process: what is
 * held at most while it passes, beside what was held before. `Readable.from(stream)` goes to a file by `pipeline`,
 * `stream.readable()` to a sink of the web. What is held does not depend on the size of the file.
 *
 * `npm run bench:files [-- --mebibytes 1024]`
 */

const mebibyte = 1024 * 1024;
const bytes = numberArgument('--mebibytes', 1_024) * mebibyte;
const { ConsumerClient, ProducerClient } = (await built('index.js')) as typeof import('../../src/index.js');

const server = await startNatsServer();
const folder = mkdtempSync(join(tmpdir(), 'bench-files-'));
const [from, to] = [join(folder, 'from'), join(folder, 'to')];
writeFileSync(from, '');
truncateSync(from, bytes);
const connections = await Promise.all([connect({ servers: server.url }), connect({ servers: server.url })]);
const producer = new ProducerClient({ connection: connections[0] });
const consumer = new ConsumerClient({ connection: connections[1] });
await producer.handle('file', () => createReadStream(from)).ready;

const ways: Readonly<Record<string, () => Promise<number>>> = {
  'pipeline(Readable.from(stream), file)': async () => {
    await pipeline(Readable.from(consumer.openStream('file')), createWriteStream(to));
    return statSync(to).size;
  },
  'stream.readable().pipeTo(sink)': async () => {
    let received = 0;
    await consumer
      .openStream('file')
      .readable()
      .pipeTo(new WritableStream({ write: ({ length }) => void (received += length) }));
    return received;
  },
};

for (const [name, run] of Object.entries(ways)) {
  const before = measureMemory();
  let heldBytes = 0;
  let rssBytes = 0;
  const timer = setInterval(() => {
    const now = measureMemory();
    heldBytes = Math.max(heldBytes, now.heldBytes - before.heldBytes);
    rssBytes = Math.max(rssBytes, now.rssBytes);
  }, 1_000);
  const startedAtMs = performance.now();
  const received = await run();
  const seconds = (performance.now() - startedAtMs) / 1000;
  clearInterval(timer);
  if (received !== bytes) throw new Error(`expected ${bytes} bytes, came ${received}`);
  const mebibytes = (count: number) => `${(count / mebibyte).toFixed(1)} MiB`;
  console.log(
    `${name.padEnd(38)} ${mebibytes(bytes)} in ${seconds.toFixed(1)} s, held at most ${mebibytes(heldBytes)} more, ` +
      `resident at most ${mebibytes(rssBytes)}`,
  );
}
await Promise.all(connections.map((connection) => connection.close()));
await server.kill();
rmSync(folder, { recursive: true, force: true });
