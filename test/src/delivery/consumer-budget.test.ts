import { expect } from 'chai';
import { ByteBudget } from '../../../src/delivery/byte-budget.js';
import { ConsumerBudget, type BudgetedStream } from '../../../src/delivery/consumer-budget.js';
import { createPair } from '../../support/pair.js';

/** A stream that sends records of these sizes as soon as it may, each once. */
function createStream(budget: ConsumerBudget, name: string, log: string[], ...records: number[]) {
  const stream: BudgetedStream & { readonly pump: () => void } = {
    pump: () => {
      for (let [bytes] = records; bytes !== undefined && budget.admits(bytes, stream); [bytes] = records) {
        records.shift();
        budget.take(bytes);
        log.push(`${name} ${bytes}`);
      }
    },
    onRoom: () => stream.pump(),
    onShortage: () => log.push(`${name}?`),
  };
  budget.join(stream);
  return stream;
}

describe('ConsumerBudget', () => {
  it('has room up to its limit, and for one record of any size where nothing is under way', () => {
    const budget = new ConsumerBudget(100, new ByteBudget(1_000));
    const log: string[] = [];
    createStream(budget, 'a', log, 500, 1).pump();
    expect(log).to.deep.equal(['a 500', 'a?']);
    budget.give(500);
    expect(log).to.deep.equal(['a 500', 'a?', 'a 1']);
    createStream(budget, 'b', log, 40, 10, 60).pump();
    expect(log.slice(3)).to.deep.equal(['b 40', 'b 10', 'a?', 'b?']);
  });

  it('counts a record of more than half of it as half, so that others go on beside it', () => {
    const budget = new ConsumerBudget(100, new ByteBudget(1_000));
    budget.take(50);
    const log: string[] = [];
    createStream(budget, 'a', log, 5_000).pump();
    expect(log).to.deep.equal(['a 5000']);
  });

  it('gives turns in the order in which streams came, a record each, and lets nobody pass a large record', () => {
    const budget = new ConsumerBudget(100, new ByteBudget(1_000));
    const log: string[] = [];
    budget.take(100);
    createStream(budget, 'a', log, 50, 10).pump();
    createStream(budget, 'b', log, 1, 2).pump();
    expect(log.splice(0)).to.deep.equal(['a?']);
    budget.give(40);
    expect(log.splice(0)).to.deep.equal([]);
    budget.give(10);
    expect(log.splice(0)).to.deep.equal(['a 50']);
    budget.give(50);
    expect(log.splice(0)).to.deep.equal(['b 1', 'a 10', 'b 2']);
  });

  it('asks every stream what has arrived, once for all that is under way', () => {
    const budget = new ConsumerBudget(100, new ByteBudget(1_000));
    const log: string[] = [];
    createStream(budget, 'a', log, 50, 50).pump();
    createStream(budget, 'b', log, 60, 60, 60).pump();
    expect(log.splice(0)).to.deep.equal(['a 50', 'a 50', 'a?', 'b?']);
    budget.give(10);
    budget.give(50);
    expect(log.splice(0)).to.deep.equal(['b 60']);
    budget.give(60);
    expect(log.splice(0)).to.deep.equal(['b 60', 'a?', 'b?']);
  });

  it('passes over one that has nothing to send any more, and one that has left', () => {
    const budget = new ConsumerBudget(100, new ByteBudget(1_000));
    const log: string[] = [];
    budget.take(100);
    const taken: number[] = [];
    const withdrawn: BudgetedStream = { onRoom: () => taken.push(1), onShortage: () => undefined };
    budget.join(withdrawn);
    expect(budget.admits(10, withdrawn)).to.equal(false);
    const leaving = createStream(budget, 'leaving', log, 100);
    leaving.pump();
    createStream(budget, 'last', log, 30).pump();
    log.length = 0;
    budget.leave(leaving);
    budget.give(40);
    expect([taken, log]).to.deep.equal([[1], ['last 30']]);
  });

  it('takes from what all consumers share; one to which nothing is under way is given room all the same', () => {
    // A quarter of it is theirs in equal shares, so that who comes first has 83.
    const whole = new ByteBudget(110);
    const [one, other] = [new ConsumerBudget(80, whole), new ConsumerBudget(80, whole)];
    const log: string[] = [];
    createStream(one, 'one', log, 30, 30, 30).pump();
    expect(log.splice(0)).to.deep.equal(['one 30', 'one 30', 'one?']);
    createStream(other, 'other', log, 40, 10).pump();
    expect(log.splice(0)).to.deep.equal(['other 40', 'other?']);
    one.give(30);
    expect([whole.used, log.splice(0)]).to.deep.equal([80, ['other 10']]);
    one.give(30);
    expect([whole.used, log.splice(0)]).to.deep.equal([80, ['one 30']]);
  });
});

describe('The budget of a consumer', () => {
  it('is not held by streams that a live process does not read: their producer asks what has arrived', async () => {
    // Heartbeats, which ask as well, come after 10 s by the platform's clock.
    const budgetBytes = 1024 * 1024;
    const { consumer, producer } = createPair({ producer: { clientWindowBytes: budgetBytes } });
    const recordBytes = 16 * 1024;
    let unread = 0;
    producer.handle('unread', function* () {
      for (;;) {
        unread += recordBytes;
        yield new Uint8Array(recordBytes);
      }
    });
    producer.handle('read', function* () {
      for (let index = 0; index < 500; index += 1) yield new Uint8Array(recordBytes);
    });
    const streams = Array.from({ length: 30 }, () => consumer.openStream('unread'));
    let records = 0;
    for await (const record of consumer.openStream('read')) records += record.length / recordBytes;
    expect(records).to.equal(500);
    // More than the budget and the records that wait for it.
    expect(unread).to.be.greaterThan(budgetBytes + streams.length * recordBytes);
    for (const stream of streams) stream.cancel();
    await Promise.all([consumer.close(), producer.close()]);
  });
});
