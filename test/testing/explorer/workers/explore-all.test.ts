import { expect } from 'chai';
import { explore, exploreAll, type ExploreAllOptions, type Scenario } from '../../../../src/testing/explorer/index.js';
import { commit } from '../support/two-phase-commit.js';

const module = new URL('../support/scenarios.ts', import.meta.url);
const imports = [new URL('../../../support/typescript.mjs', import.meta.url)];

const scenario = (name: string, made: string, ...args: readonly unknown[]): Scenario => ({
  name,
  module,
  export: made,
  args,
});
const run = (scenarios: readonly Scenario[], options: ExploreAllOptions = {}) =>
  exploreAll(scenarios, { workers: 2, imports, ...options });

async function failureOf(promise: Promise<unknown>): Promise<string> {
  try {
    await promise;
  } catch (error) {
    return (error as Error).message;
  }
  return 'it did not fail';
}

describe('exploreAll', () => {
  it('gives the results that explore gives, in the order of the scenarios', async () => {
    const results = await run([
      scenario('three', 'honest', 3, 1),
      scenario('one', 'honest', 1, 0),
      scenario('two', 'honest', 2, 1),
    ]);
    const expected = [
      ['three', 3, 1],
      ['one', 1, 0],
      ['two', 2, 1],
    ].map(([name, participants, drop]) => {
      const { states, edges, depth, coverage } = explore(
        commit({ participants: participants as number, faults: { drop: drop as number } }),
      );
      return { name, states, edges, depth, coverage, ok: true, complete: true, failure: undefined };
    });
    const found = results.map(({ name, states, edges, depth, coverage, ok, complete, failure }) => ({
      ...{ name, states, edges, depth, coverage, ok, complete, failure },
    }));
    expect(found).to.deep.equal(expected);
  });

  it('gives violations as data and as text', async () => {
    const [result] = await run([scenario('wrong', 'impossible')]);
    expect(result?.ok).to.equal(false);
    const [violation] = result?.violations ?? [];
    const [expected] = explore(commit({}), { always: { 'nobody ever decides': () => false } }).violations;
    expect(violation).to.deep.equal({
      ...(JSON.parse(JSON.stringify(expected)) as object),
      text: expected?.toString(),
    });
    expect(result?.failure).to.include("'nobody ever decides' does not hold");
  });

  it('names the scenario that fails', async () => {
    const good = scenario('good', 'honest', 2, 1);
    expect(await failureOf(run([good, scenario('market', 'broken')]))).to.equal(
      "the scenario 'market' failed: no such market",
    );
    expect(await failureOf(run([good, scenario('dead', 'dying')]))).to.equal(
      "the scenario 'dead' failed: its thread ended with exit code 3 and no result",
    );
    expect(await failureOf(run([scenario('number', 'nothing')]))).to.match(
      /the scenario 'number' failed: expected file:.* to export a function 'nothing', but it exports: .*honest/,
    );
  });

  it('refuses a number of workers and a module that are none', async () => {
    expect(await failureOf(run([], { workers: 0 }))).to.equal('workers: expected a whole number, 1 or more, but got 0');
    expect(await failureOf(run([{ name: 'here', module: './scenarios.js' }]))).to.equal(
      "the scenario 'here': expected the URL of a module, but got './scenarios.js'",
    );
  });

  it('tells the progress of each, and each result as soon as it is known', async () => {
    const heard = new Set<string>();
    const known: string[] = [];
    await run([scenario('large', 'honest', 3, 2), scenario('small', 'honest', 1, 0)], {
      progressIntervalMs: 0,
      onProgress: (name, { states }) => states > 0 && heard.add(name),
      onResult: ({ name }) => known.push(name),
    });
    expect([...heard]).to.deep.equal(['large']);
    expect(known).to.have.members(['large', 'small']);
  });

  it('ends all of them with what is known when its signal is aborted', async () => {
    const abort = new AbortController();
    const scenarios = ['a', 'b', 'c'].map((name) => scenario(name, 'honest', 4, 3));
    const results = await run(scenarios, {
      signal: abort.signal,
      progressIntervalMs: 0,
      onProgress: () => abort.abort(),
    });
    expect(results.map(({ stoppedBy, complete }) => ({ stoppedBy, complete }))).to.deep.equal(
      scenarios.map(() => ({ stoppedBy: 'signal', complete: false })),
    );
    const [a, b, c] = results;
    // One of them had got so far as to tell of it.
    expect(Math.max(a?.states ?? 0, b?.states ?? 0)).to.be.above(1_000);
    expect(a?.failure).to.include('the signal stopped it');
    // Two threads were busy, so that its turn never came.
    expect(c).to.deep.include({ states: 0, failure: 'the signal came before the exploration began' });
  });
});
