import { expect } from 'chai';
import { explore, system, type TraceViolation } from '../../../../src/testing/explorer/index.js';
import { counter } from '../support/machines.js';
import { noAnswer, slowAnswer } from '../support/request-system.js';

describe('violation, steps', () => {
  it('tells for each step when, where and what happened, and what it changed', () => {
    const [go, drop, ...rest] = slowAnswer().steps;
    expect(go).to.deep.include({ tick: 0, kind: 'stimulus', name: 'go', process: 'client', actor: 'client' });
    expect(go?.commands.map(({ actor, type }) => [actor, type])).to.deep.equal([['client', 'send']]);
    expect(go?.sent).to.deep.equal([
      { from: 'client', to: 'server', message: { event: { type: 'request' } }, subject: '', isLost: false },
    ]);
    const [activity] = go?.activities ?? [];
    expect([activity?.before?.value, activity?.after?.value]).to.deep.equal(['idle', 'asking']);
    expect(activity?.after?.timers.map(({ id, left }) => [id, left])).to.deep.equal([
      ['xstate.after.retry.client.asking', 3],
    ]);
    expect(drop).to.deep.include({ tick: 0, kind: 'drop', from: 'client', process: 'server' });
    expect(rest.map(({ tick, kind }) => `${tick} ${kind}`)).to.deep.equal([
      '0 tick',
      '1 tick',
      '2 tick',
      '3 timer',
      '3 tick',
      '4 deliver',
      '4 tick',
    ]);
  });
});

describe('violation, toJSON', () => {
  it('is plain data that survives JSON', () => {
    const record = JSON.parse(JSON.stringify(noAnswer())) as TraceViolation;
    expect(record).to.deep.equal(noAnswer().toJSON());
    expect([record.kind, record.property]).to.deep.equal(['leadsTo', 'answered']);
    expect(record.records[0]).to.include({ type: 'run', source: 'explored', unit: 'tick', label: 'answered' });
  });
});

describe('violation, toMermaid', () => {
  it('draws messages, notes, losses and the part that repeats', () => {
    expect(noAnswer().toMermaid()).to.equal(
      [
        'sequenceDiagram',
        'participant p0 as client',
        'participant p1 as server',
        'Note over p0: 0 ● go',
        'Note right of p0: client: idle -> asking',
        'Note over p1: 0 ✝ crashes',
        'loop for ever',
        'Note over p0: 3 ◷ client retry',
        'p0-xp1: request',
        'end',
      ].join('\n'),
    );
    expect(slowAnswer().toMermaid().split('\n')).to.include('p0-xp1: 0 request').and.to.include('p0->>p1: 4 request');
  });

  it('escapes what Mermaid would take for its own, once', () => {
    const one = system({
      processes: { 'a#1; b': { counter: { machine: counter, input: { size: 2 } } } },
      stimuli: { up: { process: 'a#1; b', event: { type: 'up' } } },
    });
    const { violations } = explore(one, {
      always: { rests: (view) => view['a#1; b'].actors.counter?.context.count === 0 },
    });
    expect(violations[0]?.toMermaid()).to.include('participant p0 as a#35;1#59; b\n');
  });
});
