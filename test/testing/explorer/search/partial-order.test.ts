import { expect } from 'chai';
import { setup } from 'xstate';
import {
  explore,
  system,
  type ExploreResult,
  type System,
  type SystemView,
} from '../../../../src/testing/explorer/index.js';
import { seed } from '../../../support/seed.js';
import { commands } from '../support/machines.js';
import { randomSystem } from '../support/random-systems.js';

/** What an exploration has found out, without its counts and traces. */
function verdictOf({ complete, atRest, worst, coverage, unused, violations }: ExploreResult) {
  const properties = violations.map(({ property }) => property).sort();
  return { complete, atRest, worst, coverage, unused, properties };
}

const systems = 1_000;

/** One that goes over when its time has come. */
const sleeper = setup({ actions: commands, delays: { wait: 1_000 } }).createMachine({
  id: 'sleeper',
  initial: 'asleep',
  states: { asleep: { after: { wait: 'awake' } }, awake: {} },
});

const isAwake = (name: string) => (view: SystemView) => view[name]?.actors['m']?.matches('awake') === true;

describe('partial-order reduction', () => {
  it(`comes to the verdicts and worst cases of ${systems} random systems, with fewer states (seed ${seed})`, function () {
    this.timeout(600_000);
    const first = seed * 1_000_000;
    const found = { compared: 0, withFewer: 0, broken: 0, states: 0, reduced: 0 };
    for (let number = first; found.compared < systems; number += 1) {
      const { system: random, properties } = randomSystem(number);
      const options = { ...properties, stopAt: 'end', limit: { states: 1_000 } } as const;
      const whole = explore(random, options);
      if (!whole.complete) continue;
      const part = explore(random, { ...options, partialOrder: true });
      expect(verdictOf(part), `system ${number}`).to.deep.equal(verdictOf(whole));
      found.compared += 1;
      found.states += whole.states;
      found.reduced += part.states;
      if (part.states < whole.states) found.withFewer += 1;
      if (whole.violations.some(({ kind }) => kind === 'broken')) found.broken += 1;
    }
    console.log(`      ${JSON.stringify(found)}`);
    expect(found.withFewer).to.be.greaterThan(systems / 20);
    expect(found.broken).to.be.greaterThan(systems / 50);
  });

  it('explores one order of what nobody sees, and every order of what is seen', () => {
    const names = Array.from({ length: 8 }, (_, index) => `p${index}`);
    const dormitory = system({
      processes: Object.fromEntries(names.map((name) => [name, { m: sleeper }])),
      delays: { wait: 2 },
    }) as System;
    const statesOf = (seen: readonly string[], partialOrder: boolean) => {
      const always = {
        'someone sleeps or not': (view: SystemView) => seen.filter((name) => isAwake(name)(view)).length >= 0,
      };
      return explore(dormitory, { always, partialOrder }).assert().states;
    };
    // Two ticks, and then any set of them is awake.
    expect(statesOf([], false)).to.equal(2 + 2 ** 8);
    expect(statesOf([], true)).to.equal(2 + 8 + 1);
    expect(statesOf(names.slice(0, 3), true)).to.equal(2 + 5 + 2 ** 3);
    expect(statesOf(names, true)).to.equal(2 + 2 ** 8);
  });

  it('begins anew where a predicate reads late what had passed for unseen', () => {
    const pair = system({ processes: { p: { m: sleeper }, q: { m: sleeper } }, delays: { wait: 1 } }) as System;
    const always = { 'p wakes first': (view: SystemView) => !isAwake('q')(view) || isAwake('p')(view) };
    const { violations } = explore(pair, { always, partialOrder: true });
    expect(violations[0]?.property).to.equal('p wakes first');
    expect(violations[0]?.replay().differences).to.deep.equal([]);
  });

  it('puts nothing off for ever where two answer each other without end', () => {
    const echo = (to: string) =>
      setup({ actions: commands }).createMachine({
        id: `echo to ${to}`,
        on: { ping: { actions: [{ type: 'send', params: { to, event: { type: 'ping' } } }] } },
      });
    const sleepless = setup({}).createMachine({
      id: 'sleepless',
      initial: 'up',
      states: { up: { on: { leave: 'away' } }, away: {} },
    });
    const noise = system({
      processes: { a: { m: echo('b') }, b: { m: echo('a') }, c: { m: sleepless } },
      stimuli: {
        ping: { process: 'a', event: { type: 'ping' } },
        leave: { process: 'c', event: { type: 'leave' } },
      },
    }) as System;
    const stays = { 'c stays': (view: SystemView) => view['c']?.actors['m']?.matches('up') === true };
    for (const partialOrder of [false, true]) {
      const { violations } = explore(noise, { always: stays, partialOrder, mayBeUnused: true });
      expect(
        violations.map(({ property }) => property),
        String(partialOrder),
      ).to.deep.equal(['c stays']);
    }
    const whole = explore(noise, { stopAt: 'end', always: stays });
    expect(verdictOf(explore(noise, { stopAt: 'end', always: stays, partialOrder: true }))).to.deep.equal(
      verdictOf(whole),
    );
  });

  it('is refused where it is neither on nor off', () => {
    const pair = system({ processes: { p: { m: sleeper } }, delays: { wait: 1 } });
    expect(() => explore(pair, { partialOrder: 'on' as never })).to.throw(
      "partialOrder: expected true or false, came 'on'",
    );
  });
});
