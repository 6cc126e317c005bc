import { expect } from 'chai';
import { getEventListeners, setMaxListeners } from 'node:events';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { ConsumerStreamEnd } from '../../src/consumer/consumer-stream.js';
import { createTestClock, type TestClock } from '../../src/testing/doubles/test-clock.js';
import { createGoConsumer } from '../support/go-peer.js';
import { closePair, createPair, type Pair } from '../support/pair.js';
import { readAll, readOne } from '../support/read.js';
import { settle } from '../support/settle.js';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const streamsInAll = 10_000;
const streamsAtOnce = 200;

/** Every way in which a stream ends, as something that opens one and leads it there. */
type Ending = (pair: Pair, signal: AbortSignal) => Promise<ConsumerStreamEnd>;

const endings: Readonly<Record<string, Ending>> = {
  complete: async ({ consumer }, signal) => {
    const stream = consumer.openStream('done', 'body', { signal, timeoutMs: 600_000 });
    await readAll(stream);
    return stream.closed;
  },
  'failed by the source': ({ consumer }, signal) => consumer.openStream('fails', undefined, { signal }).closed,
  'left by break': async ({ consumer }, signal) => {
    const stream = consumer.openStream('endless', undefined, { signal });
    await readOne(stream);
    return stream.closed;
  },
  'left by abort': async ({ consumer }) => {
    const controller = new AbortController();
    const stream = consumer.openStream('endless', undefined, { signal: controller.signal });
    await settle();
    controller.abort();
    return stream.closed;
  },
  'ended by a deadline': ({ consumer }, signal) =>
    consumer.openStream('endless', undefined, { signal, timeoutMs: 1_000 }).closed,
  'cancelled at once': ({ consumer }, signal) => {
    const stream = consumer.openStream('endless', undefined, { signal });
    stream.cancel();
    return stream.closed;
  },
  'without responders': ({ consumer }, signal) => consumer.openStream('nobody', undefined, { signal }).closed,
  'without an answer': ({ consumer }, signal) => consumer.openStream('sink', undefined, { signal }).closed,
  'damaged by a bad frame': async ({ consumer, bystander }, signal) => {
    const stream = consumer.openStream('endless', undefined, { signal });
    await settle();
    // The start of an extended frame, and no plain one.
    bystander.publish(consumer.id + stream.id, Uint8Array.of(1));
    return stream.closed;
  },
  'removed by the producer': async ({ consumer, producer }, signal) => {
    const stream = consumer.openStream('endless', undefined, { signal });
    await settle();
    producer.removeStream(consumer.id, stream.id);
    return stream.closed;
  },
  'broken by a callback that throws': ({ consumer }, signal) => {
    const onRecord = () => {
      throw new Error('mine');
    };
    return consumer.openStream('endless', undefined, { signal, onRecord }).closed;
  },
};

/** One more way where nothing governs the pace of the producer. */
const plainEndings: Readonly<Record<string, Ending>> = {
  'too slow': ({ consumer }, signal) => consumer.openStream('many', undefined, { signal }).closed,
};

function endingsOf(offerDelivery: boolean): readonly Ending[] {
  return Object.values({ ...endings, ...(offerDelivery ? {} : plainEndings) });
}

function createServedPair(clock: TestClock, offerDelivery: boolean): Pair {
  const consumer = { clock, offerDelivery, bufferedRecordsMax: 5 };
  const pair = createPair({ consumer, producer: { clock } });
  pair.producer.handle('done', () => ['one', 'two']);
  pair.producer.handle('fails', () => {
    throw new Error('the source failed');
  });
  pair.producer.handle('many', () => Array.from({ length: 10 }, (_, i) => `${i}`));
  pair.producer.handle('endless', async function* (request) {
    yield 'one';
    await new Promise((resolve) => request.signal.addEventListener('abort', resolve));
  });
  pair.bystander.subscribe('sink', { callback: () => undefined });
  return pair;
}

/** Opens so many streams, brings each to one of the endings, and lets all timers of theirs run out. */
async function runStreams(pair: Pair, clock: TestClock, signal: AbortSignal, all: readonly Ending[], count: number) {
  const reasons: Record<string, number> = {};
  for (let opened = 0; opened < count; opened += streamsAtOnce) {
    const ends = Array.from({ length: streamsAtOnce }, (_, i) => all[(opened + i) % all.length]!(pair, signal));
    await clock.advance(60_000);
    for (const { reason } of await Promise.all(ends)) reasons[reason] = (reasons[reason] ?? 0) + 1;
  }
  return reasons;
}

function heapMiB(): number {
  collectGarbage();
  collectGarbage();
  return process.memoryUsage().heapUsed / 2 ** 20;
}

function expectNothingLeft(pair: Pair, clock: TestClock): void {
  expect(pair.consumer.streams).to.deep.equal([]);
  expect(pair.producer.streams).to.deep.equal([]);
  expect(clock.pending()).to.deep.equal([]);
}

function expectNoStreamKnown({ consumer, producer }: Pair): void {
  expect(consumer.actor.getSnapshot().context.streams).to.deep.equal([]);
  expect(producer.actor.getSnapshot().context).to.deep.include({ streams: [], consumers: [] });
}

describe('No leak', () => {
  for (const offerDelivery of [false, true]) {
    it(`is left by ${streamsInAll} ${offerDelivery ? 'streams with delivery' : 'plain streams'} that end in every way`, async () => {
      const clock = createTestClock();
      const pair = createServedPair(clock, offerDelivery);
      const all = endingsOf(offerDelivery);
      const { signal } = new AbortController();
      // Node warns where more than ten listeners wait for one signal, which is what is done here.
      setMaxListeners(0, signal);
      await settle();
      const subscriptions = pair.broker.subscriptionCount;

      await runStreams(pair, clock, signal, all, 4 * streamsAtOnce);
      const before = heapMiB();
      const reasons = await runStreams(pair, clock, signal, all, streamsInAll);
      const after = heapMiB();

      const counts = { subscriptions, timers: clock.pending().length, warnings: pair.warnings.length };
      console.log(`      ends: ${JSON.stringify(reasons)}`);
      console.log(`      left: ${JSON.stringify(counts)}, heap ${before.toFixed(1)} to ${after.toFixed(1)} MiB`);
      expectNothingLeft(pair, clock);
      expectNoStreamKnown(pair);
      expect(pair.broker.subscriptionCount).to.equal(subscriptions);
      expect(getEventListeners(signal, 'abort')).to.deep.equal([]);
      expect(Object.values(reasons).reduce((sum, count) => sum + count, 0)).to.equal(streamsInAll);
      expect(reasons).to.have.all.keys([
        'completed',
        'closed',
        'cancelled',
        'timedOut',
        'noResponders',
        'noAnswer',
        'unsupportedData',
        ...(offerDelivery ? [] : ['slowReader']),
      ]);
      expect(after - before).to.be.lessThan(16);

      await closePair(pair);
      await settle();
      // What is left is the bystander's.
      expect(pair.broker.subscriptionCount).to.equal(1);
    });
  }

  it('is left by 2000 consumers that vanish, one after the other', async () => {
    const clock = createTestClock();
    const pair = createServedPair(clock, true);
    await settle();
    for (let count = 0; count < 2_000; count += 100) {
      for (let i = 0; i < 100; i += 1) {
        const consumer = createGoConsumer(pair.bystander, `consumer${count + i}`);
        consumer.open('endless', 'streamAA');
        consumer.answerWith = () => undefined;
        if (i % 2 === 0) consumer.vanish();
      }
      await clock.advance(30_000);
    }
    expectNothingLeft(pair, clock);
    expectNoStreamKnown(pair);
    await closePair(pair);
  });

  it('is left by a hundred clients that are closed amid their streams', async () => {
    const clock = createTestClock();
    const { signal } = new AbortController();
    setMaxListeners(0, signal);
    for (let round = 0; round < 100; round += 1) {
      const offerDelivery = round % 5 === 0;
      const pair = createServedPair(clock, offerDelivery);
      for (const ending of endingsOf(offerDelivery)) void ending(pair, signal);
      await settle();
      await (round % 2 === 0 ? pair.consumer.close() : pair.consumerConnection.close());
      await (round % 3 === 0 ? pair.producer.close() : pair.producerConnection.close());
      await settle();
      expectNothingLeft(pair, clock);
      expect(pair.broker.subscriptionCount).to.equal(1);
    }
    expect(getEventListeners(signal, 'abort')).to.deep.equal([]);
  });
});
