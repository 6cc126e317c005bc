/**
 * What a tracer costs: the same clients and streams, on a real nats-server, take turns in three conditions. They have
 * no tracer; they have one to which nobody listens; they publish their records over NATS to the command in a process of
 * its own, as for a page that is open. Two things are measured, each in a second of this process's CPU time, which other work on the machine changes
 * less than the time on the wall: records through 1,000 streams that stay open, and events of actors, in the lives of
 * streams that open and end. Each figure is that of the best quarter of the rounds, those that other work on the machine has
 * disturbed least, and each ratio is to the clients without a tracer.
 *
 * @example npm run bench:tracer -- --rounds 12 --streams 1000
 */
import { connect } from 'nats';
import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { built } from '../support/bench.js';
import { startNatsServer } from '../support/nats-server.js';

const { ConsumerClient, ProducerClient } = (await built('index.js')) as typeof import('../../src/index.js');
const { createTracer } = (await built('tracing/index.js')) as typeof import('../../src/tracing/index.js');
const { traceableOf } = (await built('host/traceable.js')) as typeof import('../../src/host/traceable.js');
const { publishTrace } = (await built(
  'tracing/trace-publisher.js',
)) as typeof import('../../src/tracing/trace-publisher.js');

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '12' },
    seconds: { type: 'string', default: '2' },
    streams: { type: 'string', default: '1000' },
    lives: { type: 'string', default: '300' },
  },
});
const rounds = Number(values.rounds);
const seconds = Number(values.seconds);
const streams = Number(values.streams);
const lives = Number(values.lives);

const conditions = ['without a tracer', 'nobody listens', 'a page listens'] as const;
type Condition = (typeof conditions)[number];

interface Figures {
  recordsPerSecond: number;
  eventsPerSecond: number;
  /** Records of the tracer in a second of the first measurement. */
  recorded: number;
}

const server = await startNatsServer();
const command = fileURLToPath(new URL('../../dist/src/cli/main.js', import.meta.url));
const watcher = spawn(process.execPath, [command, 'record', '--server', server.url, '--out', '/dev/null']);
const connections = [await connect({ servers: server.url }), await connect({ servers: server.url })] as const;
const producer = new ProducerClient({ connection: connections[0] });
const consumer = new ConsumerClient({ connection: connections[1] });

// 40 records a second and stream, at a steady pace: so that what is compared is the work for as many records, and not
// how well the turns of an event loop fit those of the server.
const payload = new Uint8Array(128).fill(120);
let tick = nextTick();
setInterval(() => {
  const { next } = tick;
  tick = nextTick();
  next();
}, 50);
producer.handle('flow', async function* ({ signal }) {
  while (!signal.aborted) {
    await tick.come;
    yield payload;
    yield payload;
  }
});
producer.handle('life', () => []);
await connections[0].flush();
let records = 0;
for (let n = 0; n < streams; n += 1) consumer.openStream('flow', undefined, { onRecord: () => void (records += 1) });

/** How many events the actors of both clients take in the life of one stream. */
const eventsPerLife = await countEvents();
// The first seconds are those of the compiler.
for (const condition of conditions) await measure(condition);

const figures: Record<Condition, Figures[]> = { 'without a tracer': [], 'nobody listens': [], 'a page listens': [] };
for (let round = 0; round < rounds; round += 1) {
  // In all six orders, so that none always follows the same one.
  const turned = conditions.map((_, n) => conditions[(round + n) % conditions.length] ?? 'nobody listens');
  for (const condition of round % 2 === 0 ? turned : turned.reverse())
    figures[condition].push(await measure(condition));
}

for (const condition of conditions) {
  const of = (what: keyof Figures, which = condition) => bestQuarter(figures[which].map((one) => one[what]));
  const text = (what: keyof Figures) => Math.round(of(what)).toLocaleString('en-US');
  const ratio = (what: keyof Figures) => (of(what) / of(what, 'without a tracer')).toFixed(2);
  console.log(
    `${condition.padEnd(20)} ${text('recordsPerSecond').padStart(9)} records/s (${ratio('recordsPerSecond')})  ` +
      `${text('eventsPerSecond').padStart(7)} events/s (${ratio('eventsPerSecond')})  ${text('recorded')} recorded/s`,
  );
}
watcher.kill();
await server.stop();
process.exit();

async function measure(condition: Condition): Promise<Figures> {
  let recorded = 0;
  const filter = () => {
    recorded += 1;
    return true;
  };
  const tracer = createTracer({ filter });
  const detach =
    condition === 'without a tracer' ? [] : [consumer, producer].map((client) => traceableOf(client)?.attach(tracer));
  const inspection = condition === 'a page listens' ? publishTrace(tracer, connections[1]) : undefined;
  // What lives is told at the start, once.
  await sleep(500);
  // What the condition before has left is not this one's.
  globalThis.gc?.();
  [records, recorded] = [0, 0];
  const used = process.cpuUsage();
  const from = performance.now();
  await sleep(seconds * 1000);
  const recordsPerSecond = records / cpuSeconds(used);
  const recordedPerSecond = (recorded * 1000) / (performance.now() - from);
  const usedByLives = process.cpuUsage();
  const before = records;
  await live(lives);
  // The records of the other streams have gone on meanwhile.
  const eventsSeconds = cpuSeconds(usedByLives) - (records - before) / recordsPerSecond;
  inspection?.stop();
  for (const takeOff of detach) takeOff?.();
  return { recordsPerSecond, eventsPerSecond: (lives * eventsPerLife) / eventsSeconds, recorded: recordedPerSecond };
}

async function live(number: number): Promise<void> {
  for (let n = 0; n < number; n += 50) {
    await Promise.all(Array.from({ length: 50 }, () => consumer.openStream('life').closed));
  }
}

async function countEvents(): Promise<number> {
  let events = 0;
  const inspect = (event: { readonly type: string }) => void (events += event.type === '@xstate.event' ? 1 : 0);
  const counted = [
    new ProducerClient({ connection: connections[0], inspect }),
    new ConsumerClient({ connection: connections[1], inspect }),
  ] as const;
  counted[0].handle('counted', () => []);
  await connections[0].flush();
  for (let n = 0; n < 100; n += 1) await counted[1].openStream('counted').closed;
  await Promise.all(counted.map((client) => client.close()));
  return events / 100;
}

function nextTick(): { readonly come: Promise<void>; readonly next: () => void } {
  let next: () => void = () => undefined;
  const come = new Promise<void>((resolve) => (next = resolve));
  return { come, next: () => next() };
}

function cpuSeconds(since: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(since);
  return (user + system) / 1e6;
}

/** The number that a quarter of them reach. */
function bestQuarter(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((one, other) => other - one);
  return sorted[Math.floor(sorted.length / 4)] ?? NaN;
}
