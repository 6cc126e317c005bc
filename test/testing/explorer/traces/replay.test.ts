import { expect } from 'chai';
import { explore, simulate, type Faults } from '../../../../src/testing/explorer/index.js';
import { isAsking, isDone, requestSystem } from '../support/request-system.js';
import { commit } from '../support/two-phase-commit.js';
import { seed } from '../../../support/seed.js';

describe('violation.replay', () => {
  it('drives real actors along the trace and finds them as the model says', () => {
    const { violations } = explore(requestSystem({ faults: { drop: 1 } }), {
      leadsTo: { answered: { from: isAsking, to: isDone, within: 4 } },
    });
    const report = violations[0]?.replay();
    // Two processes and the messages sent, after each of nine steps; and the processes at the start.
    expect(report).to.deep.equal({ steps: 9, comparisons: 2 + 9 * 3, differences: [] });
  });

  it('notices where the model and the actors differ', () => {
    const { violations } = explore(requestSystem(), { always: { 'never done': (system) => !isDone(system) } });
    const violation = violations[0]!;
    const last = violation.steps[violation.steps.length - 1]!;
    const [client] = last.changed;
    Object.assign(client!.actors[0]!.timers, []);
    const forged = { ...last, changed: [{ ...client!, notes: { forged: true } }] };
    Object.assign(violation.trace.steps, { [violation.steps.length - 1]: forged });
    expect(violation.replay().differences.join()).to.include('step 3, deliver, client: the model says');
  });
});

describe(`simulate, replayed on real actors (SEED=${seed})`, () => {
  const faults: Faults = {
    drop: 3,
    duplicate: 2,
    crash: { max: 2, restart: true },
    cut: 2,
    late: { max: 2, ticks: 2 },
  };

  it('finds requests as the model says at every step of random walks', () => {
    for (let walk = seed; walk < seed + 20; walk += 1) {
      const { differences, steps } = simulate(requestSystem({ faults }), { seed: walk, steps: 100 }).replay();
      expect(differences, `SEED=${walk} replays this`).to.deep.equal([]);
      expect(steps).to.equal(100);
    }
  });

  it('finds a two-phase commit as the model says at every step of random walks', () => {
    for (let walk = seed; walk < seed + 20; walk += 1) {
      const { differences } = simulate(commit({ participants: 3, faults }), { seed: walk, steps: 100 }).replay();
      expect(differences, `SEED=${walk} replays this`).to.deep.equal([]);
    }
  });
});

describe('simulate', () => {
  const options = { always: { 'never done': isNotDone }, steps: 200 };

  function isNotDone(system: Parameters<typeof isDone>[0]): boolean {
    return !isDone(system);
  }

  it('takes the same steps for the same seed', () => {
    const walk = (seed: number) => JSON.stringify(simulate(requestSystem(), { seed, steps: 50 }).trace());
    expect(walk(7)).to.equal(walk(7));
    expect(walk(7)).not.to.equal(walk(8));
  });

  it('ends at a violation, and names its seed', () => {
    const result = simulate(requestSystem(), { ...options, seed: 3 });
    expect(result.ok).to.equal(false);
    expect(result.steps).to.be.below(200);
    expect(() => result.assert()).to.throw("'never done' does not hold (seed 3)");
  });

  it('judges how long an answer takes', () => {
    const slow = requestSystem({ faults: { drop: 1 } });
    const answered = { from: isAsking, to: isDone };
    const seeds = Array.from({ length: 40 }, (_, index) => index);
    const runs = seeds.map((seed) =>
      simulate(slow, { seed, steps: 60, leadsTo: { answered: { ...answered, within: 4 } } }),
    );
    expect(runs.some(({ ok }) => !ok)).to.equal(true);
    const longest = seeds.map((seed) => simulate(slow, { seed, steps: 60, leadsTo: { answered } }).longest['answered']);
    expect(Math.max(...longest.map((ticks) => ticks ?? 0))).to.be.within(5, 5);
  });
});
