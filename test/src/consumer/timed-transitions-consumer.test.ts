import { expect } from 'chai';
import type { ConsumerStream } from '../../../src/consumer/consumer-stream.js';
import { useFakeTime } from '../../support/fake-time.js';
import { createGoProducer, type GoProducer } from '../../support/go-peer.js';
import { closePair, createPair, type Pair } from '../../support/pair.js';
import { readInBackground, type Reading } from '../../support/read.js';
import { settle } from '../../support/settle.js';

/** All durations are the defaults: I 10 s, T 5 s, B 10 s, K 2, S and O 30 s. */
describe('Timed transitions of a consumer stream', () => {
  const time = useFakeTime();
  let pair: Pair;
  let producer: GoProducer;
  let stream: ConsumerStream;
  let reading: Reading;
  beforeEach(async () => {
    pair = createPair();
    producer = createGoProducer(pair.bystander, 'logs');
    await settle();
    stream = pair.consumer.openStream('logs');
    reading = readInBackground(stream);
    await settle();
  });
  afterEach(() => closePair(pair));

  const state = () => stream.actor.getSnapshot().value;
  const sendRecord = async (text = 'x') => {
    producer.data(producer.requests[0]!, text);
    await settle();
  };
  const sendHeartbeat = async (ids: readonly string[] = [stream.id]) => {
    producer.heartbeat(producer.requests[0]!.heartBeatRequestSub, { logs: ids });
    await settle();
  };
  /** The stream lives up to the due time and ends at it. */
  const expectEndIn = async (ms: number, reason: string) => {
    await time.pass(ms - 1);
    expect(reading.end).to.equal(undefined);
    await time.pass(1);
    expect(reading.end).to.include({ reason, code: 1006 });
    expect(reading.error).to.include({ name: 'CloseError', reason });
    expect(state()).to.equal('cancelling');
  };
  const expectClosedIn = async (ms: number) => {
    await time.pass(ms - 1);
    expect(state()).to.equal('cancelling');
    expect(pair.consumer.streams).to.deep.equal([stream]);
    await time.pass(1);
    expect(state()).to.equal('closed');
    expect(pair.consumer.streams).to.deep.equal([]);
    expect(time.pending).to.equal(0);
  };

  describe('opening, the open timeout O', () => {
    it('ends the stream 30 s after its request where nothing comes', async () => {
      expect(state()).to.deep.equal({ opening: 'waiting' });
      await expectEndIn(30_000, 'noAnswer');
      await expectClosedIn(15_000);
    });

    it('is over with the first record', async () => {
      await time.pass(29_999);
      await sendRecord();
      expect(state()).to.deep.equal({ active: 'listening' });
      await expectEndIn(30_000, 'producerSilent');
      expect(reading.records).to.deep.equal(['x']);
    });

    it('is over with the first heartbeat that lists the stream', async () => {
      await time.pass(29_999);
      await sendHeartbeat();
      expect(state()).to.deep.equal({ active: 'listening' });
      await expectEndIn(30_000, 'producerSilent');
    });

    it('takes no notice of a heartbeat that lists other streams only', async () => {
      await time.pass(20_000);
      await sendHeartbeat(['hOItDxNV']);
      await expectEndIn(10_000, 'noAnswer');
    });
  });

  describe('active, the silence timeout S', () => {
    it('ends the stream 30 s after the last record, however many came', async () => {
      await sendRecord('1');
      for (const record of ['2', '3', '4', '5']) {
        await time.pass(29_999);
        expect(state()).to.deep.equal({ active: 'listening' });
        await sendRecord(record);
      }
      await expectEndIn(30_000, 'producerSilent');
      expect(reading.records).to.deep.equal(['1', '2', '3', '4', '5']);
      await expectClosedIn(15_000);
    });

    it('starts again with each heartbeat that lists the stream', async () => {
      await sendRecord();
      for (let round = 0; round < 5; round += 1) {
        await time.pass(29_999);
        await sendHeartbeat();
      }
      expect(producer.answers).to.have.lengthOf(5);
      await expectEndIn(30_000, 'producerSilent');
    });

    it('starts again with records and heartbeats in turn, whichever was last', async () => {
      await sendHeartbeat();
      await time.pass(20_000);
      await sendRecord();
      await time.pass(20_000);
      await sendHeartbeat();
      await time.pass(20_000);
      await sendRecord();
      await expectEndIn(30_000, 'producerSilent');
    });

    it('starts no timer for a record', async () => {
      await sendRecord();
      const { pending } = time;
      for (let count = 0; count < 100; count += 1) await sendRecord();
      expect(time.pending).to.equal(pending);
    });
  });

  describe('cancelling, the cancellation buffer B', () => {
    beforeEach(async () => {
      await sendRecord();
      stream.cancel();
      await settle();
    });

    it('closes the stream I + T, 15 s, after the cancel where nothing is heard', async () => {
      await expectClosedIn(15_000);
    });

    it('starts again with each late record, which nobody sees', async () => {
      for (let count = 0; count < 4; count += 1) {
        await time.pass(14_999);
        await sendRecord('late');
      }
      expect(reading.records).to.deep.equal(['x']);
      await expectClosedIn(15_000);
    });

    it('starts again with each heartbeat that lists the stream, which is reported', async () => {
      for (let count = 0; count < 4; count += 1) {
        await time.pass(14_999);
        await sendHeartbeat();
      }
      expect(producer.answers).to.deep.equal(Array.from({ length: 4 }, () => ({ logs: [stream.id] })));
      await expectClosedIn(15_000);
    });

    it('is over with the close of the producer', async () => {
      await time.pass(5_000);
      producer.close(producer.requests[0]!, 1001);
      await settle();
      expect(state()).to.equal('closed');
      expect(time.pending).to.equal(0);
    });
  });

  describe('while the connection is down', () => {
    it('the open timeout is suspended, and starts afresh on reconnect', async () => {
      await time.pass(29_999);
      pair.broker.stop();
      await time.pass(1_000_000);
      expect(state()).to.deep.equal({ opening: 'suspended' });
      expect(time.pending).to.equal(0);
      pair.broker.start();
      await expectEndIn(30_000, 'noAnswer');
    });

    it('the silence timeout is suspended, and starts afresh on reconnect', async () => {
      await sendRecord();
      await time.pass(29_999);
      pair.broker.stop();
      await time.pass(1_000_000);
      expect(state()).to.deep.equal({ active: 'suspended' });
      expect(time.pending).to.equal(0);
      pair.broker.start();
      await expectEndIn(30_000, 'producerSilent');
    });

    it('a stream goes on after reconnect where its producer does', async () => {
      await sendRecord('before');
      pair.broker.stop();
      await time.pass(60_000);
      pair.broker.start();
      await settle();
      await sendRecord('after');
      expect(reading.records).to.deep.equal(['before', 'after']);
      expect(state()).to.deep.equal({ active: 'listening' });
    });

    it('a request waits, and the open timeout starts when it is published', async () => {
      pair.broker.stop();
      await settle();
      const late = pair.consumer.openStream('logs');
      await time.pass(1_000_000);
      expect(producer.requests).to.have.lengthOf(1);
      pair.broker.start();
      await settle();
      // Nothing was heard of the first one before the connection was lost, so that it is asked again.
      const asked = [stream.id, `${stream.id}~1`, late.id];
      expect(producer.requests.map(({ streamId }) => streamId)).to.deep.equal(asked);
      await time.pass(29_999);
      expect(late.actor.getSnapshot().value).to.deep.equal({ opening: { returning: 'asked' } });
      await time.pass(1);
      expect(await late.closed).to.include({ reason: 'noAnswer' });
    });

    it('a stream is left at once, and closed after the cancellation buffer', async () => {
      await sendRecord();
      pair.broker.stop();
      await settle();
      stream.cancel();
      await settle();
      expect(reading.end).to.include({ reason: 'cancelled' });
      await expectClosedIn(15_000);
    });

    it('a deadline goes on', async () => {
      const brief = pair.consumer.openStream('logs', undefined, { timeoutMs: 5_000 });
      await settle();
      pair.broker.stop();
      const other = readInBackground(brief);
      await time.pass(4_999);
      expect(other.end).to.equal(undefined);
      await time.pass(1);
      expect(other.end).to.include({ reason: 'timedOut' });
    });
  });
});

describe('Timed transitions of a producer, towards a consumer whose reports are exact', () => {
  const time = useFakeTime();

  it('close the stream with the first report, at the heartbeat after the cancel', async () => {
    const pair = createPair({ consumer: { offerDelivery: false } });
    const finished: string[] = [];
    pair.producer.handle('logs', async function* (request) {
      try {
        yield 'one';
        await new Promise((resolve) => request.signal.addEventListener('abort', resolve));
      } finally {
        finished.push(request.streamId);
      }
    });
    const stream = pair.consumer.openStream('logs');
    await time.pass(2_000);
    stream.cancel();
    await time.pass(7_999);
    expect(finished).to.deep.equal([]);
    await time.pass(1);
    expect(finished).to.deep.equal([stream.id]);
    expect(pair.producer.streams).to.deep.equal([]);
    expect(time.pending).to.equal(0);
    await closePair(pair);
  });
});
