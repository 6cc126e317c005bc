import { expect } from 'chai';
import { createMemoryBroker } from '../../../src/memory-broker/index.js';
import { ConsumerClient, ProducerClient, type StreamRequest } from '../../../src/index.js';
import { useFakeTime } from '../../support/fake-time.js';
import { failureOf, readAll } from '../../support/read.js';

/**
 * A consumer and two producers that share its requests. While `isDeaf`, nothing reaches the consumer.
 */
function createBench(offers: { readonly offerExtension?: boolean; readonly offerDelivery?: boolean }) {
  const bench = { isDeaf: false };
  const broker = createMemoryBroker({
    schedule: (turn) => void Promise.resolve().then(turn),
    route: ({ to }, deliver) => {
      if (!bench.isDeaf || to.name !== 'consumer') deliver();
    },
  });
  const connection = broker.connect({ name: 'consumer' });
  const consumer = new ConsumerClient({ connection, ...offers });
  const requests: StreamRequest[] = [];
  const running = new Set<StreamRequest>();
  const producers = ['one', 'other'].map((name) => {
    const producer = new ProducerClient({ connection: broker.connect({ name }) });
    producer.handle(
      'jobs',
      async function* (request) {
        requests.push(request);
        running.add(request);
        try {
          for (let number = 0; number < 3; number += 1) yield `${name} ${number}`;
          await new Promise((resolve) => {
            request.signal.addEventListener('abort', resolve);
            setTimeout(resolve, 60_000);
          });
          if (!request.signal.aborted) yield `${name} 3`;
        } finally {
          running.delete(request);
        }
      },
      { queue: 'workers' },
    );
    return producer;
  });
  const close = async () => {
    await consumer.close();
    for (const producer of producers) await producer.close();
  };
  return Object.assign(bench, { connection, consumer, requests, running, close });
}

describe('A request that is asked again', () => {
  const time = useFakeTime();
  let bench: ReturnType<typeof createBench>;
  afterEach(() => bench.close());

  /** Opens a stream, and loses the link before anything that answers its request has come. */
  const openAndLose = async (offers: Parameters<typeof createBench>[0] = {}) => {
    bench = createBench(offers);
    await time.pass(0);
    bench.isDeaf = true;
    const stream = bench.consumer.openStream('jobs');
    await time.pass(0);
    bench.connection.disconnect();
    await time.pass(0);
    bench.isDeaf = false;
    expect(stream.actor.getSnapshot().value).to.deep.equal({ opening: 'suspended' });
    expect(bench.requests).to.have.lengthOf(1);
    return stream;
  };

  for (const [peers, offers] of [
    ['with delivery', {}],
    ['with exact reports alone', { offerDelivery: false }],
    ['of a plain consumer', { offerExtension: false }],
  ] as const) {
    it(`is answered by one producer of a queue group, complete, and the first one stops: ${peers}`, async () => {
      const stream = await openAndLose(offers);
      bench.connection.reconnect();
      const reading = readAll(stream);
      await time.pass(0);
      const [first, second] = bench.requests;
      expect(second?.streamId).to.equal(`${stream.id}~1`);
      expect(first?.streamId).to.equal(stream.id);
      expect(bench.running).to.have.lengthOf(2);
      // I + 2·D after it was asked again, and where reports may be taken back, B later.
      await time.pass(offers !== undefined && 'offerExtension' in offers ? 10_000 + 25_000 : 10_000);
      expect(first?.signal.aborted).to.equal(true);
      expect([...bench.running]).to.deep.equal([second]);
      await time.pass(60_000);
      const records = (await reading).map((record) => new TextDecoder().decode(record));
      const [name] = records[0]?.split(' ') ?? [];
      expect(records).to.deep.equal([0, 1, 2, 3].map((number) => `${name} ${number}`));
      expect((await stream.closed).reason).to.equal('completed');
      expect(stream.id, 'the public id stays').to.have.lengthOf(8);
    });
  }

  it('has a stream id of its own each time', async () => {
    const stream = await openAndLose();
    for (let times = 0; times < 3; times += 1) {
      bench.isDeaf = true;
      bench.connection.reconnect();
      await time.pass(0);
      bench.connection.disconnect();
      await time.pass(0);
    }
    expect(bench.requests.map(({ streamId }) => streamId)).to.deep.equal([
      stream.id,
      ...[1, 2, 3].map((number) => `${stream.id}~${number}`),
    ]);
  });

  it('is not asked again once anything was heard of the stream, also while the link was believed down', async () => {
    bench = createBench({});
    const stream = bench.consumer.openStream('jobs');
    await time.pass(0);
    bench.connection.disconnect();
    await time.pass(0);
    bench.connection.reconnect();
    await time.pass(60_000);
    expect(bench.requests).to.have.lengthOf(1);
    expect((await stream.closed).reason).to.equal('completed');
  });

  it('starts its open timeout anew when the link is back', async () => {
    const stream = await openAndLose();
    await time.pass(100_000);
    bench.isDeaf = true;
    bench.connection.reconnect();
    await time.pass(29_999);
    expect(stream.actor.getSnapshot().matches('opening')).to.equal(true);
    await time.pass(1);
    expect(await failureOf(readAll(stream))).to.have.property('reason', 'noAnswer');
  });

  it('can be left while the link is away, and nobody is asked then', async () => {
    const stream = await openAndLose();
    stream.cancel();
    bench.connection.reconnect();
    await time.pass(10_000);
    expect(bench.requests).to.have.lengthOf(1);
    expect(bench.running).to.have.lengthOf(0);
    expect((await stream.closed).reason).to.equal('cancelled');
  });
});
