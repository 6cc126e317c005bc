import { connect } from 'nats';
import { built, compare, numberArgument, tableOf, type Contender } from '../support/bench.js';
import { startNatsServer } from '../support/nats-server.js';
import { untilTrue } from '../support/scene.js';

/**
 * Measures whether a reader that does not read delays others: 999 streams of one client at full speed, alone and beside
 * one stream of the same client and the same producer whose reader stands still and whose source never stops, and beside
 * 280 such streams of another client on the same connection. Many short runs take turns, and the same work is compared with itself as well, which shows how much of a ratio is noise.
 *
 * `npm run bench:head-of-line [-- --rounds 15] [--records 200] [--streams 999] [--unread 280]`
 */

const { ConsumerClient, ProducerClient } = (await built('index.js')) as typeof import('../../src/index.js');

const streamCount = numberArgument('--streams', 999);
const recordCount = numberArgument('--records', 200);
const rounds = numberArgument('--rounds', 15);
const unreadCount = numberArgument('--unread', 280);
const windowRecords = 1_024;

const server = await startNatsServer();
const [forConsumer, forProducer] = await Promise.all([
  connect({ servers: server.url }),
  connect({ servers: server.url }),
]);
const producer = new ProducerClient({ connection: forProducer, windowRecords });
const consumer = new ConsumerClient({ connection: forConsumer, windowRecords });
// Another user of the same process, with everything as it is where nothing is told.
const greedy = new ConsumerClient({ connection: forConsumer });
const record = new Uint8Array(128).fill(7);

producer.handle('busy', async function* () {
  for (let index = 0; index < recordCount; index += 1) yield record;
  await Promise.resolve();
});
let taken = 0;
producer.handle('endless', function* () {
  for (taken = 0; ; taken += 1) yield record;
});
producer.handle('flood', function* () {
  for (;;) yield record;
});
await forProducer.flush();

async function readAll(): Promise<number> {
  const startedAtMs = performance.now();
  const reading = Array.from({ length: streamCount }, async () => {
    let received = 0;
    for await (const each of consumer.openStream('busy')) received += each.length / record.length;
    if (received !== recordCount) throw new Error(`expected ${recordCount} records, came ${received}`);
  });
  await Promise.all(reading);
  return performance.now() - startedAtMs;
}

const contenders: readonly Contender[] = [
  { name: 'alone', run: readAll },
  // What this one differs by from the same work before it is noise.
  { name: 'alone, once more', run: readAll },
  {
    name: 'beside a reader that stands still',
    run: async () => {
      const stalled = consumer.openStream('endless');
      // Its source has filled the window, and waits from then on.
      await untilTrue(() => taken >= windowRecords);
      const ms = await readAll();
      if (!consumer.streams.includes(stalled))
        throw new Error('expected the stream that nobody reads to be open, but it ended');
      if (taken > windowRecords + 1) throw new Error(`expected ${windowRecords} records to be sent, came ${taken}`);
      stalled.cancel();
      await untilTrue(() => producer.streams.length === 0);
      taken = 0;
      return ms;
    },
  },
  {
    name: `beside ${unreadCount} of another client`,
    run: async () => {
      const stalled = Array.from({ length: unreadCount }, () => greedy.openStream('flood'));
      await Promise.all(stalled.map(async ({ opened }) => opened));
      let before = -1;
      // They have filled what they may, once nothing more comes.
      while (before !== stalled.reduce((sum, { buffered }) => sum + buffered, 0)) {
        before = stalled.reduce((sum, { buffered }) => sum + buffered, 0);
        await forConsumer.flush();
        await forProducer.flush();
        await forConsumer.flush();
      }
      const ms = await readAll();
      for (const stream of stalled) stream.cancel();
      await untilTrue(() => producer.streams.length === 0);
      return ms;
    },
  },
];
const title = `${streamCount} streams of ${recordCount} records of 128 B: records a second, multiple of alone`;
console.log(tableOf(title, await compare(contenders, { rounds, units: streamCount * recordCount })));
await Promise.all([forConsumer.close(), forProducer.close()]);
await server.kill();
