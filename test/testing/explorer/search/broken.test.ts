import { expect } from 'chai';
import { assign, raise, sendTo, setup, type AnyStateMachine } from 'xstate';
import { explore, system, type ViewOf } from '../../../../src/testing/explorer/index.js';
import { commands } from '../support/machines.js';

/** The violation that one event brings about in one actor. */
function violationOf(machine: AnyStateMachine, delays: Readonly<Record<string, number>> = {}) {
  const one = system({
    processes: { host: { actor: machine, other: idle } },
    delays,
    stimuli: { go: { process: 'host', event: { type: 'go' } } },
  });
  const { violations } = explore(one);
  expect(violations.map(({ property, kind }) => ({ property, kind }))).to.deep.equal([
    { property: 'no step breaks', kind: 'broken' },
  ]);
  return violations[0]!;
}

const idle = setup({}).createMachine({ id: 'idle' });

describe('explore, what must not happen', () => {
  it('a guard that throws is a violation with its trace', () => {
    const machine = setup({
      guards: {
        isReady: () => {
          throw new Error('not ready');
        },
      },
    }).createMachine({ id: 'guarded', on: { go: { guard: 'isReady' } } });
    const violation = violationOf(machine);
    expect(violation.reason).to.match(/^host\/actor on go: Unable to evaluate guard 'isReady'.*not ready$/s);
    expect(violation.toString()).to.include('● go').and.to.include('breaks: host/actor on go');
    expect(violation.steps).to.have.length(1);
  });

  it('an assign that throws is a violation', () => {
    const machine = setup({
      actions: {
        fail: assign(() => {
          throw new Error('no value');
        }),
      },
    }).createMachine({ id: 'assigning', on: { go: { actions: [{ type: 'fail' }] } } });
    expect(violationOf(machine).reason).to.equal('host/actor on go: no value');
  });

  it('an assign that is not deterministic is a violation', () => {
    let calls = 0;
    const machine = setup({
      types: { context: {} as { readonly calls: number } },
      actions: { count: assign({ calls: () => (calls += 1) }) },
    }).createMachine({ id: 'counting', context: { calls: 0 }, on: { go: { actions: [{ type: 'count' }] } } });
    expect(violationOf(machine).reason).to.match(/^host\/actor on go: it is not deterministic: .*"calls":1.*"calls":2/);
  });

  it('an assign that changes its context in place is a violation', () => {
    const machine = setup({
      types: { context: {} as { readonly list: number[] } },
      actions: {
        push: assign(({ context }) => {
          context.list.push(1);
          return {};
        }),
      },
    }).createMachine({ id: 'mutating', context: { list: [] }, on: { go: { actions: [{ type: 'push' }] } } });
    expect(violationOf(machine).reason).to.match(/^host\/actor on go: .*not extensible/);
  });

  it('a context or an event that is changed in place is told what to write instead', () => {
    const changes: readonly (readonly [string, (scope: { context: { list: number[] }; event: never }) => void])[] = [
      ['context', ({ context }) => void context.list.push(1)],
      ['context', ({ context }) => void (context.list = [1])],
      ['context', ({ context }) => void Object.assign(context, { other: 1 })],
      ['event', ({ event }) => void Object.assign(event, { seen: true })],
    ];
    for (const [what, change] of changes) {
      const machine = setup({
        types: { context: {} as { list: number[] } },
        actions: {
          change: assign((scope) => {
            change(scope as never);
            return {};
          }),
        },
      }).createMachine({ id: 'mutating', context: { list: [] }, on: { go: { actions: [{ type: 'change' }] } } });
      const { reason } = violationOf(machine);
      expect(reason).to.include(`it changes its ${what} in place`);
      expect(reason).to.include('let assign give new values');
    }
  });

  it('an action that nobody can perform is told where it stands and what to write instead', () => {
    const go = (actions: unknown, declared: object = commands) =>
      violationOf(
        setup({ actions: declared as typeof commands }).createMachine({
          id: 'm',
          on: { go: { actions: actions as never } },
        }),
      ).reason;
    const place = (index: string) => `\n  m → on.go.actions${index}: `;
    const inline = go(() => undefined);
    expect(inline).to.include('nobody handles this command');
    expect(inline).to.include(
      `${place('')}an inline function, an effect that nobody can see or perform; record a command`,
    );
    const named = go([
      { type: 'note', params: { name: 'n', value: 1 } },
      function shout() {
        return undefined;
      },
    ]);
    expect(named).to.include(`${place('[1]')}an inline function`);
    const text = go('send');
    expect(text).to.include('host/actor, command send: expected params { to, event }, came undefined');
    expect(text).to.include(`${place('')}the action send is a string, which loses its params; write { type: 'send' }`);
    expect(go([sendTo('other', { type: 'x' })])).to.include('sendTo');
  });

  it('a command of the plain adapter with params that mean nothing is told which', () => {
    const go = (type: keyof typeof commands, params: object) =>
      violationOf(setup({ actions: commands }).createMachine({ id: 'm', on: { go: { actions: [{ type, params }] } } }))
        .reason;
    expect(go('send', { to: 'host' })).to.include(
      'command send: expected params.event to be an event { type }, came undefined',
    );
    expect(go('send', { too: 'host', event: { type: 'x' } })).to.include(
      'expected params.to to be a name, or a list of names',
    );
    expect(go('tell', { to: [1], event: { type: 'x' } })).to.include(
      'expected params.to to be a name, or a list of names, came a list',
    );
    expect(go('spawn', { id: 'x' })).to.include('expected params.machine to be the name of a machine');
    expect(go('stop', {})).to.include('expected params.id to be a text');
    expect(go('note', { value: 1 })).to.include('expected params.name to be a text');
  });

  it('a timer that is started twice is a violation', () => {
    const machine = setup({ delays: { later: 1000 } }).createMachine({
      id: 'hasty',
      on: {
        go: {
          actions: [
            raise({ type: 'x' }, { id: 't', delay: 'later' }),
            raise({ type: 'y' }, { id: 't', delay: 'later' }),
          ],
        },
      },
    });
    expect(violationOf(machine, { later: 2 }).reason).to.equal('host/actor on go: the timer t was started twice');
  });

  const contexts: readonly (readonly [string, unknown, string])[] = [
    ['a Map', new Map(), 'context.field is a Map, which is not plain data'],
    ['a Date', new Date(0), 'context.field is a Date, which is not plain data'],
    ['a function', () => 1, 'context.field is a function, which is not plain data'],
    ['NaN', [1, NaN], 'context.field[1] is NaN, which is not plain data'],
    ['a bigint', { deep: 1n }, 'context.field.deep is a bigint, which is not plain data'],
  ];
  for (const [name, value, reason] of contexts) {
    it(`a context that holds ${name} is a violation`, () => {
      const machine = setup({
        types: { context: {} as { readonly field: unknown } },
        actions: { put: assign({ field: () => value }) },
      }).createMachine({ id: 'odd', context: { field: null }, on: { go: { actions: [{ type: 'put' }] } } });
      expect(violationOf(machine).reason).to.equal(`host/actor on go: ${reason}`);
    });
  }

  it('a context that refers back to itself is a violation', () => {
    const circle: { own?: unknown } = {};
    circle.own = circle;
    const machine = setup({ actions: { put: assign({ field: () => circle }) } }).createMachine({
      id: 'circle',
      context: {},
      on: { go: { actions: [{ type: 'put' }] } },
    });
    expect(violationOf(machine).reason).to.match(/refers back to itself, so it is not plain data$/);
  });

  it('a command that nobody handles is a violation', () => {
    const machine = setup({ actions: { shout: () => undefined } }).createMachine({
      id: 'loud',
      on: { go: { actions: [{ type: 'shout', params: {} }] } },
    });
    expect(violationOf(machine).reason).to.equal('host/actor, command shout: nobody handles this command');
  });

  it('a message to a process that does not exist is a violation', () => {
    const machine = setup({ actions: commands }).createMachine({
      id: 'lost',
      on: { go: { actions: [{ type: 'send', params: { to: 'nowhere', event: { type: 'x' } } }] } },
    });
    expect(violationOf(machine).reason).to.equal(
      "host/actor, command send: it sent a message to an unknown process 'nowhere'",
    );
  });

  it('actors that chase each other for ever are a violation', () => {
    const machine = setup({ actions: commands }).createMachine({
      id: 'chaser',
      on: { go: { actions: [{ type: 'tell', params: { to: 'actor', event: { type: 'go' } } }] } },
    });
    expect(violationOf(machine).reason).to.include('told each other more than 1000 events at once');
  });

  it('an endless loop of always transitions is a violation', () => {
    const machine = setup({}).createMachine({
      id: 'looping',
      initial: 'still',
      states: { still: { on: { go: 'a' } }, a: { always: 'b' }, b: { always: 'a' } },
    });
    expect(violationOf(machine).reason).to.match(/^host\/actor on go: Infinite loop detected/);
  });

  it('timers that leave time no room are a violation, where properties count on time', () => {
    const machine = setup({ delays: { none: 0 } }).createMachine({
      id: 'restless',
      initial: 'still',
      states: {
        still: { on: { go: 'a' } },
        a: { after: { none: 'b' } },
        b: { after: { none: 'a' } },
      },
    });
    const restless = system({
      processes: { host: { actor: machine } },
      delays: { none: 0 },
      stimuli: { go: { process: 'host', event: { type: 'go' } } },
    });
    const still = ({ host }: ViewOf<typeof restless>) => host.actors.actor?.matches('still') === true;
    const { violations } = explore(restless, {
      leadsTo: { rest: { from: (view) => !still(view), to: still } },
    });
    expect(violations[0]?.reason).to.equal('time can never go on from here: something must always happen first');
    expect(violations[0]?.steps.map(({ kind }) => kind)).to.deep.equal(['stimulus']);
  });

  it('what breaks at the start is a violation', () => {
    const machine = setup({}).createMachine({
      id: 'stillborn',
      context: () => {
        throw new Error('no input');
      },
    });
    const { violations } = explore(system({ processes: { host: { actor: machine } } }));
    expect(violations[0]?.reason).to.equal('host/actor on its start: no input');
    expect(violations[0]?.toString()).to.include('breaks: host/actor on its start');
  });
});
