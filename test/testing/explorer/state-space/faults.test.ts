import { expect } from 'chai';
import { setup } from 'xstate';
import { explore, note, plainAdapter, system, tell, type Faults } from '../../../../src/testing/explorer/index.js';
import { commands } from '../support/machines.js';
import { isAsking, isDone, requestSystem } from '../support/request-system.js';

const answered = { from: isAsking, to: isDone };

const worst = (faults: Faults, delay = 1) =>
  explore(requestSystem({ network: { delay }, faults }), { leadsTo: { answered } }).worst['answered'];

/** Beats every 3 ticks, and tells a watchdog of the same process that would bark after 4. */
const heart = setup({ actions: commands, delays: { interval: 3 } }).createMachine({
  id: 'heart',
  initial: 'beating',
  states: {
    beating: {
      entry: [{ type: 'send', params: { to: 'dog/dog', event: { type: 'beat' } } }],
      after: { interval: { target: 'beating', reenter: true } },
    },
  },
});

const dog = setup({ actions: commands, delays: { patience: 4 } }).createMachine({
  id: 'dog',
  initial: 'quiet',
  states: {
    quiet: { on: { beat: { target: 'quiet', reenter: true } }, after: { patience: 'barking' } },
    barking: { on: { beat: 'quiet' } },
  },
});

const kennel = (faults: Faults) =>
  system({ processes: { heart: { heart }, dog: { dog } }, delays: { interval: 3, patience: 4 }, faults });

const barks = (faults: Faults) =>
  explore(kennel(faults), {
    reachable: { barking: ({ dog: { actors } }) => actors.dog?.matches('barking') === true },
    limit: { states: 10_000 },
  }).ok;

describe('faults, drop', () => {
  it('loses as many messages as the budget allows', () => {
    expect(worst({ drop: 0 })).to.equal(2);
    expect(worst({ drop: 3 })).to.equal(2 + 3 * 3);
  });

  it('loses only the messages that it may', () => {
    const isReply = (message: unknown) => JSON.stringify(message).includes('reply');
    const runOf = (faults: Faults) => explore(requestSystem({ network: { delay: 0 }, faults }));
    const counts = ({ states, edges }: { states: number; edges: number }) => ({ states, edges });
    expect(counts(runOf({ drop: 1 }))).to.deep.equal({ states: 11, edges: 14 });
    // The same states but for the way in which a lost request leads to them.
    expect(counts(runOf({ drop: { max: 1, when: isReply } }))).to.deep.equal({ states: 11, edges: 13 });
    expect(runOf({ drop: { max: 1, when: (_, { from }) => from === 'nobody' } }).states).to.equal(4);
  });
});

describe('faults, duplicate', () => {
  it('delivers a message twice', () => {
    const { violations } = explore(requestSystem({ network: { delay: 0 }, faults: { duplicate: 1 } }), {
      always: {
        'no reply comes when all is done': (view, { left }) => !(isDone(view) && left['duplicate'] === 0),
      },
    });
    expect(violations[0]?.steps.map(({ kind }) => kind)).to.deep.equal(['stimulus', 'deliver', 'duplicate', 'deliver']);
  });
});

describe('faults, crash', () => {
  it('silences a process for ever', () => {
    expect(worst({ crash: { max: 1, of: ['server'] } })).to.equal(Infinity);
  });

  it('leaves the messages that were sent before it under way', () => {
    const { ok } = explore(requestSystem({ faults: { crash: { max: 1, of: ['server'] } } }), {
      reachable: { 'answered by the dead': (view) => isDone(view) && !view.server.isAlive },
    });
    expect(ok).to.equal(true);
  });

  it('keeps the notes of the dead, and starts afresh where it may be restarted', () => {
    const memory = system({
      processes: { host: { heart: dog } },
      delays: { patience: 2 },
      adapter: { command: () => [], receive: () => note('seen', true) },
      stimuli: { see: { process: 'host', message: { type: 'see' } } },
      faults: { crash: { max: 1, restart: true } },
    });
    const { ok, violations } = explore(memory, {
      always: { 'the dead have no actors': ({ host }) => host.isAlive === (host.actors.heart !== undefined) },
      reachable: {
        'remembers from before': ({ host }, { left }) =>
          host.isAlive && left['crash'] === 0 && left['see'] === 0 && host.notes['seen'] === true,
        'has forgotten nothing that it never saw': ({ host }) => !host.isAlive && host.notes['seen'] === undefined,
      },
    });
    expect(violations.map(String)).to.deep.equal([]);
    expect(ok).to.equal(true);
  });

  it('loses what arrives while a process that may be restarted is dead', () => {
    const faults: Faults = { crash: { max: 1, of: ['server'], restart: true } };
    // Nothing obliges anyone to restart it.
    expect(worst(faults)).to.equal(Infinity);
    const { ok } = explore(requestSystem({ faults }), {
      reachable: { 'answered after the restart': (view, { left }) => isDone(view) && left['crash'] === 0 },
    });
    expect(ok).to.equal(true);
  });
});

describe('faults, cut', () => {
  it('loses what is under way and what is sent, until it heals', () => {
    const { violations } = explore(requestSystem({ faults: { cut: { max: 1, of: ['server'] } } }), {
      leadsTo: { answered },
    });
    expect(violations[0]?.toString()).to.include('✂ server is cut off').and.to.include('request ──x');
    const { ok } = explore(requestSystem({ faults: { cut: { max: 1, of: ['server'] } } }), {
      reachable: {
        'answered after it healed': (view, { cut, left }) => isDone(view) && cut.length === 0 && left['cut'] === 0,
      },
    });
    expect(ok).to.equal(true);
  });

  it('may cut one direction only', () => {
    const { violations } = explore(requestSystem({ faults: { cut: { max: 1, of: ['server->client'] } } }), {
      leadsTo: { answered },
    });
    const kinds = violations[0]?.steps.map(({ kind }) => kind);
    expect(kinds).to.include('cut').and.to.include('deliver');
    expect(violations[0]?.toString())
      .to.include('server->client is cut off')
      .and.to.match(/│x─+ reply ─+│/);
  });

  it('tells the hosts that can notice', () => {
    const noticing = system({
      processes: { client: { dog }, server: { heart: dog } },
      delays: { patience: 2 },
      adapter: {
        ...plainAdapter,
        disconnected: () => note('link', 'lost'),
        reconnected: () => [note('link', 'restored'), tell('dog', { type: 'beat' })],
      },
      faults: { cut: { max: 1, of: ['client'] } },
    });
    const { violations } = explore(noticing, {
      always: {
        'the link is as noted': ({ client }, { cut }) => (client.notes['link'] === 'lost') === cut.includes('client'),
        'the other host does not notice': ({ server }) => server.notes['link'] === undefined,
      },
      reachable: { restored: ({ client }) => client.notes['link'] === 'restored' },
    });
    expect(violations.map(String)).to.deep.equal([]);
  });
});

describe('faults, late', () => {
  it('lets a due timer wait for as many ticks as it may', () => {
    expect(barks({})).to.equal(false);
    // One tick is a tie between the beat and the dog's patience.
    expect(barks({ late: { max: 1, ticks: 1, of: ['heart'] } })).to.equal(true);
    expect(worst({ drop: 1, late: { max: 1, ticks: 2, of: ['client'] } })).to.equal(5 + 2);
    expect(worst({ drop: 1, late: { max: 2, ticks: 2, of: ['client'] } })).to.equal(5 + 4);
    expect(worst({ drop: 2, late: { max: 2, ticks: 2, of: ['client'] } })).to.equal(8 + 4);
  });

  it('lets a message wait in a process that has no timer', () => {
    expect(worst({ late: { max: 1, ticks: 5, of: ['server'] } })).to.equal(2 + 5);
    expect(worst({ late: { max: 1, ticks: 5, of: ['client'] } })).to.equal(2 + 5);
    // A stall in each of them.
    expect(worst({ late: { max: 2, ticks: 5 } })).to.equal(2 + 10);
    expect(worst({ late: { max: 1, ticks: 5 } }, 0)).to.equal(5);
  });

  it('holds a message no longer than it may, and not while nothing waits', () => {
    const { violations, worst: times } = explore(
      requestSystem({ faults: { late: { max: 1, ticks: 2, of: ['server'] } } }),
      {
        leadsTo: { answered: { ...answered, within: 3 } },
      },
    );
    expect(times).to.deep.equal({ answered: 4 });
    const { steps } = violations[0]!;
    const [late, next] = steps.slice(steps.findIndex(({ kind }) => kind === 'late'));
    expect([late?.process, late?.tick, next?.kind]).to.deep.equal(['server', 1, 'tick']);
  });

  it('concerns only the processes that it names', () => {
    const watched = { late: { max: 1, ticks: 5, of: ['server'] } };
    const { ok } = explore(requestSystem({ faults: watched }), {
      always: { 'only the server is late': (_, { left }) => left['late'] !== undefined },
      reachable: { 'it is': (_, { left }) => left['late'] === 0 },
    });
    expect(ok).to.equal(true);
    const late = explore(requestSystem({ faults: watched }), {
      always: { 'nobody is': (_, { left }) => left['late'] === 1 },
    });
    expect(late.violations[0]?.steps.filter(({ kind }) => kind === 'late').map(({ process }) => process)).to.deep.equal(
      ['server'],
    );
  });
});
