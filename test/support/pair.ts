import type { ConsumerClientOptions, ProducerClientOptions } from '../../src/validation/options.js';
import type { Warning } from '../../src/host/warnings.js';
import { ConsumerClient } from '../../src/consumer/consumer-client.js';
import { createMemoryBroker, type MemoryBroker, type MemoryConnection } from '../../src/memory-broker/index.js';
import { ProducerClient } from '../../src/producer/producer-client.js';

export interface PairOptions {
  readonly consumer?: Partial<ConsumerClientOptions>;
  readonly producer?: Partial<ProducerClientOptions>;
  readonly maxPayloadBytes?: number;
}

/** A consumer and a producer, each on a connection of its own, and a third connection to look on and to interfere. */
export interface Pair {
  readonly broker: MemoryBroker;
  readonly consumer: ConsumerClient;
  readonly producer: ProducerClient;
  readonly consumerConnection: MemoryConnection;
  readonly producerConnection: MemoryConnection;
  readonly bystander: MemoryConnection;
  /** What either client warned of, oldest first. */
  readonly warnings: Warning[];
}

/** Microtasks only, so that one turn of the event loop settles everything that is under way. */
export function createTestBroker(maxPayloadBytes?: number): MemoryBroker {
  return createMemoryBroker({
    ...(maxPayloadBytes === undefined ? {} : { maxPayloadBytes }),
    schedule: (turn) => void Promise.resolve().then(turn),
  });
}

export function createPair({ consumer = {}, producer = {}, maxPayloadBytes }: PairOptions = {}): Pair {
  const broker = createTestBroker(maxPayloadBytes);
  const consumerConnection = broker.connect({ name: 'consumer' });
  const producerConnection = broker.connect({ name: 'producer' });
  const bystander = broker.connect({ name: 'bystander' });
  const warnings: Warning[] = [];
  const onWarning = (warning: Warning): void => void warnings.push(warning);
  return {
    broker,
    consumerConnection,
    producerConnection,
    bystander,
    warnings,
    consumer: new ConsumerClient({ connection: consumerConnection, onWarning, ...consumer }),
    producer: new ProducerClient({ connection: producerConnection, onWarning, ...producer }),
  };
}

export async function closePair({ consumer, producer }: Pair): Promise<void> {
  await consumer.close();
  await producer.close();
}
