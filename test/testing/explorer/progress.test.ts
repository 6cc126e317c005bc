import { expect } from 'chai';
import { explore, exploreAsync, type Progress } from '../../../src/testing/explorer/index.js';
import { commit } from './support/two-phase-commit.js';

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

  it('explores alike with and without it', async () => {
    const small = commit({ faults: { drop: 1 } });
    const [one, other] = [explore(small), await exploreAsync(small)];
    expect([one.states, one.edges]).to.deep.equal([other.states, other.edges]);
  });
});
