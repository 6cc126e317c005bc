import { connect } from 'nats';
import { ConsumerClient, ProducerClient } from '../../../src/index.js';

/** What a process of the cluster's bench is told when it starts. */
export interface PeerOptions {
  readonly role: 'producer' | 'consumer';
  readonly name: string;
  /** The nodes, the preferred one first. */
  readonly urls: readonly string[];
  /** Streams that a consumer opens. */
  readonly streams: number;
  /** How often each stream has a record. Milliseconds. */
  readonly everyMs: number;
}

/** What a consumer tells when it is asked. */
export interface Account {
  readonly opened: number;
  /** Streams that live, by the producer that serves them. */
  readonly live: Readonly<Record<string, number>>;
  /** Streams that are over, by how and by the producer that served them. */
  readonly ends: Readonly<Record<string, number>>;
  readonly records: number;
  /** Records that came out of their order, or after others that never came. */
  readonly misplaced: number;
  /** The longest time that a live stream has waited for a record until now. Milliseconds. */
  readonly quietMs: number;
}

/** A process of the bench: one client, connected to one node, or to another where that is lost. */
export async function runPeer(options: PeerOptions): Promise<void> {
  const connection = await connect({
    servers: [...options.urls],
    noRandomize: true,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 100,
  });
  if (options.role === 'producer') {
    const producer = new ProducerClient({ connection });
    const ticks = producer.handle(
      'ticks',
      async function* ({ signal }) {
        for (let n = 0; !signal.aborted; n += 1) {
          yield `${options.name} ${n}`;
          await new Promise((resolve) => setTimeout(resolve, options.everyMs));
        }
      },
      { queue: 'cluster' },
    );
    await ticks.ready;
    process.send?.('ready');
    return;
  }
  await consume(new ConsumerClient({ connection }), options.streams);
}

const decoder = new TextDecoder();

/** What is known of a stream that lives. */
interface Seen {
  producer: string;
  next: number;
  lastAt: number;
}

async function consume(consumer: ConsumerClient, streams: number): Promise<void> {
  const live = new Set<Seen>();
  const ends: Record<string, number> = {};
  let records = 0;
  let misplaced = 0;
  for (let opened = 0; opened < streams; opened += 1) {
    const seen: Seen = { producer: 'nobody', next: 0, lastAt: performance.now() };
    live.add(seen);
    const stream = consumer.openStream('ticks', undefined, {
      onRecord: (record) => {
        const [producer = '', n] = decoder.decode(record).split(' ');
        if (Number(n) !== seen.next) misplaced += 1;
        seen.producer = producer;
        seen.next = Number(n) + 1;
        seen.lastAt = performance.now();
        records += 1;
      },
    });
    void stream.closed.then(({ reason }) => {
      live.delete(seen);
      const how = `${reason}, ${seen.producer}`;
      ends[how] = (ends[how] ?? 0) + 1;
    });
    if (opened % 50 === 49) await stream.opened.catch(() => undefined);
  }
  process.on('message', () => {
    const byProducer: Record<string, number> = {};
    let quietMs = 0;
    for (const { producer, lastAt } of live) {
      byProducer[producer] = (byProducer[producer] ?? 0) + 1;
      quietMs = Math.max(quietMs, performance.now() - lastAt);
    }
    const account: Account = { opened: streams, live: byProducer, ends, records, misplaced, quietMs };
    process.send?.(account);
  });
  process.send?.('ready');
}
