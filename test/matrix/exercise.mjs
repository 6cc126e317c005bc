// What an application does, as plain JavaScript, on whichever runtime it is started with: streams both ways of the wire, an
// end by each side, a producer that dies, and an exploration on worker threads. Prints what it has done as JSON.
// Arguments: the URL of a server, and the package that brings the connection.
import { setTimeout } from 'node:timers/promises';
import { TextDecoder } from 'node:util';
import { ConsumerClient, ProducerClient } from 'nats-stream-actors';
import { exploreAll } from 'nats-stream-actors/testing';

const [server, client] = process.argv.slice(2);
const { connect } = await import(client);
const connection = await connect({ servers: server });
const doomedConnection = await connect({ servers: server });
const brisk = {
  heartbeatIntervalMs: 200,
  heartbeatRequestTimeoutMs: 200,
  silenceTimeoutMs: 1_000,
  openTimeoutMs: 5_000,
};

/** So many records, as one application counts them and another one reads them. */
const recordCount = 20_000;
const producer = new ProducerClient({ connection, ...brisk });
producer.handle('numbers', function* () {
  for (let number = 0; number < recordCount; number += 1) yield String(number);
});
producer.handle('endless', async function* ({ signal }) {
  while (!signal.aborted) {
    yield 'again';
    await setTimeout(1);
  }
});
producer.handle('failing', () => {
  throw new Error('the disk is full');
});
const doomed = new ProducerClient({ connection: doomedConnection, ...brisk });
doomed.handle('doomed', async function* ({ signal }) {
  yield 'here';
  await new Promise((resolve) => signal.addEventListener('abort', resolve));
});
await connection.flush();
await doomedConnection.flush();

const done = {};
for (const [name, options] of [
  ['delivery', {}],
  ['plain', { offerDelivery: false }],
]) {
  const consumer = new ConsumerClient({ connection, ...brisk, ...options });
  let count = 0;
  for await (const record of consumer.openStream('numbers')) {
    if (new TextDecoder().decode(record) !== String(count)) throw new Error(`expected ${count}, came ${record}`);
    count += 1;
  }
  const endless = consumer.openStream('endless');
  for await (const record of endless) if (record.length > 0) break;
  const failing = consumer.openStream('failing');
  const failure = await failing.closed;
  done[name] = {
    count,
    left: (await endless.closed).reason,
    failed: [failure.code, failure.error?.message.includes('the disk is full')],
    consumer,
  };
}

for (const name of Object.keys(done)) {
  done[name].silent = done[name].consumer.openStream('doomed');
  await done[name].silent[Symbol.asyncIterator]().next();
}

// Its connection is gone without a word, as that of a process that was killed.
await doomedConnection.close();
for (const name of Object.keys(done)) {
  const { silent, consumer, ...rest } = done[name];
  done[name] = { ...rest, silent: (await silent.closed).reason };
  await consumer.close();
}
await producer.close();
await doomed.close();
await connection.close();

const scenarios = [0, 1].map((delay) => ({
  name: `delay ${delay}`,
  module: new URL('./scenario.mjs', import.meta.url),
  export: 'protocol',
  args: [{ delay }],
}));
done.explored = (await exploreAll(scenarios)).map(({ complete, failure }) => [complete, failure ?? null]);
console.log(JSON.stringify(done));
