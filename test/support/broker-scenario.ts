import type * as streams from '../../src/index.js';
import type * as testing from '../../src/testing/index.js';
import type { TestBrokerOptions } from '../../src/testing/index.js';

type Parts = Pick<typeof streams, 'ConsumerClient' | 'ProducerClient'> &
  Pick<typeof testing, 'createTestBroker' | 'createTestClock'>;

const durations = {
  heartbeatIntervalMs: 1_000,
  heartbeatRequestTimeoutMs: 500,
  silenceTimeoutMs: 3_000,
  openTimeoutMs: 3_000,
  cancellationBufferMs: 1_000,
};

/** Longer than any message of the scenario travels. */
const travelMsMax = 50;

/**
 * Two clients, ten streams of ten records, some left early, over a broker with faults; gives back all that was seen.
 *
 * @param parts the package, from its sources or as it was built.
 * @param offerDelivery whether the streams recover what is lost.
 */
export async function brokerScenario(
  { ConsumerClient, ProducerClient, createTestBroker, createTestClock }: Parts,
  faults: Omit<TestBrokerOptions, 'clock'>,
  offerDelivery: boolean,
): Promise<string> {
  const clock = createTestClock();
  const broker = createTestBroker({ clock, ...faults });
  const producer = new ProducerClient({ ...broker.clientOptions('producer'), ...durations });
  const consumer = new ConsumerClient({ ...broker.clientOptions('consumer'), ...durations, offerDelivery });
  producer.handle('numbers', async function* (request) {
    for (let n = 0; n < 10; n += 1) {
      yield `${request.text()}.${n}`;
      await new Promise<void>((resolve) => clock.setTimeout(resolve, 100));
    }
  });
  // The subscriptions have to be known before anything is asked for.
  await clock.advance(0);

  const seen: string[] = [];
  const ends = Array.from({ length: 10 }, (_, index) => {
    const stream = consumer.openStream('numbers', String(index), {
      onRecord: (record) => {
        seen.push(`${clock.now()} ${new TextDecoder().decode(record)}`);
        if (index % 3 === 0 && seen.length % 5 === 4) stream.cancel();
      },
    });
    return stream.closed.then((end) => seen.push(`${clock.now()} ${index} ended ${end.reason} after ${end.records}`));
  });
  for (let turns = 0; turns < 200 && consumer.streams.length > 0; turns += 1) await clock.advance(200);
  await Promise.all(ends);
  await producer.close();
  await consumer.close();
  // What the clients said last is still on its way.
  await clock.advance(travelMsMax);
  if (clock.pending().length > 0) throw new Error(`expected no timer to be left, got ${clock.pending().length}`);
  return `${seen.join('\n')}\n${broker.traceText()}`;
}
