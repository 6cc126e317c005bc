import { expect } from 'chai';
import { ProducerClient, StreamError, type HandleOptions } from '../../src/index.js';
import { createGoConsumer, createGoProducer } from '../support/go-peer.js';
import { useFakeTime } from '../support/fake-time.js';
import { closePair, createPair, type Pair, type PairOptions } from '../support/pair.js';
import { settle } from '../support/settle.js';

describe('heartbeats that are announced', () => {
  const time = useFakeTime();
  let pair: Pair;
  afterEach(() => closePair(pair));

  const serve = (subject: string, options: HandleOptions = {}, producer = pair.producer) =>
    producer.handle(
      subject,
      async function* ({ signal }) {
        yield 'one';
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
      },
      options,
    );
  const begin = async (options: PairOptions = {}, handling: HandleOptions = {}) => {
    pair = createPair(options);
    serve('logs', handling);
    await settle();
  };
  /** When heartbeats leave for our own consumers. */
  const hearHeartbeats = (): number[] => {
    const times: number[] = [];
    pair.bystander.subscribe('_HEARTBEAT.>', { callback: () => times.push(time.now) });
    return times;
  };
  /** How long after its producer is gone the reader of a stream is told. */
  const toldAfter = async (subject = 'logs'): Promise<number> => {
    const stream = pair.consumer.openStream(subject);
    await settle();
    let told: number | undefined;
    void stream.closed.then(({ reason }) => {
      if (reason === 'producerSilent') told = time.now;
    });
    await pair.producerConnection.close();
    const from = time.now;
    while (told === undefined && time.now - from < 80_000) await time.pass(100);
    return (told ?? Infinity) - from;
  };

  it('tell a reader of a dead producer within 5 s, where neither side says anything', async () => {
    await begin();
    expect(await toldAfter()).to.be.at.most(4_500);
  });

  it('keep a stream alive for which nothing comes but them', async () => {
    await begin();
    const times = hearHeartbeats();
    const stream = pair.consumer.openStream('logs');
    await time.pass(60_000);
    expect(stream.actor.getSnapshot().matches('active')).to.equal(true);
    expect(times).to.deep.equal(Array.from({ length: 40 }, (_, n) => (n + 1) * 1_500));
  });

  it('are those of the Go package towards a Go consumer, and where a plain consumer of this package asks', async () => {
    await begin({ consumer: { offerDelivery: false } });
    const go = createGoConsumer(pair.bystander);
    const times: number[] = [];
    go.answerWith = () => {
      times.push(time.now);
      return { NonActiveStreamIds: {} };
    };
    go.open('logs', 'streamAA');
    const ours = pair.consumer.openStream('logs');
    await time.pass(40_000);
    expect(times).to.deep.equal([0, 10_000, 20_000, 30_000, 40_000]);
    ours.cancel();
    await settle();
    expect(await toldAfter()).to.equal(30_000);
  });

  it('are waited for 30 s where a Go producer announces nothing', async () => {
    pair = createPair();
    const go = createGoProducer(pair.bystander, 'jobs');
    const stream = pair.consumer.openStream('jobs');
    await settle();
    go.data(go.requests[0]!, 'one');
    let reason: string | undefined;
    void stream.closed.then((end) => (reason = end.reason));
    await time.pass(29_999);
    expect(reason).to.equal(undefined);
    await time.pass(1);
    expect(reason).to.equal('producerSilent');
  });

  it('are those that the application says, of either side', async () => {
    await begin({ producer: { heartbeatIntervalMs: 8_000 } });
    expect(await toldAfter()).to.equal(2 * 8_000 + 5_000);
    await closePair(pair);
    await begin({ consumer: { silenceTimeoutMs: 40_000 } });
    expect(await toldAfter()).to.equal(40_000);
  });

  it('let a consumer stand still for as long as a plain one before its streams are stopped', async () => {
    await begin();
    pair.consumer.openStream('logs');
    await settle();
    await pair.consumerConnection.close();
    // The fifteenth round that nobody can answer: plain ones are lost at the second, after 20 s.
    await time.pass(22_400);
    expect(pair.producer.streams).to.have.length(1);
    await time.pass(200);
    expect(pair.producer.streams).to.have.length(0);
  });

  it('of a handler that says more often come more often, while one of its streams is there', async () => {
    await begin();
    serve('quick', { heartbeat: { intervalMs: 200 } });
    const times = hearHeartbeats();
    pair.consumer.openStream('logs');
    await time.pass(1_000);
    const quick = pair.consumer.openStream('quick');
    await time.pass(1_000);
    // The round that was due at 1,500 is brought forward.
    expect(times).to.deep.equal([1_200, 1_400, 1_600, 1_800, 2_000]);
    quick.cancel();
    await time.pass(200);
    const before = times.length;
    await time.pass(3_000);
    expect(times.slice(before)).to.have.length(2);
    expect(await toldAfter('quick')).to.equal(600);
  });

  it('of a handler that says less often are waited for longer, and come as for all others', async () => {
    await begin({}, { heartbeat: { intervalMs: 20_000, timeoutMs: 5_000, missedMax: 3 } });
    const times = hearHeartbeats();
    const stream = pair.consumer.openStream('logs');
    await time.pass(3_000);
    expect(times).to.deep.equal([1_500, 3_000]);
    stream.cancel();
    await settle();
    expect(await toldAfter()).to.equal(65_000);
  });

  it('of a handler are no matter to a Go consumer', async () => {
    await begin({}, { heartbeat: { intervalMs: 200 } });
    const go = createGoConsumer(pair.bystander);
    go.open('logs', 'streamAA');
    await time.pass(10_000);
    expect(go.heartbeats).to.have.length(2);
  });

  it('leave the streams of two producers to each its own', async () => {
    await begin();
    const second = new ProducerClient({ connection: pair.broker.connect(), heartbeatIntervalMs: 5_000 });
    serve('other', {}, second);
    await settle();
    const stream = pair.consumer.openStream('other');
    await settle();
    expect(await toldAfter()).to.be.at.most(4_500);
    expect(stream.actor.getSnapshot().matches('active')).to.equal(true);
    await second.close();
  });

  it('that break a rule are refused where they are given', async () => {
    await begin();
    const refused = (heartbeat: object, words: RegExp) =>
      expect(() => serve('x', { heartbeat: heartbeat as never })).to.throw(StreamError, words);
    refused({}, /heartbeat\.intervalMs: expected a whole number from 1 to 2147483647, came undefined/);
    refused({ intervalMs: 0 }, /heartbeat\.intervalMs: .*came 0/);
    refused({ intervalMs: 10, timeoutMs: 11 }, /timing rule T <= I/);
    refused({ intervalMs: 2_147_483_647 }, /timing rule K\*I \+ T <= 2147483647/);
    refused({ intervalMs: 10, missed: 1 }, /unknown option missed \(did you mean missedMax\?\)/);
  });
});
