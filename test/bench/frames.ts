import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { connect, type NatsConnection } from 'nats';
import { compare, numberArgument, pacer, tableOf, type Contender } from '../support/bench.js';
import { startNatsServer } from '../support/nats-server.js';
import { carriers, raw, type Carrier } from './frame-carriers.js';
import { typescriptLoader } from '../support/build.js';

/**
 * Measures where a sequence number should travel, and what it gains that records share a message: each carrier against
 * raw publish and subscribe with its callback, on a real nats-server, in one process and in two. Prints a table for each
 * size of record and number of processes: records a second, and the speed as a multiple of raw in the same round.
 *
 * `npm run bench:frames [-- --rounds 7] [--records 200000]`
 */

const recordCount = numberArgument('--records', 200_000);
const rounds = numberArgument('--rounds', 7);

/** What a sender publishes in one turn of the event loop. */
const turnBytes = 64 * 1024;

const all: readonly Carrier[] = [raw, ...carriers];

function carrierAt(index: number): Carrier {
  return all[index] ?? raw;
}

/** Tells a receiver in another process what comes next, and what it has answered. */
interface Task {
  readonly url: string;
  readonly subject: string;
  readonly carrier: number;
}

/** Resolves when it subscribes; `done` resolves when all records have come, and rejects where their order is wrong. */
async function receive(connection: NatsConnection, { subject, carrier }: Task): Promise<{ done: Promise<void> }> {
  const done = new Promise<void>((resolve, reject) => {
    let expected = 0;
    const onRecord = (_: Uint8Array, sequence: number) => {
      if (sequence !== expected) reject(new Error(`expected record ${expected}, came ${sequence}`));
      expected += 1;
      if (expected < recordCount) return;
      subscription.unsubscribe();
      resolve();
    };
    const take = carrierAt(carrier).receiver(onRecord);
    const subscription = connection.subscribe(subject, {
      callback: (error, message) => {
        if (error === null) take(message);
        else reject(error);
      },
    });
  });
  await connection.flush();
  return { done };
}

async function send(connection: NatsConnection, { subject, carrier }: Task, bytes: number): Promise<void> {
  const pace = pacer(connection);
  const record = new Uint8Array(bytes).fill(7);
  const turn = new Array<Uint8Array>(turnBytes / bytes).fill(record);
  for (let first = 0; first < recordCount; first += turn.length) {
    carrierAt(carrier).send(connection, subject, turn.slice(0, recordCount - first), first);
    await pace(turnBytes);
  }
}

/** Another process that receives: one task after the other, by the messages between a process and its child. */
function startReceiver(url: string) {
  const child = fork(fileURLToPath(import.meta.url), ['receiver', '--records', String(recordCount), '--url', url], {
    execArgv: ['--import', typescriptLoader],
  });
  const until = (wanted: 'ready' | 'done') =>
    new Promise<void>((resolve, reject) => {
      child.once('message', (said) =>
        said === wanted ? resolve() : reject(new Error(`expected ${wanted}, came ${JSON.stringify(said)}`)),
      );
    });
  return {
    begin: async (task: Task) => {
      child.send(task);
      await until('ready');
      return { done: until('done') };
    },
    end: () => child.disconnect(),
  };
}

async function beReceiver(): Promise<void> {
  const connection = await connect({ servers: process.argv[process.argv.indexOf('--url') + 1] ?? '' });
  process.on('message', (task: Task) => {
    void (async () => {
      try {
        const { done } = await receive(connection, task);
        process.send?.('ready');
        await done;
        process.send?.('done');
      } catch (error) {
        process.send?.(String(error));
      }
    })();
  });
  process.once('disconnect', () => void connection.close());
}

async function measureAll(): Promise<void> {
  const server = await startNatsServer();
  const { url } = server;
  const [forSender, forReceiver] = await Promise.all([connect({ servers: url }), connect({ servers: url })]);
  const receiver = startReceiver(url);
  let subjects = 0;
  for (const processes of [1, 2]) {
    for (const bytes of [128, 1_024]) {
      const contenders = all.map(({ name }, carrier): Contender => ({
        name,
        run: async () => {
          const task: Task = { url, subject: `bench.${(subjects += 1)}`, carrier };
          const { done } = processes === 1 ? await receive(forReceiver, task) : await receiver.begin(task);
          const startedAtMs = performance.now();
          await Promise.all([send(forSender, task, bytes), done]);
          return performance.now() - startedAtMs;
        },
      }));
      const title = `${bytes} B, ${processes === 1 ? 'one process' : 'two processes'}: records a second, multiple of raw`;
      console.log(tableOf(title, await compare(contenders, { rounds, units: recordCount })));
    }
  }
  receiver.end();
  await Promise.all([forSender.close(), forReceiver.close()]);
  await server.kill();
}

if (process.argv.includes('receiver')) await beReceiver();
else await measureAll();
