import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { connect, createInbox, type NatsConnection } from 'nats';
import type { ConsumerStream } from '../../src/index.js';
import { built, compare, numberArgument, pacer, tableOf, type Contender } from '../support/bench.js';
import { startNatsServer } from '../support/nats-server.js';
import { typescriptLoader } from '../support/build.js';

/**
 * Measures streams against raw `nats` publish and subscribe with its callback, on a real nats-server, in one process and
 * in two. Prints a table for each size of record and number of processes: records a second, and the speed as a multiple
 * of raw in the same round.
 *
 * `npm run bench [-- --rounds 7] [--records 200000] [--bytes 128]`
 */

const { ConsumerClient, ProducerClient } = (await built('index.js')) as typeof import('../../src/index.js');

const recordCount = numberArgument('--records', 200_000);
const rounds = numberArgument('--rounds', 7);
const onlyBytes = numberArgument('--bytes', Infinity);

/** What the raw sender publishes in one turn of the event loop. */
const turnBytes = 64 * 1024;

/** Serves the work of every contender on subjects below this one; the body of a request is the size of its records. */
function serve(connection: NatsConnection, subject: string): void {
  const producer = new ProducerClient({ connection });
  const recordOf = (body: Uint8Array) => new Uint8Array(Number(Buffer.from(body).toString())).fill(7);

  producer.handle(`${subject}.generator`, async function* ({ body }) {
    const record = recordOf(body);
    for (let index = 0; index < recordCount; index += 1) yield record;
    await Promise.resolve();
  });
  // eslint-disable-next-line require-yield -- its records go through the writer of the stream.
  producer.handle(`${subject}.writer`, async function* ({ body, consumerId, streamId }) {
    const record = recordOf(body);
    const writer = producer.newWriter(consumerId + streamId);
    for (let index = 0; index < recordCount; index += 1) await writer.write(record);
  });
  connection.subscribe(`${subject}.raw`, {
    callback: (_, { data, reply = '' }) => {
      const record = recordOf(data);
      const pace = pacer(connection);
      void (async () => {
        let sent = 0;
        while (sent < recordCount) {
          const turn = Math.min(turnBytes / record.length, recordCount - sent);
          for (let index = 0; index < turn; index += 1) connection.publish(reply, record);
          sent += turn;
          await pace(turn * record.length);
        }
      })();
    },
  });
}

function readRaw(connection: NatsConnection, subject: string, bytes: number): Promise<void> {
  return new Promise((resolve) => {
    let received = 0;
    let receivedBytes = 0;
    const inbox = createInbox();
    const subscription = connection.subscribe(inbox, {
      callback: (_, { data }) => {
        received += 1;
        receivedBytes += data.length;
        if (received < recordCount) return;
        subscription.unsubscribe();
        requireAll(received, receivedBytes, bytes);
        resolve();
      },
    });
    connection.publish(`${subject}.raw`, String(bytes), { reply: inbox });
  });
}

async function readIterating(stream: ConsumerStream, bytes: number): Promise<void> {
  let received = 0;
  let receivedBytes = 0;
  for await (const record of stream) {
    received += 1;
    receivedBytes += record.length;
  }
  requireAll(received, receivedBytes, bytes);
}

function requireAll(received: number, receivedBytes: number, bytes: number): void {
  if (received === recordCount && receivedBytes === recordCount * bytes) return;
  throw new Error(`expected ${recordCount} records of ${bytes} bytes, came ${received} of ${receivedBytes} in all`);
}

function timed(name: string, work: () => Promise<unknown>): Contender {
  return {
    name,
    run: async () => {
      const startedAtMs = performance.now();
      await work();
      return performance.now() - startedAtMs;
    },
  };
}

async function measureAll(): Promise<void> {
  const server = await startNatsServer();
  const [here, there] = await Promise.all([connect({ servers: server.url }), connect({ servers: server.url })]);
  serve(there, 'near');
  await there.flush();
  const child = fork(fileURLToPath(import.meta.url), ['server', server.url, '--records', String(recordCount)], {
    execArgv: ['--import', typescriptLoader],
  });
  await new Promise((resolve) => child.once('message', resolve));

  const consumer = new ConsumerClient({ connection: here });
  for (const subject of ['near', 'far']) {
    for (const bytes of [128, 1_024].filter((size) => size === onlyBytes || onlyBytes === Infinity)) {
      const open = (kind: 'generator' | 'writer') => consumer.openStream(`${subject}.${kind}`, String(bytes));
      const contenders = [
        timed('raw', () => readRaw(here, subject, bytes)),
        timed('generator to for await', () => readIterating(open('generator'), bytes)),
        timed('awaited writes to for await', () => readIterating(open('writer'), bytes)),
        timed('generator to onRecord', async () => {
          let receivedBytes = 0;
          const { closed } = consumer.openStream(`${subject}.generator`, String(bytes), {
            onRecord: (record) => (receivedBytes += record.length),
          });
          requireAll((await closed).records, receivedBytes, bytes);
        }),
      ];
      const title = `${bytes} B, ${subject === 'near' ? 'one process' : 'two processes'}: records a second, multiple of raw`;
      console.log(tableOf(title, await compare(contenders, { rounds, units: recordCount })));
    }
  }
  child.kill();
  await Promise.all([here.close(), there.close()]);
  await server.kill();
}

const [, , role, url = ''] = process.argv;
if (role === 'server') {
  const connection = await connect({ servers: url });
  serve(connection, 'far');
  await connection.flush();
  process.send?.('ready');
} else await measureAll();
