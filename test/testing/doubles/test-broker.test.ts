import { expect } from 'chai';
import { ConsumerClient, ProducerClient } from '../../../src/index.js';
import { createRandom } from '../../../src/testing/doubles/random.js';
import { createTestBroker, type TestBrokerOptions } from '../../../src/testing/doubles/test-broker.js';
import { createTestClock } from '../../../src/testing/doubles/test-clock.js';
import { brokerScenario } from '../../support/broker-scenario.js';
import { isOneSeed, seed as firstSeed } from '../../support/seed.js';

const scenario = (faults: Omit<TestBrokerOptions, 'clock'>, offerDelivery = true) =>
  brokerScenario({ ConsumerClient, ProducerClient, createTestBroker, createTestClock }, faults, offerDelivery);

describe('createTestBroker()', () => {
  it('gives the same run, byte for byte, for the same seed', async () => {
    const faults = { seed: 7, delayMs: [1, 40] as const, loss: 0.05, duplicate: 0.05 };
    const first = await scenario(faults);
    expect(first).to.include('lost').and.to.include('duplicated').and.to.include('ended');
    expect(await scenario(faults)).to.equal(first);
  });

  it('gives another run for another seed', async () => {
    const faults = { delayMs: [1, 40] as const, loss: 0.05 };
    expect(await scenario({ ...faults, seed: 1 })).not.to.equal(await scenario({ ...faults, seed: 2 }));
  });

  for (const offerDelivery of [true, false]) {
    const kind = offerDelivery ? 'as clients make them' : 'without delivery';
    it(`runs whole scenarios by the hundred, each of which ends every stream: ${kind}`, async () => {
      const first = firstSeed;
      const count = isOneSeed ? 1 : 100;
      const before = process.cpuUsage();
      for (let seed = first; seed < first + count; seed += 1) {
        try {
          const seen = await scenario({ seed, delayMs: [0, 30], loss: 0.03, duplicate: 0.03 }, offerDelivery);
          expect(seen.match(/ ended /g)).to.have.length(10);
        } catch (error) {
          throw new Error(`SEED=${seed} replays this: ${String(error)}`, { cause: error });
        }
      }
      // Of the processor's time, which other work on the machine does not lengthen as it does the clock's.
      const { user, system } = process.cpuUsage(before);
      const msEach = (user + system) / 1_000 / count;
      console.log(`      seeds ${first} to ${first + count - 1}: ${msEach.toFixed(1)} ms of the processor for each`);
    });
  }

  it('loses everything across a partition, until it is healed', async () => {
    const clock = createTestClock();
    const broker = createTestBroker({ clock });
    const a = broker.connect({ name: 'a' });
    const b = broker.connect({ name: 'b' });
    const came: string[] = [];
    b.subscribe('x', { callback: (_, { data }) => came.push(new TextDecoder().decode(data)) });
    broker.partition('a', 'b');
    a.publish('x', 'lost');
    await clock.advance(0);
    broker.heal();
    a.publish('x', 'arrives');
    await clock.advance(0);
    expect(came).to.deep.equal(['arrives']);
    expect(broker.trace.map(({ kind }) => kind)).to.deep.equal(['partitioned', 'delivered']);
  });

  it('loses, doubles and delays exactly what a script says', async () => {
    const clock = createTestClock();
    const broker = createTestBroker({ clock, order: 'none' });
    const a = broker.connect({ name: 'a' });
    const came: string[] = [];
    a.subscribe('*', { callback: (_, { subject }) => came.push(`${clock.now()} ${subject}`) });
    broker.dropNext(({ message }) => message.subject === 'x');
    broker.duplicateNext(({ message }) => message.subject === 'y');
    broker.delayNext(({ message }) => message.subject === 'z', 50);
    for (const subject of ['x', 'z', 'y', 'x']) a.publish(subject);
    await clock.advance(100);
    expect(came).to.deep.equal(['0 y', '0 y', '0 x', '50 z']);
  });

  it('keeps the order of a connection under delays, and only of a subject where that is asked for', async () => {
    const arrivals = async (order: 'connection' | 'subject') => {
      const clock = createTestClock();
      const broker = createTestBroker({ clock, order, seed: 3, delayMs: [1, 50] });
      const a = broker.connect({ name: 'a' });
      const came: string[] = [];
      a.subscribe('*', {
        callback: (_, { subject, data }) => came.push(`${subject}${new TextDecoder().decode(data)}`),
      });
      const sent = Array.from({ length: 40 }, (_, n) => [n % 2 === 0 ? 'x' : 'y', String(n)] as const);
      for (const [subject, n] of sent) a.publish(subject, n);
      await clock.advance(100);
      return { came, sent: sent.map(([subject, n]) => `${subject}${n}`) };
    };
    const byConnection = await arrivals('connection');
    expect(byConnection.came).to.deep.equal(byConnection.sent);
    const bySubject = await arrivals('subject');
    expect(bySubject.came).not.to.deep.equal(bySubject.sent);
    for (const subject of ['x', 'y']) {
      const only = (list: readonly string[]) => list.filter((entry) => entry.startsWith(subject));
      expect(only(bySubject.came)).to.deep.equal(only(bySubject.sent));
    }
  });

  it('refuses a probability that is none', () => {
    const clock = createTestClock();
    expect(() => createTestBroker({ clock, loss: 2 })).to.throw(
      RangeError,
      'loss: expected a probability from 0 to 1, came 2',
    );
    expect(() => createTestBroker({ clock, delayMs: [5, 1] })).to.throw(RangeError, 'delayMs');
  });
});

describe('createRandom()', () => {
  it('gives the same numbers for the same seed, evenly spread', () => {
    const draw = () => {
      const random = createRandom(42);
      return Array.from({ length: 10_000 }, () => random.integer(0, 9));
    };
    const drawn = draw();
    expect(draw()).to.deep.equal(drawn);
    for (let digit = 0; digit < 10; digit += 1) {
      expect(drawn.filter((number) => number === digit).length).to.be.within(850, 1_150);
    }
  });
});
