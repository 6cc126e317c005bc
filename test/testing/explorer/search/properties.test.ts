import { expect } from 'chai';
import { explore, type Predicate, type System, type SystemView } from '../../../../src/testing/explorer/index.js';
import { isAsking, isDone, requestSystem } from '../support/request-system.js';

describe('explore, always', () => {
  it('shows a shortest trace to the state where the property fails', () => {
    const { violations, complete, stoppedBy } = explore(requestSystem(), {
      always: { 'the client is never done': (system) => !isDone(system) },
    });
    expect(violations[0]?.toString()).to.equal(
      [
        "'the client is never done' does not hold",
        '',
        'tick  client         server',
        '   0  ● go           │   client: idle -> asking',
        '   0  │── request ──>│',
        '   0  │<──── reply ──│   client: asking -> done',
      ].join('\n'),
    );
    expect({ complete, stoppedBy }).to.deep.equal({ complete: false, stoppedBy: 'violation' });
  });

  it('holds where no reachable state breaks it', () => {
    const result = explore(requestSystem({ faults: { drop: 2 } }), {
      always: { 'a client that asks is not done': (system) => !(isAsking(system) && isDone(system)) },
    });
    expect(result.assert()).to.equal(result);
  });

  it('looks for one violation of each property if told to go on', () => {
    const { violations, complete } = explore(requestSystem(), {
      always: { 'never asks': (system) => !isAsking(system), 'never done': (system) => !isDone(system) },
      reachable: { 'does both': (system) => isAsking(system) && isDone(system) },
      stopAt: 'end',
    });
    expect(violations.map(({ property, kind, steps }) => [property, kind, steps.length])).to.deep.equal([
      ['never asks', 'always', 1],
      ['never done', 'always', 3],
      ['does both', 'reachable', 0],
    ]);
    expect(complete).to.equal(true);
  });

  it('finds the same states and steps however many violations it tells on the way', () => {
    const given = requestSystem({ faults: { drop: 3, duplicate: 1 } });
    const whole = explore(given);
    const { states, edges, depth, violations } = explore(given, {
      always: { 'never asks': (system) => !isAsking(system), 'never done': (system) => !isDone(system) },
      leadsTo: { 'is done': { from: isAsking, to: isDone, within: 1 } },
      stopAt: 'end',
    });
    expect(violations).to.have.length(3);
    expect({ states, edges, depth }).to.deep.equal({ states: whole.states, edges: whole.edges, depth: whole.depth });
  });

  it('evaluates a predicate once for all states in which what it reads is alike', () => {
    let evaluations = 0;
    const { states } = explore(requestSystem({ faults: { drop: 3 } }), {
      always: { counted: () => (evaluations += 1) > 0 },
    });
    expect(states).to.equal(41);
    expect(evaluations).to.equal(1);
  });

  it('evaluates a predicate that reads the surroundings for each of them', () => {
    const budgets = new Set<number | undefined>();
    explore(requestSystem({ faults: { drop: 3 } }), {
      always: { counted: (_, { left }) => budgets.add(left['drop']).size > 0 },
    }).assert();
    expect([...budgets].sort()).to.deep.equal([0, 1, 2, 3]);
  });

  it('tells states apart by everything that a predicate can read', () => {
    let seen: Record<string, Set<string>> = {};
    const see = (what: string, value: unknown) => (seen[what] ??= new Set()).add(JSON.stringify(value)).size > 0;
    const always: Record<string, Predicate<SystemView>> = {
      timers: ({ client }) => see('timers', Object.values(client?.actors['client']?.timers ?? {})),
      context: ({ client }) => see('context', client?.actors['client']?.context),
      life: ({ server }) => see('life', server?.isAlive),
      names: ({ server }) => see('names', Object.keys(server?.actors ?? {})),
      presence: ({ server }) => see('presence', 'server' in (server?.actors ?? {})),
      notes: ({ client }) => see('notes', { ...client?.notes }),
      budget: (_, { left }) => see('budget', left['drop']),
    };
    const run = (properties: typeof always) => {
      seen = {};
      const faults = { drop: 2, crash: { max: 1, of: ['server'] } };
      const { states } = explore(requestSystem({ faults }) as System, { always: properties }).assert();
      return {
        states,
        ...Object.fromEntries(Object.entries(seen).map(([what, values]) => [what, [...values].sort()])),
      };
    };
    const all: Predicate<SystemView> = (view, around) => Object.values(always).every((holds) => holds(view, around));
    const each = run(always);
    expect(each).to.deep.equal(run({ all }));
    expect(each).to.deep.include({
      life: ['false', 'true'],
      presence: ['false', 'true'],
      budget: ['0', '1', '2'],
      timers: ['[0]', '[1]', '[2]', '[3]', '[]'],
    });
  });

  it('names the predicate that throws', () => {
    const run = () =>
      explore(requestSystem(), {
        always: {
          'reads what is not there': () => {
            throw new Error('no such field');
          },
        },
      });
    expect(run).to.throw("'reads what is not there' threw: no such field");
  });
});

describe('explore, leadsTo', () => {
  const answered = { from: isAsking, to: isDone };

  it('measures the exact worst case in ticks', () => {
    const worstOf = (delay: number, retry: number, drop: number) =>
      explore(requestSystem({ network: { delay }, retry, faults: { drop } }), { leadsTo: { answered } }).worst;
    expect(worstOf(0, 3, 0)).to.deep.equal({ answered: 0 });
    // A round trip of two delays, and a retry before it for each loss.
    expect(worstOf(1, 3, 0)).to.deep.equal({ answered: 2 });
    expect(worstOf(1, 3, 1)).to.deep.equal({ answered: 5 });
    expect(worstOf(1, 3, 2)).to.deep.equal({ answered: 8 });
    expect(worstOf(2, 5, 1)).to.deep.equal({ answered: 9 });
  });

  it('holds within exactly the worst case, and not within a tick less', () => {
    const run = (within: number) =>
      explore(requestSystem({ faults: { drop: 1 } }), { leadsTo: { answered: { ...answered, within } } });
    expect(run(5).ok).to.equal(true);
    expect(run(4).violations[0]?.toString()).to.equal(
      [
        "'answered' takes more than 4 ticks",
        '',
        'tick  client         server',
        '   0  ● go           │   client: idle -> asking',
        '   0  │── request ──x│',
        '   3  ◷ client retry │',
        '   4  │── request ──>│',
        '   5  │              │   time goes on',
      ].join('\n'),
    );
  });

  it('shows the round that goes on for ever', () => {
    const { violations, worst } = explore(requestSystem({ faults: { crash: { max: 1, of: ['server'] } } }), {
      leadsTo: { answered },
    });
    expect(worst).to.deep.equal({ answered: Infinity });
    expect(violations[0]?.loopAt).to.equal(2);
    expect(violations[0]?.toString()).to.equal(
      [
        "'answered' may wait for ever",
        '',
        'tick  client         server',
        '   0  ● go           │           client: idle -> asking',
        '   0  │              ✝ crashes',
        '------ from here the run repeats for ever ------',
        '   3  ◷ client retry',
        '      │── request ──x',
      ].join('\n'),
    );
  });

  it('counts a state in which nothing happens any more as a round', () => {
    const { violations } = explore(requestSystem(), { leadsTo: { 'asks again': { from: isDone, to: isAsking } } });
    expect(violations[0]?.toString().split('\n').slice(-2)).to.deep.equal([
      '------ from here the run repeats for ever ------',
      '   0  │              │   time goes on, and nothing else happens',
    ]);
  });

  it('shows time in a round in which only time matters, and not what is ignored meanwhile', () => {
    const nudge = { process: 'client', event: { type: 'nudge' }, max: Infinity, mayBeIgnored: true };
    const given = { ...requestSystem({ faults: { crash: { max: 1, of: ['server'] } } }).config };
    const nudged = { config: { ...given, stimuli: { ...given.stimuli, nudge } } } as unknown as System;
    const asking = (view: SystemView) => isAsking(view as never);
    const done = { 'asks again': { from: (view: SystemView) => isDone(view as never), to: asking } };
    const [violation] = explore(nudged, { leadsTo: done }).violations;
    const round = violation?.steps.slice(violation.loopAt);
    expect(round?.map(({ kind }) => kind)).to.deep.equal(['tick']);
    expect(violation?.toString()).to.include('time goes on, and nothing else happens');
    // A longer round: the client asks the dead again and again.
    const answered = { answered: { from: asking, to: (view: SystemView) => isDone(view as never) } };
    const [endless] = explore(nudged, { leadsTo: answered }).violations;
    const kinds = endless?.steps.slice(endless.loopAt).map(({ kind }) => kind);
    expect(kinds).to.deep.equal(['tick', 'tick', 'tick', 'timer']);
    expect(endless?.replay().differences).to.deep.equal([]);
  });

  it('does not count a round in which time stands still', () => {
    // Idle and asking alternate only by way of time, so a client that is asked without delay is done at once.
    const { worst, ok } = explore(requestSystem({ network: { delay: 0 }, faults: { duplicate: 2 } }), {
      leadsTo: { answered: { ...answered, within: 0 } },
    });
    expect({ worst, ok }).to.deep.equal({ worst: { answered: 0 }, ok: true });
  });

  it('says nothing of what is never asked for', () => {
    const never = { from: () => false, to: isDone, mayBeUnused: true };
    const { worst } = explore(requestSystem(), { leadsTo: { never } });
    expect(worst).to.deep.equal({});
  });
});

describe('explore, reachable', () => {
  it('is violated by a model that never gets there', () => {
    const { violations } = explore(requestSystem(), { stimuli: {}, reachable: { 'the client is done': isDone } });
    expect(violations.map(String)).to.deep.equal(["'the client is done' is never reached, in 1 states"]);
  });
});

describe('explore, limits', () => {
  it('fails an exploration that ended at a limit', () => {
    const result = explore(requestSystem({ faults: { drop: 3 } }), { limit: { states: 10 } });
    expect(result.ok).to.equal(true);
    expect(result.complete).to.equal(false);
    expect(() => result.assert()).to.throw('the exploration is not complete: limit.states stopped it');
  });

  it('passes it if it may be partial', () => {
    const result = explore(requestSystem({ faults: { drop: 3 } }), { limit: { states: 10, partial: true } });
    expect(result.assert()).to.equal(result);
  });

  it('does not call unreached what it had no time to reach', () => {
    const { violations } = explore(requestSystem(), { reachable: { done: isDone }, limit: { states: 2 } });
    expect(violations).to.deep.equal([]);
  });
});
