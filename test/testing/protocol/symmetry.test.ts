import { expect } from 'chai';
import {
  explore,
  protocolProperties,
  protocolSystem,
  type ExploreResult,
  type ProtocolModelOptions,
} from '../../../src/testing/index.js';

function check(options: ProtocolModelOptions): ExploreResult {
  return explore(protocolSystem(options), protocolProperties(options));
}

describe('the shipped protocol with interchangeable streams', () => {
  const configurations: readonly ProtocolModelOptions[] = [
    { streams: 2, records: 0 },
    { streams: 2, records: 0, order: 'subject', ghosts: true },
  ];

  for (const options of configurations) {
    it(`has half the states and the same verdicts and times: ${JSON.stringify(options)}`, () => {
      const plain = check(options).assert();
      const symmetric = check({ ...options, symmetric: true }).assert();
      console.log(`      ${plain.states} states, ${symmetric.states} where streams are interchangeable`);
      expect(symmetric.worst).to.deep.equal(plain.worst);
      expect(symmetric.coverage).to.deep.equal(plain.coverage);
      expect(plain.states / symmetric.states).to.be.within(1.9, 2);
    });
  }

  it('shows the same violation, as long, in a trace that real actors follow', () => {
    const options = { streams: 2, records: 0, delay: 1, ticks: { silence: 5 } };
    const [plain] = check(options).violations;
    const [symmetric] = check({ ...options, symmetric: true }).violations;
    expect(symmetric?.steps.length).to.equal(plain?.steps.length).and.to.be.above(5);
    expect(symmetric?.property).to.equal(plain?.property);
    expect(symmetric?.replay().differences).to.deep.equal([]);
  });

  it('refuses streams of several consumers, which are not exchanged one by one', () => {
    expect(() => protocolSystem({ consumers: 2, symmetric: true })).to.throw(
      'symmetric: expected one consumer, but got 2',
    );
  });
});
