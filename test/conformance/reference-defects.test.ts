import { expect } from 'chai';
import sinon from 'sinon';
import { ConsumerClient } from '../../src/consumer/consumer-client.js';
import { ProducerClient } from '../../src/producer/producer-client.js';
import type { StreamRequest } from '../../src/producer/stream-request.js';
import { useFakeTime } from '../support/fake-time.js';
import { createGoConsumer } from '../support/go-peer.js';
import { closePair, createPair, createTestBroker, type Pair } from '../support/pair.js';
import { failureOf, readAll, readInBackground } from '../support/read.js';
import { settle } from '../support/settle.js';

/** What goes wrong in the Go package, by number, and does not here. All durations are the defaults. */
describe('Defects of the reference', () => {
  const time = useFakeTime();
  let pair: Pair;
  let finished: string[];
  beforeEach(() => {
    pair = createPair({ consumer: { offerDelivery: false } });
    finished = [];
    pair.producer.handle('ticks', async function* (request) {
      try {
        for (let i = 0; !request.signal.aborted; i += 1) {
          yield `${i}`;
          await new Promise((resolve) => setTimeout(resolve, 1_000));
        }
      } finally {
        finished.push(request.streamId);
      }
    });
    pair.producer.handle('silent', async function* (request) {
      try {
        yield 'only';
        await new Promise((resolve) => request.signal.addEventListener('abort', resolve));
      } finally {
        finished.push(request.streamId);
      }
    });
  });
  afterEach(() => closePair(pair));

  it('1: opening a stream does not kill an older live stream of the same subject', async () => {
    const first = readInBackground(pair.consumer.openStream('ticks'));
    await time.pass(15_500);
    const second = readInBackground(pair.consumer.openStream('ticks'));
    await time.pass(120_000);
    expect([first.done, second.done]).to.deep.equal([false, false]);
    expect([first.records.length, second.records.length]).to.deep.equal([136, 121]);
  });

  it('2: a cancelled stream is reported, and its producer stops at the next heartbeat', async () => {
    const stream = pair.consumer.openStream('ticks');
    await time.pass(1_000);
    stream.cancel();
    await time.pass(9_000);
    expect(finished).to.deep.equal([stream.id]);
  });

  it('3: a reader does not wait for ever when its producer dies', async () => {
    const reading = readInBackground(pair.consumer.openStream('ticks'));
    await time.pass(5_500);
    // Without a close frame, as a killed process leaves.
    pair.producerConnection.disconnect();
    await time.pass(29_500);
    expect(reading.error).to.include({ name: 'CloseError', reason: 'producerSilent' });
    expect(reading.records).to.deep.equal(['0', '1', '2', '3', '4', '5']);
  });

  it('4: a dead consumer delays no heartbeat of another, and blocks no new stream', async () => {
    const dead = createGoConsumer(pair.bystander, 'dead');
    dead.answerWith = () => undefined;
    const alive = createGoConsumer(pair.bystander, 'alive');
    const heartbeatTimes: number[] = [];
    alive.answerWith = () => {
      heartbeatTimes.push(time.now);
      return { NonActiveStreamIds: {} };
    };
    await settle();
    dead.open('silent', 'streamAA');
    alive.open('silent', 'streamBB');
    await time.pass(12_000);
    // A heartbeat of the dead one is under way now.
    expect(dead.heartbeats).to.have.lengthOf(2);
    alive.open('silent', 'streamCC');
    await settle();
    expect(alive.records('streamCC')).to.deep.equal(['only']);
    await time.pass(18_000);
    expect(heartbeatTimes).to.deep.equal([0, 10_000, 12_000, 20_000, 30_000]);
  });

  it('5: a slow reader blocks no other stream, and loses no record in silence', async () => {
    const other = createPair({ consumer: { offerDelivery: false, bufferedRecordsMax: 1_000 } });
    const total = 20_000;
    other.producer.handle('many', function* () {
      for (let i = 0; i < total; i += 1) yield `${i}`;
    });
    await settle();
    const slow = other.consumer.openStream('many');
    let last = -1;
    let inOrder = true;
    const onRecord = (record: Uint8Array) => {
      const i = Number(new TextDecoder().decode(record));
      inOrder &&= i === last + 1;
      last = i;
    };
    const quick = await other.consumer.openStream('many', undefined, { onRecord }).closed;
    expect(quick).to.include({ reason: 'completed', records: total });
    expect([inOrder, last]).to.deep.equal([true, total - 1]);
    const read: string[] = [];
    const error = await failureOf(async () => {
      for await (const text of slow.text()) read.push(text);
    });
    expect(error).to.include({ reason: 'slowReader' });
    expect((await slow.closed).text).to.match(/^the reader is too slow: 1000 records of \d+ bytes wait/);
    expect(read).to.deep.equal(Array.from({ length: 1_000 }, (_, i) => `${i}`));
    await closePair(other);
  });

  it('6: a duplicated open request neither closes the live stream nor unregisters it', async () => {
    const peer = createGoConsumer(pair.bystander);
    await settle();
    peer.open('ticks', 'streamAA');
    await time.pass(1_500);
    peer.open('ticks', 'streamAA');
    await time.pass(20_000);
    expect(peer.closeCode('streamAA')).to.equal(undefined);
    expect(peer.records('streamAA')).to.deep.equal(Array.from({ length: 22 }, (_, i) => `${i}`));
    expect(peer.heartbeats.at(-1)?.streams).to.deep.equal({ ticks: ['streamAA'] });
  });

  it('7: one lost heartbeat ends no stream, and several do not end it with 1000', async () => {
    const peer = createGoConsumer(pair.bystander);
    await settle();
    peer.open('ticks', 'streamAA');
    await settle();
    const { answerWith } = peer;
    peer.answerWith = () => undefined;
    await time.pass(15_000);
    peer.answerWith = answerWith;
    await time.pass(60_000);
    expect(peer.closeCode('streamAA')).to.equal(undefined);
    peer.answerWith = () => undefined;
    await time.pass(25_000);
    expect(peer.closeCode('streamAA')).to.equal(1001);
  });

  it('8: no responders is told as what it is, not as bad data', async () => {
    const error = await failureOf(readAll(pair.consumer.openStream('nobody')));
    expect(error).to.include({ reason: 'noResponders', code: 1006 });
  });

  it('8: a record over max_payload does not end the stream as complete', async () => {
    pair.producer.handle('large', function* () {
      yield 'before';
      yield new Uint8Array(2 * 1024 * 1024);
    });
    await settle();
    const reading = readInBackground(pair.consumer.openStream('large'));
    await settle();
    expect(reading.records).to.deep.equal(['before']);
    expect(reading.error).to.include({ code: 5000, reason: 'closed' });
  });

  it('8: a closed connection ends every stream at once, on both sides', async () => {
    const reading = readInBackground(pair.consumer.openStream('ticks'));
    await settle();
    await pair.consumerConnection.close();
    await settle();
    expect(reading.error).to.include({ reason: 'connectionClosed' });
    await pair.producerConnection.close();
    await settle();
    expect(pair.producer.streams).to.deep.equal([]);
  });

  it('8: a client can be closed', async () => {
    const reading = readInBackground(pair.consumer.openStream('ticks'));
    await settle();
    await pair.producer.close();
    await settle();
    expect(reading.error).to.include({ code: 1001, reason: 'closed' });
    await pair.consumer.close();
    await settle();
    expect(pair.broker.subscriptionCount).to.equal(0);
  });

  it('9: a cancellation is noticed without another record, by the reader at once and by the producer', async () => {
    const controller = new AbortController();
    const stream = pair.consumer.openStream('silent', undefined, { signal: controller.signal });
    const reading = readInBackground(stream);
    await settle();
    expect([reading.records, reading.done]).to.deep.equal([['only'], false]);
    controller.abort();
    await settle();
    expect(reading.done).to.equal(true);
    await time.pass(10_000);
    expect(finished).to.deep.equal([stream.id]);
  });

  it('10: a connection is all the configuration that is needed, and durations of zero are refused', async () => {
    const connection = createTestBroker().connect();
    const requests: StreamRequest[] = [];
    const producer = new ProducerClient({ connection });
    const consumer = new ConsumerClient({ connection });
    producer.handle('logs', async function* (request) {
      requests.push(request);
      yield 'one';
      await new Promise((resolve) => request.signal.addEventListener('abort', resolve));
    });
    for await (const text of consumer.openStream('logs').text()) {
      expect(text).to.equal('one');
      break;
    }
    await time.pass(10_000);
    expect(requests[0]?.signal.aborted).to.equal(true);
    for (const name of ['heartbeatIntervalMs', 'heartbeatRequestTimeoutMs', 'silenceTimeoutMs', 'openTimeoutMs']) {
      for (const Client of [ConsumerClient, ProducerClient]) {
        expect(() => new Client({ connection, [name]: 0 }))
          .to.throw(name)
          .with.property('code', 'badArgument');
      }
    }
    await consumer.close();
    await producer.close();
  });

  it('11: ids come neither from the clock nor from Math.random', () => {
    const random = sinon.stub(Math, 'random').returns(0.5);
    try {
      const { connection } = { connection: createTestBroker().connect() };
      const ids = Array.from({ length: 100 }, () => new ConsumerClient({ connection }).id);
      const streams = Array.from({ length: 100 }, () => pair.consumer.openStream('ticks').id);
      expect(new Set([...ids, ...streams]).size).to.equal(200);
      expect(random.callCount).to.equal(0);
    } finally {
      random.restore();
    }
  });

  it('11: no request points a producer at a foreign subject', async () => {
    const seen: string[] = [];
    pair.bystander.subscribe('orders.>', { callback: (_, { subject }) => seen.push(subject) });
    await settle();
    const aimed = {
      consumerId: '_SINBOX.3cIFx2Ul804koefsXxXj5b.',
      streamId: 'streamAA',
      heartBeatRequestSub: 'orders.created',
      body: null,
    };
    pair.bystander.publish('ticks', JSON.stringify(aimed), { reply: '_SINBOX.3cIFx2Ul804koefsXxXj5b.streamAA' });
    const foreign = { ...aimed, consumerId: 'orders.', streamId: 'paid' };
    pair.bystander.publish('ticks', JSON.stringify(foreign), { reply: 'orders.paid' });
    await time.pass(60_000);
    expect(seen).to.deep.equal([]);
    expect(pair.producer.streams).to.deep.equal([]);
  });

  it('12: a write gives the size of the data, not of the envelope', async () => {
    const sizes: number[] = [];
    const { writer } = pair.producer.addStream({
      subject: 'logs',
      consumerId: '_SINBOX.3cIFx2Ul804koefsXxXj5b.',
      streamId: 'streamAA',
    });
    for (const data of ['', 'abc', new Uint8Array(1_000)]) sizes.push(await writer.write(data));
    sizes.push(await writer.writeObject({ i: 0 }));
    expect(sizes).to.deep.equal([0, 3, 1_000, 7]);
  });
});
