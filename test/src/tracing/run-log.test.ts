import { expect } from 'chai';
import type { TraceEvent, TraceRun } from '../../../src/trace-events/trace-event.js';
import { createRunLog, type Numbered } from '../../../src/tracing/run-log.js';

const header: TraceRun = { type: 'run', version: 1, source: 'live', unit: 'ms', label: 'x' };
const mark = (seq: number): Numbered => ({ type: 'mark', seq, at: seq, kind: 'note', text: `${seq}` });

describe('the log of a run', () => {
  it('gives everything while it is short, and what follows a number', () => {
    const log = createRunLog(10);
    log.append([header, mark(1), mark(2), mark(3)]);
    expect(log.start()).to.deep.equal({ events: [header], seq: 0 });
    expect(log.after(0, 100)).to.deep.equal([mark(1), mark(2), mark(3)]);
    expect(log.after(1, 1)).to.deep.equal([mark(2)]);
    expect(log.after(3, 100)).to.deep.equal([]);
    expect(log.after(4, 100)).to.equal(undefined);
  });

  it('gives what follows a number also where numbers are missing', () => {
    const log = createRunLog(10);
    log.append([header, mark(1), mark(5), mark(9)]);
    expect(log.after(3, 100)).to.deep.equal([mark(5), mark(9)]);
  });

  it('keeps so many trace events, and in short what lived before them', () => {
    const log = createRunLog(10);
    const id = { system: 's', actor: 'a' };
    const other = { system: 's', actor: 'b' };
    const actor = { type: 'actor', ...id, machine: 'm', value: 'off', context: { n: 0 } } as const;
    const step = { type: 'step', event: { type: 'go' }, taken: [], commands: [] } as const;
    const timer = { type: 'timer', ...id, timer: 't', state: 'm.on', delay: 'd' } as const;
    const root = { id: 'm', key: 'm', kind: 'atomic', entry: [], transitions: [], children: [] } as const;
    const early: TraceEvent[] = [
      header,
      { type: 'system', seq: 1, at: 0, system: 's', role: 'other', op: 'start' },
      { type: 'machine', seq: 2, at: 0, machine: 'm', root },
      { seq: 3, at: 0, ...actor },
      { seq: 4, at: 0, ...actor, ...other },
      { seq: 5, at: 1, ...timer, op: 'start', duration: 5 },
      { seq: 6, at: 2, ...timer, timer: 'u', op: 'start', duration: 9 },
      { seq: 7, at: 3, ...timer, timer: 'u', op: 'cancel' },
      { seq: 8, at: 3, ...step, ...id, value: 'on', context: { n: 1 }, status: 'active' },
      { seq: 9, at: 4, ...step, ...id, value: 'bright', status: 'active' },
      { seq: 10, at: 4, ...step, ...other, value: 'gone', status: 'done' },
    ];
    log.append(early);
    log.append(Array.from({ length: 30 }, (_, n) => mark(11 + n)));
    const { events, seq } = log.start();
    expect(seq).to.equal(30);
    expect(events.map((event) => ('seq' in event ? `${event.seq} ${event.type}` : event.type))).to.deep.equal([
      'run',
      '0 snapshot',
      '1 system',
      '2 machine',
      '3 actor',
      '5 timer',
      '30 snapshot',
      '30 gap',
    ]);
    expect(events[4]).to.deep.include({ value: 'bright', context: { n: 1 } });
    expect(events[7]).to.include({ dropped: 26 });
    expect(log.after(seq, 100)).to.deep.equal(Array.from({ length: 10 }, (_, n) => mark(31 + n)));
    expect(log.after(29, 100)).to.equal(undefined);
  });

  it('begins anew with each header', () => {
    const log = createRunLog(2);
    log.append([header, mark(1), mark(2), mark(3), mark(4), mark(5)]);
    const { run } = log;
    log.append([{ ...header, label: 'y' }, mark(1)]);
    expect(log.run).to.equal(run + 1);
    expect(log.start()).to.deep.equal({ events: [{ ...header, label: 'y' }], seq: 0 });
    expect(log.after(0, 5)).to.deep.equal([mark(1)]);
  });
});
