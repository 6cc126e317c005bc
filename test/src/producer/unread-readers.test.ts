import type { Clock } from '../../../src/host/clock.js';
import { expect } from 'chai';
import { ByteBudget } from '../../../src/delivery/byte-budget.js';
import { countGranted, nextWindowBytes } from '../../../src/consumer/granted-windows.js';
import { ConsumerClient } from '../../../src/index.js';
import { createMemoryBroker } from '../../../src/memory-broker/index.js';
import { useFakeTime } from '../../support/fake-time.js';
import { closePair, createPair } from '../../support/pair.js';
import { settle } from '../../support/settle.js';

const MiB = 1024 * 1024;

describe('readers that read nothing, and what others have left', () => {
  it('each consumer has its share of what a producer keeps, whatever the others hold, and all together no more', () => {
    const budget = new ByteBudget(256 * MiB);
    const consumers = Array.from({ length: 281 }, () => ({ onRoom: () => undefined, used: 0 }));
    for (const consumer of consumers) budget.join(consumer);
    const fill = (consumer: (typeof consumers)[number]) => {
      while (budget.hasRoomFor(32 * 1024, consumer.used)) {
        budget.take(32 * 1024);
        consumer.used += 32 * 1024;
      }
    };
    const honest = consumers.pop();
    if (honest === undefined) throw new Error('expected a consumer');
    for (const consumer of consumers) fill(consumer);
    expect(honest.used).to.equal(0);
    fill(honest);
    expect(honest.used).to.be.at.least(400 * 1024);
    expect(budget.used).to.be.at.most(256 * MiB);
  });

  it('one consumer alone has all of it, and again when the others have left', () => {
    const budget = new ByteBudget(100);
    const [one, other] = [{ onRoom: () => undefined }, { onRoom: () => undefined }];
    budget.join(one);
    expect(budget.hasRoomFor(100, 0)).to.equal(true);
    budget.join(other);
    expect([budget.hasRoomFor(75, 0), budget.hasRoomFor(76, 0)]).to.deep.equal([true, false]);
    budget.forget(other);
    expect(budget.hasRoomFor(100, 0)).to.equal(true);
  });

  it('a consumer with 280 unread streams leaves another one on its connection a window to work with', () => {
    const connection = createMemoryBroker().connect();
    const given = { connection, windowBytes: MiB, clientWindowBytes: 16 * MiB };
    for (let n = 0; n < 280; n += 1) countGranted(connection, 'greedy', nextWindowBytes('greedy', given));
    expect(nextWindowBytes('greedy', given)).to.equal(16 * 1024);
    expect(nextWindowBytes('honest', given)).to.equal(MiB);
    for (let n = 0; n < 280; n += 1) countGranted(connection, 'honest', nextWindowBytes('honest', given));
    expect(nextWindowBytes('third', given)).to.be.at.least(512 * 1024);
  });
});

describe('an honest reader beside 280 streams that nobody reads', () => {
  const KiB = 1024;
  const recordBytes = KiB;
  const records = 4_000;

  /** How many messages carry the records of an honest reader, and how many grants it takes. */
  const messagesOf = async (unread: number, isOnOneConnection: boolean) => {
    // Time stands still: a heartbeat has every stream of its consumer answered, read or not.
    const clock: Clock = { now: () => 0, setTimeout: () => 1, clearTimeout: () => undefined };
    const pair = createPair({ consumer: { clock }, producer: { clock } });
    const record = new Uint8Array(recordBytes);
    pair.producer.handle('endless', function* () {
      for (;;) yield record;
    });
    pair.producer.handle('counted', function* () {
      for (let n = 0; n < records; n += 1) yield record;
    });
    const greedy = Array.from({ length: unread }, () => pair.consumer.openStream('endless'));
    await settle();
    for (const stream of greedy) expect((await stream.opened).started).to.equal(true);
    const connection = isOnOneConnection ? pair.consumerConnection : pair.broker.connect();
    const honest = new ConsumerClient({ connection, clock });
    const counted = { frames: 0, grants: 0 };
    pair.bystander.subscribe(`${honest.id}*`, { callback: () => (counted.frames += 1) });
    const publish = connection.publish.bind(connection);
    connection.publish = (subject, payload, options) => {
      counted.grants += 1;
      publish(subject, payload, options);
    };
    let bytes = 0;
    for await (const { length } of honest.openStream('counted')) bytes += length;
    expect(bytes).to.equal(records * recordBytes);
    // What the others say as they leave is not of it.
    const taken = { ...counted };
    expect(greedy.every((stream) => stream.actor.getSnapshot().matches('active'))).to.equal(true);
    await honest.close();
    await closePair(pair);
    return taken;
  };

  for (const isOnOneConnection of [false, true]) {
    it(`takes no more messages than alone, on ${isOnOneConnection ? 'the same connection' : 'its own'}`, async () => {
      const alone = await messagesOf(0, isOnOneConnection);
      const beside = await messagesOf(280, isOnOneConnection);
      console.log(`      alone ${JSON.stringify(alone)}, beside ${JSON.stringify(beside)}`);
      expect(beside.frames).to.be.at.most(alone.frames + 2);
      expect(beside.grants).to.be.at.most(alone.grants + 2);
    });
  }
});

describe('unreadTimeoutMs', () => {
  const time = useFakeTime();
  const producer = { unreadTimeoutMs: 60_000, windowRecords: 2 };

  it('a stream whose reader reads nothing ends with 4008, after what it was sent, and the reader is told', async () => {
    const pair = createPair({ producer });
    let isStopped = false;
    pair.producer.handle('numbers', function* () {
      try {
        for (let n = 0; ; n += 1) yield `${n}`;
      } finally {
        isStopped = true;
      }
    });
    const stream = pair.consumer.openStream('numbers');
    await time.pass(59_000);
    expect([isStopped, pair.producer.streams.length]).to.deep.equal([false, 1]);
    await time.pass(2_000);
    expect(isStopped).to.equal(true);
    const end = await stream.closed;
    expect(end).to.include({ reason: 'closed', code: 4008, records: 2 });
    expect(end.text).to.equal('the reader has granted nothing for 60000 ms (unreadTimeoutMs)');
    await time.pass(20_000);
    expect(pair.producer.streams).to.deep.equal([]);
    await closePair(pair);
  });

  it('a reader that reads now and then keeps its stream, and so does one of a source that has nothing to say', async () => {
    const pair = createPair({ producer });
    pair.producer.handle('numbers', function* () {
      for (let n = 0; ; n += 1) yield `${n}`;
    });
    pair.producer.handle('quiet', async function* ({ signal }) {
      yield 'one';
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
    });
    const slow = pair.consumer.openStream('numbers');
    const quiet = pair.consumer.openStream('quiet');
    const records = slow[Symbol.asyncIterator]();
    for (let n = 0; n < 10; n += 1) {
      await time.pass(40_000);
      await records.next();
      await settle();
    }
    expect(slow.actor.getSnapshot().matches('active')).to.equal(true);
    expect(quiet.actor.getSnapshot().matches('active')).to.equal(true);
    await closePair(pair);
  });

  it('is for ever unless told', async () => {
    const pair = createPair({ producer: { windowRecords: 2 } });
    pair.producer.handle('numbers', function* () {
      for (let n = 0; ; n += 1) yield `${n}`;
    });
    const stream = pair.consumer.openStream('numbers');
    await time.pass(3_600_000);
    expect(stream.actor.getSnapshot().matches('active')).to.equal(true);
    await closePair(pair);
  });
});
