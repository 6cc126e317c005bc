import { expect } from 'chai';
import { explore, exploreAsync, type Progress, type SystemView } from '../../../../src/testing/explorer/index.js';
import { commit } from '../support/two-phase-commit.js';

const large = commit({ participants: 3, faults: { drop: 2, crash: 1 } });

describe('explore, progress', () => {
  it('tells how it stands now and then', () => {
    const seen: Progress[] = [];
    const { states } = explore(large, {
      limit: { states: 20_000, partial: true },
      progressIntervalMs: 0,
      onProgress: (progress) => seen.push(progress),
    });
    expect(seen.length).to.be.above(2);
    for (const { states: known, frontier, depth, memoryBytes, edges } of seen) {
      expect(known).to.be.within(1, states);
      expect(frontier).to.be.within(0, known);
      expect(depth).to.be.above(0);
      expect(edges).to.be.above(known);
      expect(memoryBytes).to.be.above(known * 10);
    }
  });

  it('stops with what is known when its signal is aborted', () => {
    const abort = new AbortController();
    const result = explore(large, {
      signal: abort.signal,
      progressIntervalMs: 0,
      onProgress: () => abort.abort(),
    });
    expect(result.stoppedBy).to.equal('signal');
    expect(result.states).to.be.above(1_000);
    expect(() => result.assert()).to.throw('the signal stopped it');
  });

  it('lets the event loop turn, so that a signal can come from outside', async () => {
    const abort = new AbortController();
    setTimeout(() => abort.abort(), 0);
    const { stoppedBy, complete } = await exploreAsync(large, { signal: abort.signal });
    expect({ stoppedBy, complete }).to.deep.equal({ stoppedBy: 'signal', complete: false });
  });

  it('tells that it analyses what it knows, and heeds a signal that comes meanwhile when that is done', () => {
    const abort = new AbortController();
    const phases: Progress['phase'][] = [];
    const isAsking = ({ coordinator }: SystemView) => coordinator?.actors['coordinator']?.matches('asking') === true;
    const { stoppedBy, worst } = explore(commit({ participants: 5, faults: { drop: 1, duplicate: 1 } }), {
      leadsTo: { decided: { from: isAsking, to: (view) => !isAsking(view) } },
      signal: abort.signal,
      progressIntervalMs: 0,
      onProgress: ({ phase }) => {
        phases.push(phase);
        if (phase === 'analysing') abort.abort();
      },
    });
    // In what is known then; it is one tick more in all.
    expect({ stoppedBy, worst }).to.deep.equal({ stoppedBy: 'signal', worst: { decided: 2 } });
    expect(phases.indexOf('analysing')).to.be.above(0);
    expect(phases.lastIndexOf('exploring')).to.be.below(phases.indexOf('analysing'));
  });

  it('explores alike with and without it', async () => {
    const small = commit({ faults: { drop: 1 } });
    const [one, other] = [explore(small), await exploreAsync(small)];
    expect([one.states, one.edges]).to.deep.equal([other.states, other.edges]);
  });
});
