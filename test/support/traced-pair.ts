import { ConsumerClient, ProducerClient, type ConsumerClientOptions } from '../../src/index.js';
import type { Clock } from '../../src/host/clock.js';
import { createTestBroker, createTestClock, type TestBrokerFaults } from '../../src/testing/index.js';
import { createTracer, type TraceEvent } from '../../src/tracing/index.js';

/** Short, and each a different one. */
export const pairDurations = {
  heartbeatIntervalMs: 1_000,
  heartbeatRequestTimeoutMs: 700,
  silenceTimeoutMs: 4_000,
  openTimeoutMs: 3_000,
  cancellationBufferMs: 2_000,
} as const;

/** What the delays of the machines take with these durations. */
export const pairDelays = {
  heartbeatInterval: 1_000,
  heartbeatRequestTimeout: 700,
  silenceTimeout: 4_000,
  openTimeout: 3_000,
  'consumerStream.cancellationBuffer': 2_000,
  requestRetry: 250,
} as const;

export interface TracedPairOptions {
  readonly seed: number;
  readonly offerDelivery?: boolean;
  readonly faults?: TestBrokerFaults;
  /** Whether the clients are cut off from each other, and whether the consumer loses its connection for a while. */
  readonly isCut?: boolean;
  readonly losesLink?: boolean;
  readonly losesProducerLink?: boolean;
  /** Whether the consumer drains at its end, and the producer closes while streams run. */
  readonly drains?: boolean;
  readonly streams?: number;
  readonly dataMessagesPerSecond?: number;
  /** The clock that a client gets. */
  readonly clockOf?: (clock: Clock, role: 'consumer' | 'producer') => Clock;
  readonly consumer?: Partial<ConsumerClientOptions>;
  /** When somebody begins to listen. Milliseconds. */
  readonly listenAtMs?: number;
  readonly eventsMax?: number;
  /** Hears what readers and sources see of it all, a line each, when it is over. */
  readonly onSeen?: (line: string) => void;
  /** How much of contexts is told. */
  readonly entriesMax?: number;
  readonly charactersMax?: number;
}

/** Everything that happens to two clients with streams of every kind on a network of the test's own, as trace events. */
export async function tracePair(options: TracedPairOptions): Promise<readonly TraceEvent[]> {
  const {
    seed,
    offerDelivery = false,
    faults = {},
    streams = 10,
    listenAtMs = 0,
    clockOf = (own: Clock): Clock => own,
  } = options;
  const clock = createTestClock();
  const broker = createTestBroker({ clock, seed, delayMs: [1, 40], ...faults });
  const tracer = createTracer({
    source: 'simulated',
    clock,
    dataMessagesPerSecond: options.dataMessagesPerSecond ?? 1e9,
    eventsMax: options.eventsMax ?? 1e6,
    ...(options.entriesMax === undefined ? {} : { entriesMax: options.entriesMax }),
    ...(options.charactersMax === undefined ? {} : { charactersMax: options.charactersMax }),
  });
  const trace: TraceEvent[] = [];
  const listen = () => tracer.listen((events) => void trace.push(...events));
  let stop = listenAtMs === 0 ? listen() : undefined;
  const [forProducer, forConsumer] = [broker.clientOptions('producer'), broker.clientOptions('consumer')];
  const producer = new ProducerClient({
    ...forProducer,
    ...pairDurations,
    clock: clockOf(clock, 'producer'),
    tracer,
  });
  const consumer = new ConsumerClient({
    ...forConsumer,
    ...pairDurations,
    offerDelivery,
    ...options.consumer,
    clock: clockOf(clock, 'consumer'),
    tracer,
  });
  const seen: string[] = [];
  producer.handle('numbers', async function* (request) {
    const count = Number(request.text());
    request.signal.addEventListener('abort', () => seen.push(`a source of ${count} is aborted at ${clock.now()}`));
    let asked = 0;
    try {
      for (let number = 0; number < count && !request.signal.aborted; number += 1) {
        asked += 1;
        yield `${number}`;
        await new Promise<void>((resolve) => clock.setTimeout(resolve, 100));
      }
      if (count === 7) throw new Error('seven fails');
    } finally {
      seen.push(`a source of ${count} ends with ${asked} at ${clock.now()}`);
    }
  });
  await clock.advance(0);
  for (let index = 0; index < streams; index += 1) {
    const read: string[] = [];
    const stream = consumer.openStream(index % 10 === 9 ? 'nobody' : 'numbers', `${[3, 30, 7, 60, 0][index % 5]}`, {
      onRecord: (record) => {
        read.push(new TextDecoder().decode(record));
        seen.push(`reader ${index} has ${new TextDecoder().decode(record)} at ${clock.now()}`);
        if (index % 3 === 0 && read.length === 2) stream.cancel();
      },
    });
    void stream.closed.then(({ reason, records }) => {
      seen.push(`reader ${index} ends with ${reason}, ${records} records, at ${clock.now()}`);
    });
    await clock.advance(10);
  }
  for (let turn = 0; turn < 60; turn += 1) {
    await clock.advance(200);
    if (stop === undefined && clock.now() >= listenAtMs) stop = listen();
    if (turn === 3 && options.losesLink === true) {
      // Its request goes down with the connection, that of the next one waits for it.
      void consumer.openStream('numbers', '3', { onRecord: () => undefined }).closed;
      forConsumer.connection.disconnect();
    }
    if (turn === 4 && options.losesLink === true) void consumer.openStream('nobody', '3').closed;
    if (turn === 6 && options.losesLink === true) forConsumer.connection.reconnect();
    if (turn === 1 && options.losesProducerLink === true) forProducer.connection.disconnect();
    if (turn === 5 && options.losesProducerLink === true) forProducer.connection.reconnect();
    if (turn === 4 && options.drains === true) void consumer.drain();
    if (turn === 2 && options.isCut === true) broker.partition('producer', 'consumer');
    if (turn === 18) broker.heal();
  }
  await Promise.all([consumer.close(), producer.close()]);
  await clock.advance(50);
  stop?.();
  if (options.onSeen !== undefined) seen.forEach(options.onSeen);
  return trace;
}
