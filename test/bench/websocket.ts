import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { connect } from 'nats';
import { chromium, type Page } from 'playwright-core';
import { built, compare, numberArgument, pacer, tableOf } from '../support/bench.js';
import { findChromium } from '../support/chromium.js';
import { findFreePort, startNatsServer } from '../support/nats-server.js';

/**
 * Measures streams to a page in Chromium over websockets, against raw publish and subscribe in the same page, by the
 * size of the frames: a server that takes less in one message has them smaller. The server cuts what it sends to a
 * browser into messages of 4,096 bytes. Prints a table for each size of frame and of record.
 *
 * `npm run bench:websocket [-- --rounds 5] [--records 100000]`
 */

const { ProducerClient } = (await built('index.js')) as typeof import('../../src/index.js');
const records = numberArgument('--records', 100_000);
const rounds = numberArgument('--rounds', 5);
const onlyFrameBytes = numberArgument('--frame-bytes', Infinity);

type Reader = Readonly<Record<'raw' | 'ours', (records: number, bytes: number) => Promise<number>>>;

/** Runs in the page. */
const read = ({ how, records, bytes }: { how: 'raw' | 'ours'; records: number; bytes: number }): Promise<number> =>
  (globalThis as unknown as { bench: Reader }).bench[how](records, bytes);

async function measure(page: Page, frameBytes: number): Promise<void> {
  const port = await findFreePort();
  const config = `websocket { listen: "127.0.0.1:${port}", no_tls: true }`;
  const server = await startNatsServer({ config, maxPayloadBytes: frameBytes });
  const connection = await connect({ servers: server.url });
  const producer = new ProducerClient({ connection });
  producer.handle('ours', function* (request) {
    const [count = 0, bytes = 0] = request.text().split(' ').map(Number);
    const record = new Uint8Array(bytes).fill(7);
    for (let index = 0; index < count; index += 1) yield record;
  });
  connection.subscribe('raw', {
    callback: (_, { data, reply = '' }) => {
      const [count = 0, bytes = 0] = new TextDecoder().decode(data).split(' ').map(Number);
      const record = new Uint8Array(bytes).fill(7);
      const pace = pacer(connection);
      void (async () => {
        for (let sent = 0; sent < count;) {
          const turn = Math.min((64 * 1024) / bytes, count - sent);
          for (let index = 0; index < turn; index += 1) connection.publish(reply, record);
          sent += turn;
          await pace(turn * bytes);
        }
      })();
    },
  });
  await connection.flush();
  await page.evaluate(
    (url) => (globalThis as unknown as { bench: { connect(url: string): Promise<void> } }).bench.connect(url),
    `ws://127.0.0.1:${port}`,
  );
  for (const bytes of [128, 1_024]) {
    const contenders = (['raw', 'ours'] as const).map((how) => ({
      name: how === 'raw' ? 'raw' : 'for await',
      run: () => page.evaluate(read, { how, records, bytes }),
    }));
    const standings = await compare(contenders, { rounds, units: records });
    process.stdout.write(`${tableOf(`${bytes} B, frames of at most ${frameBytes} B`, standings)}\n`);
  }
  await producer.close();
  await connection.close();
  await server.stop();
}

const executablePath = findChromium();
if (executablePath === undefined) throw new Error('expected a Chromium on the PATH or named by CHROMIUM, found none');
const bundle = await build({
  entryPoints: [fileURLToPath(new URL('websocket-page.ts', import.meta.url))],
  bundle: true,
  write: false,
  format: 'iife',
  platform: 'browser',
  // What the client for Node and the one for browsers have in common is the latter.
  alias: { '@nats-io/transport-node': '@nats-io/nats-core' },
});
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
for (const frameBytes of [4_000, 8_192, 16_384, 32_768]) {
  if (onlyFrameBytes !== Infinity && onlyFrameBytes !== frameBytes) continue;
  const page = await browser.newPage();
  await page.addScriptTag({ content: bundle.outputFiles[0]?.text ?? '' });
  await measure(page, frameBytes);
  await page.close();
}
await browser.close();
process.exit();
