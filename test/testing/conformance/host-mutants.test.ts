import { expect } from 'chai';
import { conforms, protocolSystem } from '../../../src/testing/index.js';
import { hostMutants, withMutant, type HostMutant } from '../../support/host-mutants.js';
import { pairDelays, tracePair, type TracedPairOptions } from '../../support/traced-pair.js';

const protocol = protocolSystem({ faults: { drop: 1, cut: 1, crash: 1 } });

/** Runs in which, together, each command is given and each timer fires. */
const runs: readonly TracedPairOptions[] = [
  { seed: 1 },
  { seed: 1, faults: { loss: 0.1 } },
  { seed: 2, offerDelivery: true, faults: { loss: 0.1 } },
  { seed: 3, offerDelivery: true, losesLink: true },
  { seed: 4, isCut: true },
];

/** What of a mistake is noticed: the reason, or nothing. */
async function noticed(mutant: HostMutant): Promise<string | undefined> {
  for (const options of runs) {
    const { clock } = mutant;
    const clockOf: TracedPairOptions['clockOf'] =
      clock === undefined ? undefined : (own, role) => (role === mutant.role ? clock(own) : own);
    const trace = await withMutant(mutant, () =>
      tracePair({ ...options, ...(clockOf === undefined ? {} : { clockOf }) }),
    );
    const { violation } = conforms(trace, protocol, { delays: pairDelays });
    if (violation !== undefined) return violation.reason;
  }
  return undefined;
}

describe('conforms: mistakes of the host', () => {
  it('are none in the host as it is', async () => {
    for (const options of runs) conforms(await tracePair(options), protocol, { delays: pairDelays }).assert();
  });

  let count = 0;
  for (const mutant of hostMutants) {
    const { name, harmless } = mutant;
    it(harmless === undefined ? `notices: the ${name}` : `cannot notice: the ${name}, as ${harmless}`, async () => {
      const reason = await noticed(mutant);
      if (harmless === undefined) {
        expect(reason, name).to.be.a('string');
        count += 1;
      } else {
        expect(reason, name).to.equal(undefined);
      }
    });
  }

  it('are noticed in 30 cases and more', () => {
    expect(count).to.be.at.least(30);
  });
});
