import { expect } from 'chai';
import { protocolProperties, protocolSystem } from '../../../../src/testing/index.js';
import {
  explore,
  system,
  type Checkpoint,
  type ExploreOptions,
  type ExploreResult,
  type System,
  type SystemView,
} from '../../../../src/testing/explorer/index.js';
import { seed } from '../../../support/seed.js';
import { askingClient, answeringServer } from '../support/machines.js';
import { countersSideBySide } from '../support/counters-side-by-side.js';
import { randomSystem } from '../support/random-systems.js';
import { commit } from '../support/two-phase-commit.js';

/** All that is found out, traces and all, but for how long it took. */
function foundBy({ states, edges, depth, atRest, worst, coverage, unused, complete, violations }: ExploreResult) {
  return { states, edges, depth, atRest, worst, coverage, unused, complete, violations: violations.map(String) };
}

/** Explores with a stop after every so many states, from checkpoint to checkpoint as they come back from a disk. */
function inPieces<Processes>(
  given: () => System<Processes>,
  options: ExploreOptions<SystemView<Processes>>,
  statesEach: number,
): { readonly result: ExploreResult; readonly pieces: number } {
  let checkpoint: Checkpoint | undefined;
  for (let pieces = 1; ; pieces += 1) {
    let next: Checkpoint | undefined;
    const result = explore(given(), {
      ...options,
      limit: { states: pieces * statesEach },
      onStopped: ({ header, words }: Checkpoint) => (next = { header, words: words.map((one) => one.slice()) }),
      ...(checkpoint === undefined ? {} : { resume: checkpoint }),
    } as never);
    if (result.stoppedBy !== 'states') return { result, pieces };
    checkpoint = next;
  }
}

describe('an exploration that is stopped', () => {
  it('goes on from its checkpoint, and finds what it finds in one go', () => {
    const isAsking = ({ coordinator }: SystemView) => coordinator?.actors['coordinator']?.matches('asking') === true;
    const options = { leadsTo: { decided: { from: isAsking, to: (view: SystemView) => !isAsking(view) } } };
    const given = () => commit({ participants: 3, faults: { drop: 1, crash: 1 } });
    const { result, pieces } = inPieces(given, options, 20_000);
    expect(pieces).to.equal(2);
    expect(foundBy(result)).to.deep.equal(foundBy(explore(given(), options)));
  });

  it('does so where it turns out on the way that fewer ids are worth exchanging', () => {
    const given = () => countersSideBySide(8, 3);
    const whole = explore(given());
    expect(whole.exchanged).to.have.lengthOf(3);
    for (const statesEach of [100, 300, 600]) {
      const { result } = inPieces(given, {}, statesEach);
      expect(foundBy(result), `every ${statesEach}`).to.deep.equal(foundBy(whole));
    }
  });

  it('does so with interchangeable ids', () => {
    const options = { streams: 2, records: 0, symmetric: true } as const;
    const given = () => protocolSystem(options);
    const rules = protocolProperties(options);
    const { result, pieces } = inPieces(given, rules as never, 4_000);
    expect(pieces).to.equal(2);
    expect(foundBy(result)).to.deep.equal(foundBy(explore(given(), rules as never)));
  });

  it(`does so in random systems, whatever is violated (seed ${seed})`, () => {
    let interrupted = 0;
    for (let number = seed * 1_000_000; interrupted < 15; number += 1) {
      const { system: random, properties } = randomSystem(number);
      for (const stopAt of ['first', 'end'] as const) {
        const whole = explore(random, { ...properties, stopAt, limit: { states: 1_000 } });
        if (whole.stoppedBy === 'states' || whole.states < 60) continue;
        const { result, pieces } = inPieces(() => random, { ...properties, stopAt }, 40);
        if (pieces === 1) continue;
        // Where it is stopped the leads-to properties are judged earlier, so that another violation may come first.
        expect(result.ok, `system ${number}`).to.equal(whole.ok);
        if (stopAt === 'first') continue;
        const violated = (found: ExploreResult) => found.violations.map(({ property }) => property).sort();
        expect(violated(result), `system ${number}`).to.deep.equal(violated(whole));
        expect({ ...foundBy(result), violations: [] }, `system ${number}`).to.deep.equal({
          ...foundBy(whole),
          violations: [],
        });
        interrupted += 1;
      }
    }
  });

  it('is not gone on with by another system, other properties, or machines that do something else', () => {
    const request = (delay: number) =>
      system({
        processes: { client: { client: askingClient }, server: { server: answeringServer } },
        delays: { retry: 3 },
        network: { delay },
        stimuli: { go: { process: 'client', event: { type: 'go' } } },
      });
    let checkpoint: Checkpoint = { header: '{}', words: [] };
    explore(request(1), { limit: { states: 4 }, onStopped: (taken) => (checkpoint = taken) });
    expect(explore(request(1), { resume: checkpoint }).complete).to.equal(true);
    expect(() => explore(request(2), { resume: checkpoint })).to.throw('expected a checkpoint of this system');
    expect(() => explore(request(1), { resume: checkpoint, always: { never: () => true } })).to.throw(
      'expected a checkpoint of this system',
    );
    expect(() => explore(request(1), { resume: { header: '{}', words: [] } })).to.throw('of this version');
    expect(() => explore(request(1), { resume: { ...checkpoint, words: [] } })).to.throw('damaged');
    const [rows, parents, edges, targets, reactions = new Uint32Array()] = checkpoint.words;
    const others = reactions.map((word, k) => (k % 3 === 2 ? 0 : word));
    const words = [rows, parents, edges, targets, others] as Uint32Array[];
    expect(() => explore(request(1), { resume: { ...checkpoint, words } })).to.throw('do something else');
    expect(() => explore(request(1), { resume: checkpoint, partialOrder: true })).to.throw('partialOrder');
  });
});
