import { expect } from 'chai';
import { getEventListeners } from 'node:events';
import type { StreamRequest } from '../../../src/producer/stream-request.js';
import { closePair, createPair, type Pair } from '../../support/pair.js';
import { failureOf, readAll } from '../../support/read.js';
import { useFakeTime } from '../../support/fake-time.js';
import { settle } from '../../support/settle.js';

/** A pair whose producer yields one record and then waits for its reader to go. */
function createEndlessPair(offerDelivery: boolean) {
  const pair = createPair({ consumer: { offerDelivery } });
  const requests: StreamRequest[] = [];
  const finished: string[] = [];
  pair.producer.handle('logs', async function* (request) {
    requests.push(request);
    try {
      yield 'one';
      yield 'two';
      await new Promise((_, reject) => {
        request.signal.addEventListener('abort', () => reject(request.signal.reason as Error));
      });
    } finally {
      finished.push(request.streamId);
    }
  });
  return { pair, requests, finished };
}

const kinds = [
  // A plain producer is told by the answer to its next heartbeat, a producer that delivers within one trip.
  { name: 'Leaving a plain stream', offerDelivery: false, toldAfterMs: 10_000 },
  { name: 'Leaving a stream with delivery', offerDelivery: true, toldAfterMs: 0 },
];

for (const { name, offerDelivery, toldAfterMs } of kinds) {
  describe(name, () => {
    const time = useFakeTime();
    let bench: ReturnType<typeof createEndlessPair>;
    let pair: Pair;
    beforeEach(() => {
      bench = createEndlessPair(offerDelivery);
      pair = bench.pair;
    });
    afterEach(() => closePair(pair));

    /** The producer learns of it when it is due, and everything of the stream is given back on both sides. */
    async function expectProducerTold() {
      if (toldAfterMs > 0) {
        await time.pass(toldAfterMs - 1);
        expect(bench.finished).to.have.lengthOf(0);
      }
      await time.pass(Math.min(1, toldAfterMs));
      expect(bench.finished).to.have.lengthOf(1);
      expect(bench.requests[0]?.signal.aborted).to.equal(true);
      expect(pair.producer.streams).to.deep.equal([]);
      expect(pair.consumer.streams).to.deep.equal([]);
      expect(time.pending).to.equal(0);
    }

    it('by break ends the stream as cancelled, and tells the producer', async () => {
      const stream = pair.consumer.openStream('logs');
      await settle();
      for await (const record of stream) {
        expect(record).to.have.lengthOf(3);
        break;
      }
      expect(await stream.closed).to.include({ reason: 'cancelled', code: 1006 });
      await expectProducerTold();
    });

    it('by return from the function around the loop does the same', async () => {
      const stream = pair.consumer.openStream('logs');
      await settle();
      const first = async () => {
        for await (const text of stream.text()) return text;
        return undefined;
      };
      expect(await first()).to.equal('one');
      expect(await stream.closed).to.include({ reason: 'cancelled' });
      await expectProducerTold();
    });

    it('by a throw in the loop does the same, and the throw goes its way', async () => {
      const stream = pair.consumer.openStream('logs');
      await settle();
      const error = await failureOf(async () => {
        for await (const text of stream.text()) throw new Error(`mine at ${text}`);
      });
      expect(error).to.have.property('message', 'mine at one');
      expect(await stream.closed).to.include({ reason: 'cancelled' });
      await expectProducerTold();
    });

    it('by an abort ends a loop that waits, quietly', async () => {
      const controller = new AbortController();
      const stream = pair.consumer.openStream('logs', undefined, { signal: controller.signal });
      const reading = readAll(stream.text());
      await settle();
      controller.abort(new Error('enough'));
      expect(await reading).to.deep.equal(['one', 'two']);
      expect(await stream.closed).to.include({ reason: 'cancelled', text: 'the signal aborted' });
      await expectProducerTold();
    });

    it('by an abort before any answer cancels a stream that is opening', async () => {
      const controller = new AbortController();
      const stream = pair.consumer.openStream('logs', undefined, { signal: controller.signal });
      controller.abort();
      expect(await stream.closed).to.include({ reason: 'cancelled', records: 0 });
      expect(await readAll(stream)).to.deep.equal([]);
      // The request and the first heartbeat were under way: the answer to that one reports the stream already.
      await settle();
      expect(pair.producer.streams).to.deep.equal([]);
      expect(pair.consumer.streams).to.deep.equal([]);
    });

    it('is not begun with a signal that has aborted: its reason is thrown and nothing is published', async () => {
      const reason = new Error('too late');
      const signal = AbortSignal.abort(reason);
      expect(() => pair.consumer.openStream('logs', undefined, { signal })).to.throw(reason);
      await settle();
      expect(bench.requests).to.deep.equal([]);
      expect(pair.consumer.streams).to.deep.equal([]);
    });

    it('by a deadline ends it as timed out, at the due time, whatever comes meanwhile', async () => {
      const stream = pair.consumer.openStream('logs', undefined, { timeoutMs: 4_000 });
      const failure = failureOf(readAll(stream));
      await time.pass(3_999);
      expect(stream.actor.getSnapshot().matches('active')).to.equal(true);
      await time.pass(1);
      expect(await failure).to.include({ name: 'CloseError', reason: 'timedOut', code: 1006 });
      expect((await stream.closed).text).to.equal('the deadline of 4000 ms has passed');
      await time.pass(6_000);
      expect(bench.finished).to.have.lengthOf(1);
      expect(pair.consumer.streams).to.deep.equal([]);
      expect(time.pending).to.equal(0);
    });

    it('by a deadline of 0 ends it in the next turn', async () => {
      const stream = pair.consumer.openStream('logs', undefined, { timeoutMs: 0 });
      await time.pass(0);
      expect(await stream.closed).to.include({ reason: 'timedOut' });
    });

    it('by cancel ends it at once, with the text that is told', async () => {
      const stream = pair.consumer.openStream('logs');
      await settle();
      stream.cancel('seen enough');
      expect(stream.buffered).to.equal(0);
      expect(stream.actor.getSnapshot().value).to.equal('cancelling');
      expect(await readAll(stream)).to.deep.equal([]);
      expect(await stream.closed).to.include({ reason: 'cancelled', text: 'seen enough', records: 2, bytes: 6 });
      await expectProducerTold();
    });

    it('by await using cancels it', async () => {
      const stream = pair.consumer.openStream('logs');
      await stream[Symbol.asyncDispose]();
      expect(await stream.closed).to.include({ reason: 'cancelled' });
    });

    it('by client.close ends every stream at once and gives back the subscriptions', async () => {
      const stream = pair.consumer.openStream('logs');
      const reading = readAll(stream.text());
      await settle();
      const before = pair.broker.subscriptionCount;
      await pair.consumer.close();
      expect(await reading).to.deep.equal(['one', 'two']);
      expect(await stream.closed).to.include({ reason: 'cancelled', text: 'the client was closed' });
      expect(pair.consumer.streams).to.deep.equal([]);
      await settle();
      expect(before - pair.broker.subscriptionCount).to.equal(2);
    });

    it(`by client.close is noticed by the producer ${toldAfterMs > 0 ? 'at the second miss' : 'at once'}`, async () => {
      pair.consumer.openStream('logs');
      await settle();
      await pair.consumer.close();
      if (toldAfterMs > 0) {
        await time.pass(10_000);
        expect(bench.finished).to.have.lengthOf(0);
        await time.pass(10_000);
      }
      await settle();
      expect(bench.finished).to.have.lengthOf(1);
      expect(time.pending).to.equal(0);
    });

    it('by client.drain ends every stream at once and goes on answering until the producers know', async () => {
      const stream = pair.consumer.openStream('logs');
      await settle();
      let drained = false;
      const draining = pair.consumer.drain().then(() => {
        drained = true;
      });
      expect(await stream.closed).to.include({ reason: 'cancelled', text: 'the client drains' });
      expect(() => pair.consumer.openStream('logs')).to.throw('drains');
      if (toldAfterMs > 0) {
        await time.pass(toldAfterMs - 1);
        expect([drained, bench.finished.length]).to.deep.equal([false, 0]);
      }
      await time.pass(Math.min(1, toldAfterMs));
      await draining;
      expect(bench.finished).to.have.lengthOf(1);
    });

    it('by client.drain is over at once where no stream is open', async () => {
      await pair.consumer.drain();
      expect(pair.consumer.actor.getSnapshot().value).to.equal('closed');
    });

    it('by client.drain takes the cancellation buffer where no producer is heard', async () => {
      pair.consumer.openStream('logs');
      await settle();
      await pair.producerConnection.close();
      let drained = false;
      const draining = pair.consumer.drain().then(() => {
        drained = true;
      });
      await time.pass(14_999);
      expect(drained).to.equal(false);
      await time.pass(1);
      await draining;
    });

    it('by client.drain waits until a producer knows that never hears of it but by heartbeats, however short its buffer', async () => {
      const brief = createPair({ consumer: { cancellationBufferMs: 100, offerExtension: false } });
      brief.producer.handle('logs', async function* ({ signal }) {
        yield 'one';
        await new Promise((resolve) => {
          signal.addEventListener('abort', resolve);
        });
      });
      brief.consumer.openStream('logs');
      await settle();
      let running: number | undefined;
      const draining = brief.consumer.drain().then(() => {
        running = brief.producer.streams.length;
      });
      await time.pass(14_999);
      expect(running).to.equal(undefined);
      await time.pass(60_000);
      await draining;
      expect(running).to.equal(0);
      await closePair(brief);
    });

    it('by closing the connection ends it with an error that says so, at once', async () => {
      const stream = pair.consumer.openStream('logs');
      const read: string[] = [];
      const failure = failureOf(async () => {
        for await (const text of stream.text()) read.push(text);
      });
      await settle();
      await pair.consumerConnection.close();
      expect(await failure).to.include({ name: 'CloseError', reason: 'connectionClosed', code: 1006 });
      expect(read).to.deep.equal(['one', 'two']);
      expect(pair.consumer.streams).to.deep.equal([]);
      expect(() => pair.consumer.openStream('logs')).to.throw('closed');
    });

    it('by closing the connection of the producer runs the finally blocks of its sources', async () => {
      pair.consumer.openStream('logs');
      await settle();
      await pair.producerConnection.close();
      await settle();
      expect(bench.finished).to.have.lengthOf(1);
      expect(pair.producer.streams).to.deep.equal([]);
    });

    it('leaves no listener on a signal that never aborts, however the stream ends', async () => {
      const { signal } = new AbortController();
      const streams = [pair.consumer.openStream('logs', undefined, { signal })];
      streams.push(pair.consumer.openStream('nobody', undefined, { signal, timeoutMs: 100 }));
      await settle();
      streams[0]?.cancel();
      expect(() => pair.consumer.openStream('logs', () => 1, { signal, timeoutMs: 100 })).to.throw();
      const both = { onRecord: () => undefined, onObject: () => undefined };
      expect(() => pair.consumer.openStream('logs', 'x', { signal, timeoutMs: 100, ...both })).to.throw('both');
      await Promise.all(streams.map(({ closed }) => closed));
      expect(getEventListeners(signal, 'abort')).to.deep.equal([]);
      await time.pass(15_000);
      expect(time.pending).to.equal(0);
    });
  });
}
