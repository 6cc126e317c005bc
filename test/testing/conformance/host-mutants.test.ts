import { expect } from 'chai';
import { conforms, protocolSystem } from '../../../src/testing/index.js';
import type { TraceEvent } from '../../../src/tracing/index.js';
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

/** Runs on a network that does nothing by chance, so that one message more changes nothing but what comes of it. */
const steadyRuns: readonly TracedPairOptions[] = [
  { seed: 1, faults: { delayMs: [5, 5] } },
  { seed: 1, offerDelivery: true, losesLink: true, faults: { delayMs: [5, 5] } },
];

interface Run {
  readonly trace: readonly TraceEvent[];
  /** What readers and sources saw, and when. */
  readonly seen: readonly string[];
}

async function run(options: TracedPairOptions, mutant?: HostMutant): Promise<Run> {
  const seen: string[] = [];
  const onSeen = (line: string) => void seen.push(line);
  if (mutant === undefined) return { trace: await tracePair({ ...options, onSeen }), seen: seen.sort() };
  const { clock, role } = mutant;
  const clockOf: TracedPairOptions['clockOf'] = (own, of) => (of === role && clock !== undefined ? clock(own) : own);
  const trace = await withMutant(mutant, () => tracePair({ ...options, onSeen, clockOf }));
  return { trace, seen: seen.sort() };
}

/** What of a mistake is noticed in a trace: the reason, or nothing. */
async function noticed(mutant: HostMutant): Promise<string | undefined> {
  for (const options of runs) {
    const { trace } = await run(options, mutant);
    const { violation } = conforms(trace, protocol, { delays: pairDelays });
    if (violation !== undefined) return violation.reason;
  }
  return undefined;
}

describe('conforms: mistakes of the host', () => {
  const asItIs = new Map<TracedPairOptions, Run>();
  before(async () => {
    for (const options of [...steadyRuns, ...runs]) asItIs.set(options, await run(options));
  });

  /**
   * What comes of a mistake. What is sent once more has a network of chance do something else with all that follows, so
   * such a mistake is only tried on the steady one.
   */
  async function effectOf(mutant: HostMutant): Promise<HostMutant['effect']> {
    let isTold = false;
    for (const options of mutant.sendsMore === true ? steadyRuns : [...steadyRuns, ...runs]) {
      const { trace, seen } = await run(options, mutant);
      const own = asItIs.get(options);
      if (JSON.stringify(seen) !== JSON.stringify(own?.seen)) return 'seen';
      isTold ||= JSON.stringify(trace) !== JSON.stringify(own?.trace);
    }
    return isTold ? 'told' : 'none';
  }

  it('are none in the host as it is', async () => {
    for (const options of runs) conforms(await tracePair(options), protocol, { delays: pairDelays }).assert();
  });

  let count = 0;
  let seenCount = 0;
  const words = {
    none: 'nothing at all comes of it',
    told: 'a trace tells it and no reader and no source sees it',
    seen: 'readers or sources see it',
  };
  for (const mutant of hostMutants) {
    const { name, harmless, effect } = mutant;
    if (harmless === undefined) {
      it(`notices: the ${name}`, async () => {
        expect(await noticed(mutant), name).to.be.a('string');
        count += 1;
      });
      continue;
    }
    it(`cannot notice: the ${name}, as ${harmless}; ${words[effect ?? 'none']}`, async () => {
      expect(await noticed(mutant), name).to.equal(undefined);
      expect(await effectOf(mutant), name).to.equal(effect);
      if (effect === 'seen') seenCount += 1;
    });
  }

  it('are noticed in 46 cases by a trace, and in others by those who read and write', () => {
    expect(count).to.be.at.least(46);
    expect(seenCount).to.be.at.least(14);
  });
});
