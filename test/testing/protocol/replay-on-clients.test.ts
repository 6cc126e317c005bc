import { expect } from 'chai';
import {
  explore,
  protocolProperties,
  protocolSystem,
  replayOnClients,
  simulate,
  type ProtocolSystemOptions,
} from '../../../src/testing/index.js';
import { isOneSeed, seed as firstSeed } from '../../support/seed.js';

describe('replayOnClients()', () => {
  const configurations: readonly ProtocolSystemOptions[] = [
    { delay: 1 },
    { delay: 1, records: 2, faults: { drop: 2, duplicate: 1 } },
    { delay: 1, faults: { crash: 1 } },
    { consumers: 2, delay: 1, faults: { drop: 1, crash: 1 } },
  ];
  const first = firstSeed;
  const count = isOneSeed ? 1 : 60;

  for (const options of configurations) {
    it(`finds the real clients in the states of the model on random walks: ${JSON.stringify(options)}`, async function () {
      this.timeout(60_000);
      let comparisons = 0;
      for (let seed = first; seed < first + count; seed += 1) {
        const walk = simulate(protocolSystem(options), { seed, steps: 120 });
        const report = await replayOnClients(walk.trace(), options);
        expect(report.differences, `SEED=${seed} replays this`).to.deep.equal([]);
        comparisons += report.comparisons;
      }
      console.log(`      seeds ${first} to ${first + count - 1}: ${comparisons} comparisons`);
    });
  }

  it('drives the real clients into a violation that the explorer found', async () => {
    // One tick less than S > (L + 1)·I + D: two heartbeats that are far enough apart are taken for a dead producer.
    const options = { delay: 1, ticks: { silence: 5 } };
    const result = explore(protocolSystem(options), protocolProperties(options));
    const [violation] = result.violations;
    expect(violation).not.to.equal(undefined);
    if (violation === undefined) return;
    const refused = await replayOnClients(violation.trace, options).catch((error: unknown) => String(error));
    expect(refused, 'the clients refuse such durations').to.include('timing rule S >= K*I + T');
  });

  it('says where a client is not where the model has it', async () => {
    const walk = simulate(protocolSystem({ delay: 1 }), { seed: 3, steps: 60 });
    const trace = walk.trace();
    const steps = trace.steps.filter(({ kind }) => kind !== 'deliver');
    const report = await replayOnClients({ ...trace, steps }, { delay: 1 });
    expect(report.differences[0]).to.match(/^step \d+: /);
  });

  it('refuses what it cannot replay', async () => {
    const walk = simulate(protocolSystem({ streams: 2 }), { seed: 1, steps: 5 });
    const error: unknown = await replayOnClients(walk.trace(), { streams: 2 }).catch((thrown: unknown) => thrown);
    expect(String(error)).to.include('expected one stream a consumer');
  });
});
