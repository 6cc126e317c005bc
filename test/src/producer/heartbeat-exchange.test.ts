import { expect } from 'chai';
import { useFakeTime } from '../../support/fake-time.js';
import { closePair, createPair, type Pair } from '../../support/pair.js';
import { settle } from '../../support/settle.js';

const count = 100;

/** A hundred streams on two subjects, whose ids take more than twice the 512 bytes that a message may hold. */
describe('HeartbeatExchange, heartbeats larger than max_payload', () => {
  const time = useFakeTime();
  let pair: Pair;
  let requests: string[];
  let finished: number;
  beforeEach(async () => {
    pair = createPair({ consumer: { offerDelivery: false }, maxPayloadBytes: 512 });
    requests = [];
    finished = 0;
    pair.producer.handle('logs.*', async function* (request) {
      yield 'alive';
      await new Promise((resolve) => request.signal.addEventListener('abort', resolve));
      finished += 1;
    });
    pair.bystander.subscribe('_HEARTBEAT.>', {
      callback: (_, { data }) => requests.push(new TextDecoder().decode(data)),
    });
    await settle();
    for (let i = 0; i < count; i += 1) pair.consumer.openStream(i % 2 === 0 ? 'logs.web' : 'logs.db');
    await time.pass(9_999);
    requests.length = 0;
  });
  afterEach(() => closePair(pair));

  it('are split into parts that fit, which list every stream once', async () => {
    await time.pass(1);
    expect(requests.length).to.be.greaterThan(2);
    const listed = requests.flatMap((request) => {
      expect(request.length).to.be.at.most(512);
      const { ActiveStreamIds } = JSON.parse(request) as { ActiveStreamIds: Record<string, string[]> };
      return Object.values(ActiveStreamIds).flat();
    });
    expect(listed).to.have.lengthOf(count);
    expect(new Set(listed)).to.deep.equal(new Set(pair.consumer.streams.map(({ id }) => id)));
    expect(pair.warnings).to.deep.equal([]);
  });

  it('keep every stream alive', async () => {
    await time.pass(100_001);
    expect(pair.consumer.streams.every(({ actor }) => actor.getSnapshot().matches('active'))).to.equal(true);
    expect([pair.producer.streams.length, finished]).to.deep.equal([count, 0]);
  });

  it('stop every stream that is cancelled, at one heartbeat', async () => {
    for (const stream of pair.consumer.streams) stream.cancel();
    await time.pass(1);
    expect([pair.producer.streams.length, finished]).to.deep.equal([0, count]);
    expect(pair.consumer.streams).to.deep.equal([]);
    expect(time.pending).to.equal(0);
  });

  it('are judged together: a part without an answer is a miss of the whole', async () => {
    const publish = pair.consumerConnection.publish.bind(pair.consumerConnection);
    let answers = 0;
    pair.consumerConnection.publish = (subject, payload, options) => {
      answers += 1;
      // Every other answer is lost, so at least one part of each request stays without.
      if (answers % 2 !== 0) publish(subject, payload, options);
    };
    await time.pass(1);
    await time.pass(14_999);
    expect(finished).to.equal(0);
    await time.pass(1);
    expect(finished).to.equal(count);
  });
});
