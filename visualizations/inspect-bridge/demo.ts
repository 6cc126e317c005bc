#!/usr/bin/env node
import { createInspectServer } from './src/index.js';

/** Where the package is: beside this one, or, in its repository, two folders up, built. */
async function load<Module>(name: string, built: string): Promise<Module> {
  try {
    return (await import(name)) as Module;
  } catch (error) {
    if ((error as { readonly code?: unknown }).code !== 'ERR_MODULE_NOT_FOUND') throw error;
    return (await import(new URL(`../../../dist/src/${built}`, import.meta.url).href)) as Module;
  }
}

const { ConsumerClient, ProducerClient } = await load<typeof import('../../src/index.js')>(
  'nats-stream-actors',
  'index.js',
);
const { createMemoryBroker } = await load<typeof import('../../src/memory-broker/index.js')>(
  'nats-stream-actors/memory',
  'memory-broker/index.js',
);

const server = await createInspectServer();
const { inspect } = server;
const broker = createMemoryBroker();
const producer = new ProducerClient({ connection: broker.connect(), inspect });
const consumer = new ConsumerClient({ connection: broker.connect(), inspect });
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
producer.handle('ticks', async function* ({ signal }) {
  for (let n = 0; n < 10 && !signal.aborted; n += 1) {
    yield `tick ${n}`;
    await pause(1000);
  }
});
console.log(`page     ${server.url}\nCtrl-C ends it.`);
process.once('SIGINT', () => process.exit(130));
for (;;) {
  const stream = consumer.openStream('ticks', undefined, { onRecord: () => undefined });
  await stream.closed;
  await pause(2000);
}
