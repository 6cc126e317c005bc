import { connect, type NatsConnection } from 'nats';
import { ConsumerClient, ProducerClient, type ConsumerStream } from '../../../src/index.js';
import { measureMemory } from '../../support/memory.js';

/** What a process of the soak is told when it starts. */
export interface PeerOptions {
  readonly role: 'producer' | 'consumer';
  readonly url: string;
  /** Streams opened a second, and kept open throughout. */
  readonly rate: number;
  readonly kept: number;
}

/** What it tells when it is asked. */
export interface Sample {
  readonly heldBytes: number;
  readonly rssBytes: number;
  /** What keeps the process alive: sockets, timers and the like. */
  readonly handles: number;
  readonly opened: number;
  /** How streams ended, by reason; `incomplete` where a reason says that all came and it did not. */
  readonly ends: Readonly<Record<string, number>>;
  /** Streams that live. */
  readonly open: number;
}

/** What it is asked. After `end` it gives everything back, tells a last sample and exits. */
export type Ask = 'sample' | 'end';

/** So many records has each stream that is not kept. */
const recordsEach = 3;

/** How often streams are opened. Milliseconds. */
const openEachMs = 50;

/** A process of the soak: one client on one connection, which asks its way back for as long as it takes. */
export async function runPeer(options: PeerOptions): Promise<void> {
  // The channel to the process that has started this one is none of the clients'.
  process.on('message', () => undefined);
  const handlesBefore = process.getActiveResourcesInfo().length;
  const connection = await connect({ servers: options.url, maxReconnectAttempts: -1, reconnectTimeWait: 100 });
  const peer = options.role === 'producer' ? await produce(connection) : await consume(connection, options);
  const handles = () => process.getActiveResourcesInfo().length - handlesBefore;
  const sample = (): Sample => ({ ...measureMemory(), handles: handles(), ...peer.counts() });
  const end = async () => {
    await peer.end();
    await connection.close();
    // A socket is closed some turns of the event loop later.
    for (let turn = 0; turn < 100 && handles() > 0; turn += 1) await new Promise((resolve) => setTimeout(resolve, 10));
    process.send?.(sample(), () => process.exit(0));
  };
  process.on('message', (ask: Ask) => {
    if (ask === 'sample') process.send?.(sample());
    else void end();
  });
  process.send?.(sample());
}

interface Peer {
  counts(): Pick<Sample, 'opened' | 'ends' | 'open'>;
  end(): Promise<void>;
}

async function produce(connection: NatsConnection): Promise<Peer> {
  const producer = new ProducerClient({ connection });
  let opened = 0;
  let open = 0;
  const short = producer.handle('short', function* () {
    opened += 1;
    open += 1;
    try {
      for (let n = 0; n < recordsEach; n += 1) yield `record ${n}`;
    } finally {
      open -= 1;
    }
  });
  const kept = producer.handle('kept', async function* ({ signal }) {
    opened += 1;
    open += 1;
    yield 'here';
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    open -= 1;
  });
  await Promise.all([short.ready, kept.ready]);
  return { counts: () => ({ opened, ends: {}, open }), end: () => producer.close() };
}

async function consume(connection: NatsConnection, { rate, kept }: PeerOptions): Promise<Peer> {
  const consumer = new ConsumerClient({ connection });
  const ends: Record<string, number> = {};
  const waiting = new Set<Promise<void>>();
  let opened = 0;
  const open = (subject: string): ConsumerStream => {
    opened += 1;
    const stream = consumer.openStream(subject, undefined, { onRecord: () => undefined });
    const over = stream.closed.then(({ reason, code, records }) => {
      const isComplete = reason === 'completed';
      const name =
        isComplete && records !== recordsEach ? 'incomplete' : code === undefined ? reason : `${reason} ${code}`;
      ends[name] = (ends[name] ?? 0) + 1;
      waiting.delete(over);
    });
    waiting.add(over);
    return stream;
  };
  const keptStreams: ConsumerStream[] = [];
  for (let n = 0; n < kept; n += 1) {
    keptStreams.push(open('kept'));
    if (n % 100 === 99) await Promise.all(keptStreams.slice(-100).map((stream) => stream.opened));
  }
  let due = 0;
  const timer = setInterval(() => {
    for (due += (rate * openEachMs) / 1000; due >= 1; due -= 1) open('short');
  }, openEachMs);
  return {
    counts: () => ({ opened, ends, open: waiting.size }),
    end: async () => {
      clearInterval(timer);
      for (const stream of keptStreams) stream.cancel();
      await Promise.all(waiting);
      await consumer.close();
    },
  };
}
