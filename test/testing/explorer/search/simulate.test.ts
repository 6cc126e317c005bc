import { expect } from 'chai';
import { assign, setup } from 'xstate';
import {
  explore,
  plainAdapter,
  simulate,
  system,
  type System,
  type SystemView,
} from '../../../../src/testing/index.js';
import { answeringServer, askingClient, commands } from '../support/machines.js';
import { isAsking, isDone, requestSystem } from '../support/request-system.js';

/** Counts to a number, between steps that have nothing to do with it. */
const counting = setup({
  types: { context: {} as { readonly count: number; readonly spins: number } },
  actions: {
    ...commands,
    count: assign({ count: ({ context }) => context.count + 1 }),
    spin: assign({ spins: ({ context }) => (context.spins + 1) % 3 }),
    fail: () => undefined,
  },
  guards: { isEnough: ({ context }) => context.count === 3 },
}).createMachine({
  id: 'counting',
  context: { count: 0, spins: 0 },
  initial: 'on',
  states: {
    on: {
      on: {
        up: { actions: [{ type: 'count' }] },
        spin: { actions: [{ type: 'spin' }] },
        down: { guard: 'isEnough', actions: [{ type: 'fail' }] },
        end: { guard: 'isEnough', target: 'over' },
      },
    },
    over: {},
  },
});

const counts = (events: readonly string[]): System =>
  system({
    processes: { host: { counting } },
    stimuli: Object.fromEntries(
      events.map((type) => [type, { process: 'host', event: { type }, max: type === 'up' ? 3 : Infinity } as never]),
    ),
  });

const countOf = ({ host }: SystemView) => host?.actors['counting']?.context['count'];
const names = (result: ReturnType<typeof simulate>) =>
  result.violations[0]?.steps.map(({ name, kind }) => name ?? kind);

describe('simulate with many seeds', () => {
  const faults = { drop: 1, duplicate: 1, crash: { max: 1, restart: true } };

  it('takes the walks that each seed takes alone, and tells of them all', () => {
    const alone = Array.from({ length: 20 }, (_, index) =>
      simulate(requestSystem(), { seed: 5 + index, steps: 30, faults }),
    );
    const together = simulate(requestSystem(), { seed: 5, seeds: 20, steps: 30, faults });
    expect(together).to.deep.include({ walks: 20, seed: 24, ok: true });
    expect(together.steps).to.equal(alone.reduce((sum, { steps }) => sum + steps, 0));
    expect(together.ticks).to.equal(alone.reduce((sum, { ticks }) => sum + ticks, 0));
    expect(JSON.stringify(together.trace())).to.equal(JSON.stringify(alone.at(-1)?.trace()));
    expect(together.states).to.be.below(alone.reduce((sum, { states }) => sum + states, 0));
  });

  it('computes no reaction twice for all of them', () => {
    const callsOf = (seeds: number) => {
      let calls = 0;
      const counted = system({
        processes: { client: { client: askingClient }, server: { server: answeringServer } },
        delays: { retry: 3 },
        network: { delay: 1 },
        stimuli: { go: { process: 'client', event: { type: 'go' } } },
        adapter: {
          ...plainAdapter,
          command(...given: Parameters<typeof plainAdapter.command>) {
            calls += 1;
            return plainAdapter.command(...given);
          },
        },
      });
      expect(simulate(counted, { seeds, steps: 40 }).walks).to.equal(seeds);
      return calls;
    };
    expect(callsOf(200)).to.equal(callsOf(100)).and.to.be.above(0);
  });

  it('ends with the first walk that fails, and names its seed', () => {
    const never = { always: { 'never done': (view: Parameters<typeof isDone>[0]) => !isDone(view) } };
    const result = simulate(requestSystem(), { seed: 1, seeds: 1_000, steps: 40, ...never });
    expect(result.walks).to.equal(result.seed).and.to.be.below(1_000);
    expect(() => result.assert()).to.throw(`'never done' does not hold (seed ${result.seed})`);
    expect(simulate(requestSystem(), { seed: result.seed, steps: 40, ...never }).ok).to.equal(false);
  });

  it('refuses numbers of walks that are none', () => {
    expect(() => simulate(requestSystem(), { seeds: 0, steps: 1 })).to.throw(
      'seeds: expected a whole number, 1 or more, came number 0',
    );
    expect(() => simulate(requestSystem(), { seeds: 1.5, steps: 1 })).to.throw('seeds: expected a whole number');
    expect(() => simulate(requestSystem(), { shrink: 'no' as never, steps: 1 })).to.throw(
      "shrink: expected true or false, came 'no'",
    );
    expect(() => simulate(requestSystem(), { sed: 1, steps: 1 } as never)).to.throw("came 'sed'");
  });
});

describe('a walk that fails', () => {
  const spun = counts(['up', 'spin', 'down', 'end']);
  const ups = ['up', 'up', 'up'];

  it('is shrunk to the steps that it needs, where a rule is broken', () => {
    const always = { 'not three': (view: SystemView) => countOf(view) !== 3 };
    const result = simulate(counts(['up', 'spin']), { steps: 300, always });
    expect(names(result)).to.deep.equal(ups);
    expect(result.steps).to.be.above(3);
    expect(result.violations[0]?.reason).to.equal(
      `'not three' does not hold (seed 1), shrunk from ${result.steps} steps`,
    );
    expect(result.violations[0]?.replay().differences).to.deep.equal([]);
    expect(result.trace().steps).to.have.length(result.steps);
    const whole = simulate(counts(['up', 'spin']), { steps: 300, always, shrink: false });
    expect(whole.violations[0]?.steps).to.have.length(result.steps);
  });

  it('is shrunk where a step breaks, and where it comes to rest', () => {
    const broken = simulate(counts(['up', 'spin', 'down']), { steps: 300 });
    expect(broken.violations[0]?.kind).to.equal('broken');
    expect(names(broken)).to.deep.equal([...ups, 'down']);
    const stuck = simulate(counts(['up', 'end']), { steps: 300, mayRest: () => false });
    expect(stuck.violations[0]?.kind).to.equal('rest');
    expect(names(stuck)).to.deep.equal([...ups, 'end']);
    expect(simulate(spun, { steps: 300, always: { no: () => true } }).ok).to.equal(false);
  });

  it('is as short as the shortest trace where an answer comes too late', () => {
    const answered = { from: isAsking, to: isDone, within: 4 };
    const given = { leadsTo: { answered }, faults: { drop: 1 } };
    const [shortest] = explore(requestSystem(), given).violations;
    const result = simulate(requestSystem(), { seeds: 200, steps: 60, ...given });
    expect(result.violations[0]?.steps.length).to.equal(shortest?.steps.length);
  });
});
