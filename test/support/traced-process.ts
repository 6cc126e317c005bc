/**
 * A process with a client whose records can be asked for over NATS, as a service would run it: a producer that counts, or
 * a consumer that reads. Its setting comes as JSON in the first argument.
 */
import { connect } from 'nats';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConsumerClient, ProducerClient } from '../../src/index.js';
import { createTracer, traceOverNats } from '../../src/tracing/index.js';

interface Setting {
  readonly url: string;
  readonly role: 'consumer' | 'producer';
  readonly subject: string;
  /** How many streams a consumer opens, of each topic. */
  readonly streams: number;
  /** What a producer serves, and a consumer reads. Default `count`. */
  readonly topic?: string;
  readonly topics?: readonly string[];
  /** What the process is called. Default its role. */
  readonly name?: string;
  /** How long after one record the next one is made. Default 20 ms. */
  readonly everyMs?: number;
  /** Options of the client; short ones unless told. */
  readonly timing?: Readonly<Record<string, number>>;
}

const setting = JSON.parse(process.argv[2] ?? '{}') as Setting;
const { url, role, subject, streams, everyMs = 20, timing: given, topic = 'count', topics = [topic], name } = setting;
// A broker that is restarted is waited for as long as it takes.
const connection = await connect({ servers: url, maxReconnectAttempts: -1, reconnectTimeWait: 250 });
const tracer = createTracer(name === undefined ? {} : { system: name });
const inspection = traceOverNats(tracer, { connection, subject, process: name ?? role });
const timing = given ?? {
  heartbeatIntervalMs: 500,
  heartbeatRequestTimeoutMs: 500,
  silenceTimeoutMs: 5000,
  openTimeoutMs: 5000,
};

if (role === 'producer') {
  const producer = new ProducerClient({ connection, tracer, ...timing });
  producer.handle(`${topic}.*`, async function* ({ signal }) {
    for (let n = 0; !signal.aborted; n += 1) {
      yield `${n}`;
      await sleep(everyMs);
    }
  });
} else {
  const consumer = new ConsumerClient({ connection, tracer, ...timing });
  for (const each of topics) {
    for (let n = 0; n < streams; n += 1) consumer.openStream(`${each}.${n}`, undefined, { onRecord: () => undefined });
  }
}
await connection.flush();
process.stdout.write(`${JSON.stringify({ type: 'ready' })}\n`);
process.on('SIGTERM', () => {
  inspection.stop();
  void connection.drain().then(() => process.exit());
});
