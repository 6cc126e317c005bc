import { expect } from 'chai';
import { numberedRecord, numberedRecords, numberOf, pause } from '../support/numbered.js';
import {
  briskTiming,
  latenessMs,
  numbersUpTo,
  startScene,
  untilStatus,
  untilTrue,
  type Scene,
} from '../support/scene.js';

const { heartbeatIntervalMs, heartbeatRequestTimeoutMs, missedHeartbeatsMax, silenceTimeoutMs } = briskTiming;

/** The tests and the clients read the status of a connection one after the other, and timers fire a little early. */
const observationMs = 50;

describe('a nats-server that is killed and restarted mid-stream', () => {
  let scene: Scene;
  beforeEach(async () => {
    scene = await startScene();
  });
  afterEach(() => scene.stop());

  it('ends no stream of either role, however long it is away, and what is published after it is back arrives', async () => {
    const [forConsumer, forProducer] = await Promise.all([scene.connect(), scene.connect()]);
    const producer = await scene.producer({ connection: forProducer, ...briskTiming });
    let published = -1;
    let isOver = false;
    let cancelled = 0;
    producer.handle('ticks', async function* ({ signal }) {
      signal.addEventListener('abort', () => (cancelled += 1));
      for await (const record of numberedRecords(Infinity, { everyMs: 10, signal })) {
        if (isOver) return;
        published = numberOf(record);
        yield record;
      }
    });
    await forProducer.flush();
    const consumer = await scene.consumer({ connection: forConsumer, ...briskTiming });
    const numbers: number[] = [];
    let ended = false;
    const stream = consumer.openStream('ticks', undefined, { onRecord: (record) => numbers.push(numberOf(record)) });
    void stream.closed.then(() => (ended = true));
    await untilTrue(() => numbers.length >= 10);

    const reconnects = Promise.all([forConsumer, forProducer].map((each) => untilStatus(each, 'reconnect')));
    await scene.server.kill();
    // Longer than the silence timeout and than K intervals: an outage proves nothing about the peer.
    await pause(silenceTimeoutMs + 300);
    expect(ended).to.equal(false);
    expect(cancelled).to.equal(0);
    await scene.server.restart();
    await reconnects;

    const publishedByThen = published;
    await untilTrue(() => published >= publishedByThen + 100);
    isOver = true;
    const end = await stream.closed;
    expect(end.reason).to.equal('completed');
    expect(numbers).to.deep.equal(numbers.toSorted((a, b) => a - b));
    const since = numbers.filter((number) => number > publishedByThen);
    const expected = numbersUpTo(published + 1).slice(publishedByThen + 1);
    expect(since, 'everything that was published after both were back').to.deep.equal(expected);
    expect(cancelled).to.equal(0);
  });

  for (const offerDelivery of [false, true]) {
    const kind = offerDelivery ? 'a stream with delivery' : 'a plain stream';
    it(`has the reader of ${kind} told within S after the reconnect where the producer does not come back`, async () => {
      const process = await scene.producerProcess({ subject: 'ticks', everyMs: 20, options: briskTiming });
      const connection = await scene.connect();
      const consumer = await scene.consumer({ connection, offerDelivery, ...briskTiming });
      let records = 0;
      let ended = false;
      const stream = consumer.openStream('ticks', undefined, { onRecord: () => (records += 1) });
      void stream.closed.then(() => (ended = true));
      await untilTrue(() => records >= 10);

      const reconnected = untilStatus(connection, 'reconnect').then(() => performance.now());
      await scene.server.kill();
      await process.kill();
      await pause(silenceTimeoutMs + 300);
      expect(ended, 'while the server is away').to.equal(false);
      await scene.server.restart();
      const reconnectedAtMs = await reconnected;
      const end = await stream.closed;
      expect(end.reason).to.equal('producerSilent');
      const afterMs = performance.now() - reconnectedAtMs;
      expect(afterMs).to.be.within(silenceTimeoutMs - observationMs, silenceTimeoutMs + latenessMs);
    });
  }

  it('has a source cancelled within K*I + T after the reconnect where the consumer does not come back', async () => {
    const connection = await scene.connect();
    const producer = await scene.producer({ connection, ...briskTiming });
    let cancelledAtMs: number | undefined;
    producer.handle('ticks', ({ signal }) => {
      signal.addEventListener('abort', () => (cancelledAtMs = performance.now()));
      return numberedRecords(Infinity, { everyMs: 20, signal });
    });
    await connection.flush();
    const process = scene.consumerProcess({ subject: 'ticks', streams: 1, options: briskTiming });
    await process.until('flowing');

    const reconnected = untilStatus(connection, 'reconnect').then(() => performance.now());
    await scene.server.kill();
    await process.kill();
    const boundMs = missedHeartbeatsMax * heartbeatIntervalMs + heartbeatRequestTimeoutMs;
    await pause(2 * boundMs);
    expect(cancelledAtMs, 'while the server is away').to.equal(undefined);
    await scene.server.restart();
    const reconnectedAtMs = await reconnected;
    await untilTrue(() => cancelledAtMs !== undefined);
    const leastMs = (missedHeartbeatsMax - 1) * heartbeatIntervalMs - observationMs;
    expect((cancelledAtMs ?? 0) - reconnectedAtMs).to.be.within(leastMs, boundMs + latenessMs);
    await untilTrue(() => producer.streams.length === 0);
  });

  it('makes a source that never waits wait while it is away, and loses nothing of what it yields from then on', async () => {
    // The default durations, since heartbeats wait their turn behind records that come as fast as they can.
    // One connection for both: nobody hears what a producer publishes before the inbox of its reader is back.
    const connection = await scene.connect();
    const producer = await scene.producer({ connection });
    let yielded = 0;
    let last = Infinity;
    producer.handle('eager', function* () {
      for (; yielded <= last; yielded += 1) yield numberedRecord(yielded, 1_024);
    });
    const consumer = await scene.consumer({ connection });
    const numbers: number[] = [];
    const stream = consumer.openStream('eager', undefined, { onRecord: (record) => numbers.push(numberOf(record)) });
    await untilTrue(() => numbers.length >= 1_000);

    const [disconnected, reconnected] = [untilStatus(connection, 'disconnect'), untilStatus(connection, 'reconnect')];
    await scene.server.kill();
    await disconnected;
    // The write that was under way when the loss was seen may be lost with the connection, but returns.
    const yieldedByThen = yielded;
    await pause(500);
    expect(yielded - yieldedByThen).to.be.at.most(1);
    await scene.server.restart();
    await reconnected;
    await untilTrue(() => yielded >= yieldedByThen + 10_000);
    last = yielded;
    expect((await stream.closed).reason).to.equal('completed');
    const since = numbers.filter((number) => number > yieldedByThen);
    expect(since).to.deep.equal(numbersUpTo(last + 1).slice(yieldedByThen + 1));
    expect(numbers).to.deep.equal(numbers.toSorted((a, b) => a - b));
  });
});
