import { expect } from 'chai';
import { conforms, protocolSystem } from '../../../src/testing/index.js';
import { pairDelays, tracePair, type TracedPairOptions } from '../../support/traced-pair.js';

const protocol = protocolSystem({ faults: { drop: 1, duplicate: 1, cut: 1, crash: 1 } });

async function gapsOf(options: TracedPairOptions): Promise<ReadonlySet<string>> {
  const { coverage } = conforms(await tracePair(options), protocol, { delays: pairDelays }).assert();
  return new Set(
    Object.values(coverage).flatMap(({ unusedStates, unusedTransitions }) => [...unusedStates, ...unusedTransitions]),
  );
}

describe('conforms: what of the machines recordings have visited', () => {
  it('names states and transitions that a run has not visited, and that a run directed at them has', async () => {
    const plain = await gapsOf({ seed: 6 });
    const producerLink = [
      'producerClient.open.link.down',
      'producerClient.open.link.up: link.lost -> producerClient.open.link.down',
      'heartbeat.open.exchange.suspended: link.restored -> heartbeat.open.exchange.idle',
    ];
    const drain = [
      'consumerClient.open.intake.draining',
      'consumerClient.open.intake.draining: always [knowsNoStream] -> consumerClient.closed',
    ];
    expect([...plain]).to.include.members([...producerLink, ...drain]);
    const lost = await gapsOf({ seed: 6, losesProducerLink: true });
    expect(producerLink.filter((name) => lost.has(name))).to.deep.equal([]);
    const drained = await gapsOf({ seed: 6, drains: true });
    expect(drain.filter((name) => drained.has(name))).to.deep.equal([]);
  });
});
