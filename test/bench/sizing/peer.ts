import { connect, type NatsConnection } from 'nats';
import { ConsumerClient, ProducerClient, type ConsumerStream } from '../../../src/index.js';
import { measureMemory } from '../../support/memory.js';

/** What a process of the bench is told when it starts. */
export interface PeerOptions {
  readonly role: 'producer' | 'consumer';
  readonly url: string;
  /** All streams, and the clients over which the consumer process spreads them. */
  readonly streams: number;
  readonly consumers: number;
}

/** What it has taken until it is asked. */
export interface Usage {
  readonly processorMicros: number;
  /** What was published and what was received on its connection. */
  readonly messagesOut: number;
  readonly bytesOut: number;
  readonly messagesIn: number;
  readonly bytesIn: number;
  readonly live: number;
  /** How streams ended that should have rested, by reason. */
  readonly ends: Readonly<Record<string, number>>;
}

/** What it is asked: what it has taken, or how many bytes it holds after a collection, without those of an empty process. */
export type Ask = 'usage' | 'held';

/** A process with one connection: a producer client, or the consumer clients. */
export async function runPeer(options: PeerOptions): Promise<void> {
  const connection = await connect({ servers: options.url });
  const before = measureMemory().heldBytes;
  const streams = options.role === 'producer' ? await produce(connection) : await consume(connection, options);
  const usage = (): Usage => {
    const { user, system } = process.cpuUsage();
    const { outMsgs, outBytes, inMsgs, inBytes } = connection.stats();
    return {
      processorMicros: user + system,
      messagesOut: outMsgs,
      bytesOut: outBytes,
      messagesIn: inMsgs,
      bytesIn: inBytes,
      ...streams(),
    };
  };
  process.on('message', (ask: Ask) => process.send?.(ask === 'usage' ? usage() : measureMemory().heldBytes - before));
  process.send?.('ready');
}

async function produce(connection: NatsConnection): Promise<() => Pick<Usage, 'live' | 'ends'>> {
  let live = 0;
  const producer = new ProducerClient({ connection, streamsMax: 10_000_000, streamsPerConsumerMax: 10_000_000 });
  const idle = producer.handle('idle', async function* ({ signal }) {
    live += 1;
    yield 'here';
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    live -= 1;
  });
  await idle.ready;
  return () => ({ live, ends: {} });
}

async function consume(
  connection: NatsConnection,
  { streams, consumers }: PeerOptions,
): Promise<() => Pick<Usage, 'live' | 'ends'>> {
  const clients = Array.from({ length: consumers }, () => new ConsumerClient({ connection }));
  const ends: Record<string, number> = {};
  let live = 0;
  let opening: ConsumerStream[] = [];
  for (let n = 0; n < streams; n += 1) {
    const stream = clients[n % consumers]?.openStream('idle', undefined, { onRecord: () => undefined });
    if (stream === undefined) throw new Error(`expected at least one consumer, came ${consumers}`);
    live += 1;
    void stream.closed.then(({ reason }) => {
      live -= 1;
      ends[reason] = (ends[reason] ?? 0) + 1;
    });
    opening.push(stream);
    if (opening.length === 200) {
      await Promise.all(opening.map(({ opened }) => opened));
      opening = [];
    }
  }
  return () => ({ live, ends });
}
