import { expect } from 'chai';
import fc from 'fast-check';
import { seed } from '../support/seed.js';
import { consumers, producers, runPair, type PairPlan } from '../support/mixed-pair.js';

const plans: fc.Arbitrary<PairPlan> = fc.record({
  sizes: fc.array(fc.oneof(fc.integer({ min: 0, max: 300 }), fc.constantFrom(0, 1, 2_000, 20_000)), { maxLength: 24 }),
  end: fc.constantFrom('return', 'throw', 'cancel', 'deadline'),
  leaveAfter: fc.integer({ min: 0, max: 10 }),
  windowRecords: fc.integer({ min: 1, max: 8 }),
  delayMs: fc.constantFrom(0, 5, 80),
  paceMs: fc.constantFrom(0, 30),
  brokerSeed: fc.integer({ min: 0, max: 1_000_000 }),
});

/** Records that do not fit into a message of the broker, which extended streams put together again. */
const largePlans = plans.map((plan) => ({ ...plan, sizes: [...plan.sizes, 150_000] }));

/** All loss and duplication that heartbeats survive. */
const lossyPlans = largePlans.chain((plan) =>
  fc.constantFrom(0.02, 0.1).map((chance) => ({ ...plan, loss: chance, duplicate: chance })),
);

describe(`Pairs of peers (SEED=${seed})`, () => {
  for (const consumer of consumers) {
    for (const producer of producers) {
      if (consumer === 'go' && producer === 'go') continue;
      const isExtended = consumer === 'extended' && producer === 'extended';
      const arbitrary = isExtended ? largePlans : plans;

      it(`${consumer} consumer, ${producer} producer: the records of before the end come, in order and once`, async () => {
        await fc.assert(
          fc.asyncProperty(arbitrary, async (plan) => {
            const outcome = await runPair(consumer, producer, plan);
            const { end, leaveAfter } = plan;
            expect(outcome.escaped).to.deep.equal([]);
            expect(outcome.isOver, 'both ends are over').to.equal(true);
            expect(outcome.kinds, 'what a plain peer sees').to.deep.equal(isExtended ? ['extended'] : ['plain']);
            // Every record that came is the next one, whole.
            expect(outcome.records).to.deep.equal(plan.sizes.slice(0, outcome.records.length));
            if (end === 'return' || end === 'throw') {
              expect(outcome.records).to.have.lengthOf(plan.sizes.length);
              expect(outcome.code).to.equal(end === 'return' ? 1000 : 5000);
            } else {
              expect(outcome.records.length).to.be.at.least(
                end === 'cancel' ? Math.min(leaveAfter, plan.sizes.length) : 0,
              );
              expect(outcome.isSourceStopped, 'the source is stopped').to.equal(true);
              expect(outcome.reason).to.equal(end === 'cancel' || consumer === 'go' ? 'cancelled' : 'timedOut');
            }
          }),
          { seed, numRuns: 15 },
        );
      });
    }
  }

  it('extended peers lose nothing where messages are lost and come twice', async () => {
    await fc.assert(
      fc.asyncProperty(lossyPlans, async (plan) => {
        const end = plan.end === 'throw' ? 'throw' : 'return';
        const outcome = await runPair('extended', 'extended', { ...plan, end });
        expect(outcome.escaped).to.deep.equal([]);
        expect(outcome.isOver).to.equal(true);
        expect(outcome.records).to.deep.equal(plan.sizes);
        expect(outcome.code).to.equal(end === 'return' ? 1000 : 5000);
      }),
      { seed, numRuns: 25 },
    );
  });

  it('extended peers ignore fields that they do not know, and a higher version', async () => {
    for (const end of ['return', 'throw', 'cancel'] as const) {
      const plan: PairPlan = {
        sizes: [1, 2, 3, 2_000],
        end,
        leaveAfter: 2,
        windowRecords: 2,
        delayMs: 5,
        paceMs: 0,
        brokerSeed: 1,
        isFromTheFuture: true,
      };
      const outcome = await runPair('extended', 'extended', plan);
      expect(outcome.changed, 'an offer and an announcement were changed').to.deep.equal(['announcement', 'request']);
      expect(outcome.kinds).to.deep.equal(['extended']);
      expect(outcome.records.slice(0, 2)).to.deep.equal([1, 2]);
      if (end !== 'cancel') expect(outcome.records).to.deep.equal(plan.sizes);
      expect(outcome.isOver).to.equal(true);
    }
  });
});
