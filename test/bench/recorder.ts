/**
 * What a recorder costs at 1,000 streams: records through a real nats-server, and events through the actors, each in a
 * second of this process's CPU time, which other work on the machine changes less than the time on the wall. Three kinds of clients take turns: without a recorder, with one to which nobody listens, and with one whose
 * records are kept and sent on as `nats-stream view` does. Each figure is the median of its rounds, and its ratio to the
 * clients without a recorder is the median of the ratios within a round.
 *
 * @example npm run bench:recorder -- --rounds 7 --seconds 3
 */
import { connect } from 'nats';
import { parseArgs } from 'node:util';
import { ConsumerClient, createRecorder, ProducerClient, type Recorder } from '../../src/index.js';
import { createRunLog } from '../../src/recording/run-log.js';
import { toEvent } from '../../src/cli/view/event-stream.js';
import { startNatsServer } from '../support/nats-server.js';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '2' },
    streams: { type: 'string', default: '1000' },
  },
});
const rounds = Number(values.rounds);
const seconds = Number(values.seconds);
const streams = Number(values.streams);

const kinds = ['without a recorder', 'nobody listens', 'a page listens'] as const;
type Kind = (typeof kinds)[number];

interface Figures {
  readonly recordsPerSecond: number;
  readonly eventsPerSecond: number;
  /** Records of the recorder, in a second of the first measurement. */
  readonly recorded: number;
}

/** 40 records a second and stream. */
const recordsPerTick = 2;

const payload = new Uint8Array(128).fill(120);

async function run(url: string, kind: Kind): Promise<Figures> {
  const recorder = kind === 'without a recorder' ? undefined : createRecorder();
  let recorded = 0;
  const stop =
    kind === 'a page listens' && recorder !== undefined ? view(recorder, (count) => (recorded += count)) : undefined;
  const [one, other] = [await connect({ servers: url }), await connect({ servers: url })];
  const options = recorder === undefined ? {} : { recorder };
  const producer = new ProducerClient({ connection: one, ...options });
  const consumer = new ConsumerClient({ connection: other, ...options });
  // At a steady pace, so that what is compared is the work for as many records, not how well the turns of an event loop
  // fit those of the server.
  let tick = nextTick();
  const ticking = setInterval(() => {
    const { next } = tick;
    tick = nextTick();
    next();
  }, 50);
  producer.handle('flow', async function* ({ signal }) {
    while (!signal.aborted) {
      await tick.come;
      for (let n = 0; n < recordsPerTick; n += 1) yield payload;
    }
  });
  await one.flush();
  let records = 0;
  const open = Array.from({ length: streams }, () =>
    consumer.openStream('flow', undefined, { onRecord: () => void (records += 1) }),
  );
  // The first seconds of a thousand streams are those of the compiler.
  await pause(3000);
  records = 0;
  recorded = 0;
  const used = process.cpuUsage();
  const from = performance.now();
  await pause(seconds * 1000);
  const recordsPerSecond = records / cpuSeconds(used);
  const recordedPerSecond = (recorded * 1000) / (performance.now() - from);
  clearInterval(ticking);
  tick.next();
  for (const stream of open) stream.cancel();
  await Promise.all([consumer.drain(), producer.drain()]);

  const eventsPerSecond = await measureEvents(url, options);
  stop?.();
  await Promise.all([one.close(), other.close()]);
  return { recordsPerSecond, eventsPerSecond, recorded: recordedPerSecond };
}

/** Lives of streams without records: each takes its actors through about twenty events. */
async function measureEvents(url: string, options: { recorder?: Recorder }): Promise<number> {
  const [one, other] = [await connect({ servers: url }), await connect({ servers: url })];
  let events = 0;
  const count = (event: { readonly type: string }) => void (events += event.type === '@xstate.event' ? 1 : 0);
  // Counted once, without the measured clients: an observer of its own would change what is measured.
  const lives = async (consumer: ConsumerClient, number: number) => {
    for (let n = 0; n < number; n += 50) {
      await Promise.all(Array.from({ length: 50 }, () => consumer.openStream('life').closed));
    }
  };
  const counted = {
    producer: new ProducerClient({ connection: one, inspect: count }),
    consumer: new ConsumerClient({ connection: other, inspect: count }),
  };
  const counting = counted.producer.handle('life', () => []);
  await one.flush();
  await lives(counted.consumer, 100);
  const eventsPerLife = events / 100;
  counting.stop();
  await Promise.all([counted.consumer.close(), counted.producer.close()]);

  const producer = new ProducerClient({ connection: one, ...options });
  const consumer = new ConsumerClient({ connection: other, ...options });
  producer.handle('life', () => []);
  await one.flush();
  await lives(consumer, 200);
  const used = process.cpuUsage();
  await lives(consumer, streams);
  const perSecond = (streams * eventsPerLife) / cpuSeconds(used);
  await Promise.all([consumer.close(), producer.close()]);
  await Promise.all([one.close(), other.close()]);
  return perSecond;
}

/** Does what the command does for a page: keeps the records, and writes them as events. */
function view(recorder: Recorder, onRecords: (count: number) => void): () => void {
  const log = createRunLog(100_000);
  return recorder.listen((records) => {
    log.append(records);
    toEvent(records);
    onRecords(records.length);
  });
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

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((one, other) => one - other);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

const server = await startNatsServer();
const figures: Record<Kind, Figures[]> = { 'without a recorder': [], 'nobody listens': [], 'a page listens': [] };
for (let round = 0; round < rounds; round += 1) {
  // Another one begins each time, so that none always runs on a machine that has just been warmed up.
  for (let n = 0; n < kinds.length; n += 1) {
    const kind = kinds[(round + n) % kinds.length] ?? 'nobody listens';
    figures[kind].push(await run(server.url, kind));
  }
}
await server.stop();

const ratio = (kind: Kind, what: keyof Figures) =>
  median(figures[kind].map((one, round) => one[what] / (figures['without a recorder'][round]?.[what] ?? NaN)));
for (const kind of kinds) {
  const of = (what: keyof Figures) => Math.round(median(figures[kind].map((one) => one[what])));
  console.log(
    `${kind.padEnd(20)} ${of('recordsPerSecond').toLocaleString('en-US').padStart(9)} records/s ` +
      `(${ratio(kind, 'recordsPerSecond').toFixed(2)})  ${of('eventsPerSecond').toLocaleString('en-US').padStart(7)} ` +
      `events/s (${ratio(kind, 'eventsPerSecond').toFixed(2)})  ${of('recorded').toLocaleString('en-US')} recorded/s`,
  );
}
process.exit();
