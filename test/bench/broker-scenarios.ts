import { built, median, numberArgument } from '../support/bench.js';
import { brokerScenario } from '../support/broker-scenario.js';

/**
 * Measures how many whole scenarios run in a second on the test broker and the test clock: two clients, ten streams of
 * ten records, some left early, messages delayed, lost and duplicated, each scenario with a seed of its own. Prints what
 * the rounds came to, for streams with delivery and without.
 *
 * `npm run bench:scenarios [-- --rounds 5] [--seeds 400]`
 */

const streams = (await built('index.js')) as typeof import('../../src/index.js');
const testing = (await built('testing/index.js')) as typeof import('../../src/testing/index.js');

const rounds = numberArgument('--rounds', 5);
const seeds = numberArgument('--seeds', 400);

let seed = 0;
for (const offerDelivery of [true, false]) {
  const perSecond: number[] = [];
  const { user, system } = process.cpuUsage();
  for (let round = 0; round < rounds; round += 1) {
    const startedAtMs = performance.now();
    for (let run = 0; run < seeds; run += 1) {
      seed += 1;
      const faults = { seed, delayMs: [0, 30], loss: 0.03, duplicate: 0.03 } as const;
      await brokerScenario({ ...streams, ...testing }, faults, offerDelivery);
    }
    perSecond.push(seeds / ((performance.now() - startedAtMs) / 1_000));
  }
  const after = process.cpuUsage();
  const cpuMs = (after.user + after.system - user - system) / 1_000 / (rounds * seeds);
  const [least, greatest] = [Math.min(...perSecond), Math.max(...perSecond)].map(Math.round);
  const kind = offerDelivery ? 'as clients make them' : 'without delivery';
  console.log(
    `${kind}: ${Math.round(median(perSecond))} scenarios a second (${least} to ${greatest}), ` +
      `${cpuMs.toFixed(1)} ms of the processor for each`,
  );
}
