import { expect } from 'chai';
import type { ConsumerClientOptions } from '../../src/validation/options.js';
import { useFakeTime } from '../support/fake-time.js';
import { createGoProducer, type GoProducer } from '../support/go-peer.js';
import { closePair, createPair, type Pair } from '../support/pair.js';
import { readInBackground } from '../support/read.js';
import { settle } from '../support/settle.js';

/** Our consumer, and producers that do what the Go package and bacalhau's application of it do. */
describe('Go producers, for our reader', () => {
  const time = useFakeTime();
  let pair: Pair;
  let producer: GoProducer;
  beforeEach(() => begin());
  afterEach(() => closePair(pair));

  const begin = async (consumer: Partial<ConsumerClientOptions> = {}) => {
    pair = createPair({ consumer });
    producer = createGoProducer(pair.bystander, 'logs');
    await settle();
  };
  const beat = (number: number) => {
    const request = producer.requests[number]!;
    producer.heartbeat(request.heartBeatRequestSub, { logs: [request.streamId] });
  };

  describe('that serve one stream after another', () => {
    /** The first stream is served for 40 s with a heartbeat each 10 s; the second request waits for its end. */
    const readBoth = async () => {
      const first = readInBackground(pair.consumer.openStream('logs'));
      const second = readInBackground(pair.consumer.openStream('logs'));
      await settle();
      for (let round = 0; round < 4; round += 1) {
        await time.pass(10_000);
        beat(0);
      }
      producer.close(producer.requests[0]!, 1000);
      producer.data(producer.requests[1]!, 'at last');
      producer.close(producer.requests[1]!, 1000);
      await settle();
      return { first, second };
    };

    it('let the second stream wait, which is told noAnswer after O', async () => {
      const { first, second } = await readBoth();
      expect(first.end).to.include({ reason: 'completed' });
      expect(second.error).to.include({ reason: 'noAnswer', code: 1006 });
      expect(second.records).to.deep.equal([]);
    });

    it('let the second stream wait, which is read where O is longer than the first one', async () => {
      await closePair(pair);
      await begin({ openTimeoutMs: 60_000 });
      const { second } = await readBoth();
      expect(second.end).to.include({ reason: 'completed' });
      expect(second.records).to.deep.equal(['at last']);
    });
  });

  it('close with 1000 after a write that failed, which nothing on the wire tells from a complete stream', async () => {
    const reading = readInBackground(pair.consumer.openStream('logs'));
    await settle();
    // Of five records two could not be published.
    for (const text of ['1', '2', '4']) producer.data(producer.requests[0]!, text);
    producer.close(producer.requests[0]!, 1000);
    await settle();
    expect(reading.records).to.deep.equal(['1', '2', '4']);
    expect(reading.end).to.include({ reason: 'completed', code: 1000, records: 3 });
  });

  describe('without heartbeats, as a Writer without a ProducerClient is', () => {
    const readWithGap = async (gapMs: number) => {
      const reading = readInBackground(pair.consumer.openStream('logs'));
      await settle();
      producer.data(producer.requests[0]!, 'before');
      await time.pass(gapMs);
      producer.data(producer.requests[0]!, 'after');
      producer.close(producer.requests[0]!, 1000);
      await settle();
      return reading;
    };

    it('are taken for dead where a gap between records is as long as S', async () => {
      const reading = await readWithGap(30_000);
      expect(reading.records).to.deep.equal(['before']);
      expect(reading.error).to.include({ reason: 'producerSilent', code: 1006 });
    });

    it('are read where no gap is as long as S', async () => {
      expect((await readWithGap(29_999)).end).to.include({ reason: 'completed', records: 2 });
      await closePair(pair);
      await begin({ silenceTimeoutMs: 600_000 });
      expect((await readWithGap(599_999)).end).to.include({ reason: 'completed', records: 2 });
    });
  });
});
