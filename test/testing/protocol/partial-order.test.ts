import { expect } from 'chai';
import {
  explore,
  protocolProperties,
  protocolSystem,
  type ExploreResult,
  type ProtocolModelOptions,
} from '../../../src/testing/index.js';

const configurations: readonly ProtocolModelOptions[] = [
  { streams: 1 },
  { streams: 1, delay: 1 },
  { streams: 1, delay: 1, order: 'subject' },
  { streams: 1, delay: 1, order: 'none' },
  { streams: 1, delay: 1, faults: { duplicate: 1 } },
  { streams: 1, faults: { drop: 1, crash: 1 } },
  { exact: false, delay: 1, faults: { drop: 1 } },
  { records: 2 },
  { exact: false, faults: { cut: 1 } },
  { streams: 2, records: 0 },
  { streams: 2, records: 0, symmetric: true },
  { consumers: 2, records: 0 },
  { records: 0, incidents: ['consumerDrains', 'producerCloses'] },
];

function verdictOf({ complete, atRest, worst, coverage, unused, violations }: ExploreResult) {
  return { complete, atRest, worst, coverage, unused, properties: violations.map(({ property }) => property).sort() };
}

describe('the protocol with partial-order reduction', () => {
  for (const options of configurations) {
    it(`has the verdicts, worst cases and coverage that it has without: ${JSON.stringify(options)}`, () => {
      const rules = { ...protocolProperties(options), stopAt: 'end' } as const;
      const whole = explore(protocolSystem(options), rules);
      const part = explore(protocolSystem(options), { ...rules, partialOrder: true });
      expect(verdictOf(part)).to.deep.equal(verdictOf(whole));
      expect(part.states).to.be.at.most(whole.states);
      console.log(`      ${part.states} of ${whole.states} states`);
    });
  }
});
