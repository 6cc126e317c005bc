import { expect } from 'chai';
import { responseTimes } from '../../../../src/testing/explorer/liveness/response.js';
import type { WayGraph } from '../../../../src/testing/explorer/state-space/state-graph.js';

/** A hub that leads to every other state, each of which leads back: a state can reach all others. */
function star(states: number): WayGraph {
  const leaves = states - 1;
  return {
    count: () => states,
    expanded: () => states,
    entry: () => 0,
    exchange: () => 0,
    firstEdge: (state) => (state === 0 ? 0 : leaves + state - 1),
    endOfEdges: (state) => leaves + state,
    target: (edge) => (edge < leaves ? edge + 1 : 0),
    isTick: () => false,
    depth: (state) => Math.min(state, 1),
    pathTo: (state) => (state === 0 ? [0] : [0, state]),
  };
}

describe('response times', () => {
  // 1.4 GB for a moment, which none of the next tests is to have beside its own.
  after(() => globalThis.gc?.());

  it('are found of more states than an array can be pushed', () => {
    const work = responseTimes(
      star(115_000_000),
      () => true,
      (state) => state === 0,
    );
    let pauses = 0;
    let step = work.next();
    for (; step.done !== true; step = work.next()) pauses += 1;
    expect(step.value.worst).to.equal(0);
    expect(pauses).to.be.greaterThan(100);
  });
});
