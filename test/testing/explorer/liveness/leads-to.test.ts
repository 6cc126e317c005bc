import { expect } from 'chai';
import { checkLeadsTo } from '../../../../src/testing/explorer/liveness/leads-to.js';
import type { PredicateTable } from '../../../../src/testing/explorer/predicates/predicate-table.js';
import { createStateGraph, type StateGraph } from '../../../../src/testing/explorer/state-space/state-graph.js';

const [from, to] = [0, 1];
const [asking, waiting] = [0, 1];

/** What the two predicates say: `from` holds at the first state alone, and `to` nowhere. */
const table = {
  exchanges: 1,
  count: () => 2,
  holds: (entry: number, predicate: number) => entry === asking && predicate === from,
} as unknown as PredicateTable;

/** A long way from the first state to a round of two, in which time goes on. */
function longWay(states: number): StateGraph {
  const graph = createStateGraph(true);
  graph.add(-1);
  for (let state = 0; state < states; state += 1) {
    const isLast = state === states - 1;
    if (!isLast) graph.add(state);
    graph.expand(state === 0 ? asking : waiting);
    graph.connect(isLast ? state - 1 : state + 1, isLast, 0);
  }
  return graph;
}

describe('the shortest trace of a violation of a leads-to property', () => {
  const states = 1 << 20;
  const check = { name: 'answer', from, to, mayBeUnused: false };

  function judge(within: number | undefined, isStopped?: (pauses: number) => boolean) {
    let pauses = 0;
    const work = checkLeadsTo(longWay(states), table, { ...check, within }, () => isStopped?.(pauses) ?? false);
    let step = work.next();
    for (; step.done !== true; step = work.next()) pauses += 1;
    const { worst, violation } = step.value;
    return { pauses, worst, reason: violation?.reason, path: violation?.path };
  }

  it('is searched for in pieces, between which others get their turn', () => {
    const round = judge(undefined);
    expect([round.worst, round.reason]).to.deep.equal([Infinity, "'answer' may wait for ever"]);
    expect(round.path?.loopAt).to.equal(states - 2);
    expect(round.path?.states).to.have.length(states + 1);
    const late = judge(1);
    expect(late.reason).to.equal("'answer' takes more than 1 ticks");
    // The way to the round, and twice around it.
    expect(late.path?.states).to.have.length(states + 3);
    // Six of them are of the passes over all states that find out how long answers take.
    for (const { pauses } of [round, late]) expect(pauses).to.be.greaterThan(7);
  });

  it('is given up when somebody stops it: the violation stays, with where it begins', () => {
    const note = 'the search for how was stopped, and this is how it comes to be asked for';
    const round = judge(undefined, () => true);
    expect(round.reason).to.equal(`'answer' may wait for ever; ${note}`);
    expect(round.path).to.deep.equal({ states: [0] });
    const late = judge(1, () => true);
    expect(late.reason).to.equal(`'answer' takes more than 1 ticks; ${note}`);
    expect(late.path).to.deep.equal({ states: [0] });
    expect(round.pauses).to.be.lessThan(judge(undefined).pauses);
  });
});
