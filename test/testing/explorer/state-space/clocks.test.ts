import { expect } from 'chai';
import { setup } from 'xstate';
import { explore, simulate, system, type Ticks, type ViewOf } from '../../../../src/testing/index.js';

const alarm = setup({ delays: { wait: 1_000 } }).createMachine({
  id: 'alarm',
  initial: 'armed',
  states: { armed: { after: { wait: 'rung' } }, rung: {} },
});

const alarms = (delays: Readonly<Record<string, Ticks>>) =>
  system({ processes: { one: { alarm }, other: { alarm } }, delays });

type View = ViewOf<ReturnType<typeof alarms>>;
const hasRung = (process: 'one' | 'other') => (view: View) => view[process].actors.alarm?.matches('rung') === true;
const leftOf = (view: View) => Object.values(view.other.actors.alarm?.timers ?? {})[0];
const rings = (process: 'one' | 'other') => ({ from: () => true, to: hasRung(process) });

describe('clocks', () => {
  it('may go at another speed in each process', () => {
    for (const name of ['other/wait', 'other/alarm.wait']) {
      const { worst } = explore(alarms({ wait: 3, [name]: 5 }), {
        always: { 'one rings first': (view) => hasRung('one')(view) || !hasRung('other')(view) },
        leadsTo: { one: rings('one'), other: rings('other') },
      }).assert();
      expect(worst).to.deep.equal({ one: 3, other: 5 });
    }
    expect(explore(alarms({ 'one/wait': 1, 'other/wait': 2 })).assert().complete).to.equal(true);
  });

  it('may drift, so that a timer fires at any time of its range, and never outside of it', () => {
    const ahead = (left: number) => (view: View) => hasRung('one')(view) && leftOf(view) === left;
    const { worst, states } = explore(alarms({ wait: [2, 4] }), {
      always: { 'not before the least': (view) => !ahead(4)(view) && !ahead(3)(view) },
      reachable: { 'at the least': ahead(2), 'at the most': ahead(0) },
      leadsTo: { one: rings('one'), other: rings('other') },
    }).assert();
    // Both armed: 5. One of them has rung while the other has 2, 1 or 0 ticks left, either way: 6. Both: 1.
    expect({ worst, states }).to.deep.equal({ worst: { one: 4, other: 4 }, states: 12 });
    for (let seed = 1; seed <= 5; seed += 1) {
      const walk = simulate(alarms({ wait: [1, 4], 'one/wait': [0, 2] }), { seed, steps: 20 });
      expect(walk.replay().differences, `seed ${seed}`).to.deep.equal([]);
    }
  });

  it('have delays that are some, or told', () => {
    expect(() => alarms({ wait: [3, 2] })).to.throw("'wait' must be a number of ticks or [least, most], but is [3,2]");
    expect(() => alarms({ wait: [1] as never })).to.throw("'wait' must be a number of ticks or [least, most]");
    expect(() => alarms({ wait: 1, 'another/wait': 2 })).to.throw("'another/wait' is declared by no machine");
    expect(() => alarms({ 'one/wait': 1 })).to.throw("'wait' of machine 'alarm' is missing");
  });
});
