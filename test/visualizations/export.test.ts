import { expect } from 'chai';
import { readJsonLines } from '../../src/tracing/json-lines.js';
import type { TraceEvent } from '../../src/trace-events/trace-event.js';
import { exporters } from '../../visualizations/src/export/index.js';
import { diagramOf, labelOf } from '../../visualizations/src/export/diagram.js';
import { toMermaid } from '../../visualizations/src/export/mermaid.js';
import { toPerfetto } from '../../visualizations/src/export/perfetto.js';
import { toSvg } from '../../visualizations/src/export/svg.js';
import { isSequenced } from '../../visualizations/src/model/checked-event.js';
import { Run } from '../../visualizations/src/model/run.js';
import type { Shown } from '../../visualizations/src/model/types.js';
import { createCheckerSession } from '../../visualizations/src/checker/session.js';
import { scenarios } from '../../visualizations/src/simulation/scenarios/index.js';
import { seed } from '../support/seed.js';
import { sampleHeader, sampleRecords } from './sample-run.js';
import { play } from './simulation-run.js';

const header: TraceEvent = { type: 'run', version: 1, source: 'live', unit: 'ms', label: 'a <run> & "more"; #1' };

/** A run in a few records: a stream with a message of each fate, states, a timer, and an end. */
const small: readonly TraceEvent[] = [
  header,
  { type: 'system', seq: 1, at: 0, system: 'c', role: 'consumer', op: 'start' },
  { type: 'system', seq: 2, at: 0, system: 'p', role: 'producer', op: 'start' },
  {
    type: 'actor',
    seq: 3,
    at: 1,
    system: 'c',
    actor: 'x.A',
    machine: 'm',
    stream: 'x.A',
    value: 'opening',
    context: {},
  },
  {
    type: 'timer',
    seq: 4,
    at: 1,
    op: 'start',
    system: 'c',
    actor: 'x.A',
    timer: 't',
    state: 'm.opening',
    delay: 'd',
    duration: 9,
  },
  ...(['send', 'deliver'] as const).map((op, index): TraceEvent => ({
    type: 'message',
    seq: 5 + index,
    at: 1 + index,
    op,
    message: '1',
    from: 'c',
    to: 'p',
    subject: 'log',
    kind: 'open',
    bytes: 10,
    stream: 'x.A',
  })),
  ...[0, 1, 2].flatMap((n): readonly TraceEvent[] =>
    (['send', 'deliver'] as const).map((op, index) => ({
      type: 'message',
      seq: 7 + 2 * n + index,
      at: 3 + n,
      op,
      message: `d${n}`,
      from: 'p',
      to: 'c',
      subject: 'x.A',
      kind: 'data',
      bytes: 10,
      stream: 'x.A',
    })),
  ),
  {
    type: 'message',
    seq: 13,
    at: 6,
    op: 'drop',
    message: 'h',
    from: 'p',
    to: 'c',
    subject: 'h',
    kind: 'heartbeat',
    bytes: 4,
  },
  {
    type: 'message',
    seq: 14,
    at: 6,
    op: 'dead',
    message: 'l',
    from: 'p',
    subject: 'x.B',
    kind: 'data',
    bytes: 4,
    stream: 'x.B',
  },
  {
    type: 'timer',
    seq: 15,
    at: 7,
    op: 'cancel',
    system: 'c',
    actor: 'x.A',
    timer: 't',
    state: 'm.opening',
    delay: 'd',
  },
  {
    type: 'step',
    seq: 16,
    at: 7,
    system: 'c',
    actor: 'x.A',
    event: { type: 'frame.data' },
    taken: [],
    value: { active: 'listening' },
    status: 'active',
    commands: [],
  },
  { type: 'counts', seq: 17, at: 7, system: 'c', actor: 'x.A', stream: 'x.A', records: 3, bytes: 30 },
  { type: 'mark', seq: 18, at: 8, kind: 'note', text: 'so far; so good' },
  { type: 'system', seq: 19, at: 9, system: 'p', role: 'producer', op: 'crash' },
  {
    type: 'end',
    seq: 20,
    at: 10,
    system: 'c',
    actor: 'x.A',
    stream: 'x.A',
    reason: 'producerSilent',
    code: 1006,
    text: '',
  },
  { type: 'gap', seq: 21, at: 10, dropped: 4 },
];

function runOf([first, ...rest]: readonly TraceEvent[]): Run {
  if (first?.type !== 'run') throw new Error('expected the header of a run first');
  const run = new Run(first, { onFrame: (callback) => callback() });
  run.append(rest.filter(isSequenced));
  return run;
}

/** The file that an exporter makes of what the page shows of a run. */
function savedAs(id: string, run: Run, shown: Partial<Shown> = {}): string {
  const exporter = exporters.find((candidate) => candidate.id === id);
  const all = { seq: run.lastSeq, view: run.head, now: run.now, query: '', answers: undefined, streams: undefined };
  return Array.from(exporter?.convert(run, { ...all, ...shown }) ?? []).join('');
}

describe('the sequence diagram of a run', () => {
  it('folds records of one stream that follow each other, and tells the fate of each message', () => {
    const { lifelines, rows } = diagramOf(small);
    expect(lifelines).to.deep.equal(['c', 'p', 'NATS']);
    const messages = rows.flatMap((row) => (row.kind === 'message' ? [[row.outcome, labelOf(row)]] : []));
    expect(messages).to.deep.equal([
      ['deliver', 'open log'],
      ['deliver', 'data A ×3'],
      ['drop', 'heartbeat'],
      ['dead', 'data B'],
    ]);
    const notes = rows.flatMap((row) => (row.kind === 'note' ? [row.text] : []));
    expect(notes).to.deep.equal([
      'A: opening → active.listening',
      'so far; so good',
      'crashes',
      'A ends: producerSilent, 1006',
      '4 trace events were left out',
    ]);
  });
});

describe('exports', () => {
  it('Mermaid: participants, arrows by their fate, and notes, with what Mermaid would misread escaped', () => {
    expect(toMermaid(small).split('\n')).to.deep.equal([
      'sequenceDiagram',
      'accTitle: a <run> & "more"#59; #35;1',
      'participant p0 as c',
      'participant p1 as p',
      'participant p2 as NATS',
      'p0->>p1: 2 ms open log',
      'p1->>p0: 3 ms data A ×3',
      'p1-xp0: 6 ms heartbeat, lost',
      'p1-xp1: 6 ms data B, nobody listens',
      'Note over p0: 7 ms A: opening → active.listening',
      'Note over p0,p2: 8 ms so far#59; so good',
      'Note over p1: 9 ms crashes',
      'Note over p0: 10 ms A ends: producerSilent, 1006',
      'Note over p0,p2: 10 ms 4 trace events were left out',
      '',
    ]);
  });

  it('Perfetto: processes, states as slices, timers, flows and counters, times in microseconds', () => {
    const { traceEvents } = JSON.parse(toPerfetto(small)) as {
      readonly traceEvents: readonly {
        ph: string;
        name: string;
        ts?: number;
        dur?: number;
        pid: number;
        id?: unknown;
      }[];
    };
    const of = (ph: string) => traceEvents.filter((event) => event.ph === ph);
    expect(of('M').map(({ name }) => name)).to.include.members(['process_name', 'thread_name']);
    expect(of('X').find(({ name }) => name === 'opening')).to.include({ ts: 1_000, dur: 6_000 });
    expect(of('X').find(({ name }) => name === 'active.listening')).to.include({ ts: 7_000, dur: 3_000 });
    expect([of('b').length, of('e').length]).to.deep.equal([1, 1]);
    expect(of('s').map(({ id }) => id)).to.deep.equal(of('f').map(({ id }) => id));
    expect(of('C').map(({ name }) => name)).to.deep.equal(['A records', 'A bytes']);
    expect(of('i').map(({ name }) => name)).to.include.members([
      'crash',
      'so far; so good',
      '4 trace events were left out',
    ]);
  });

  it('SVG: a whole drawing without scripts and links, with all text escaped', () => {
    const drawing = toSvg(small);
    expect(drawing).to.match(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" width="\d+" height="\d+"/);
    expect(drawing).to.include('<title>a &lt;run&gt; &amp; &quot;more&quot;; #1</title>').and.to.include('data A ×3');
    expect(drawing).not.to.match(/<script|href=|<run>/);
    expect(drawing.match(/<text/g)).to.have.lengthOf((drawing.match(/<\/text>/g) ?? []).length);
    expect(toSvg(small, {}, { theme: 'dark' })).not.to.equal(drawing);
  });

  it('JSON lines: are read back as the same records', () => {
    expect(readJsonLines(savedAs('jsonl', runOf(small)))).to.deep.equal(small);
  });

  describe('of some streams of a long run', () => {
    const records = sampleRecords({ streams: 400, seed });
    const run = runOf([sampleHeader, ...records]);
    const stream = [...run.head.streams.values()].find(
      ({ ends }) => ends.length === 2 && ends[0]?.ending !== undefined,
    );
    const streams = new Set([stream?.stream ?? '']);

    it('are diagrams of their ends alone, from their first message to their last', () => {
      const whole = savedAs('mermaid', run, { streams });
      const own = records.filter((record) => 'stream' in record && record.stream === stream?.stream);
      const reason = stream?.ends[0]?.ending?.reason ?? '';
      expect(whole).to.include(`ends: ${reason}`).and.to.include('open ');
      expect(whole.split('\n').length).to.be.below(own.length + 40);
      const others = [...run.head.streams.keys()].filter((other) => other !== stream?.stream);
      expect(others.filter((other) => new RegExp(`\\b${other}\\b`).test(whole))).to.deep.equal([]);
    });

    it('are no longer than people and viewers read, around the moment, and say what is left out', () => {
      let leftOut = 0;
      for (const moment of [1, Math.floor(run.lastSeq / 2), run.lastSeq]) {
        const lines = savedAs('mermaid', run, { seq: moment }).trim().split('\n');
        expect(lines.length).to.be.within(100, 320);
        expect(lines.join('\n').length).to.be.below(50_000);
        expect(lines.some((line) => / rows (before|after) are left out$/.test(line))).to.equal(lines.length > 300);
        leftOut += lines.length > 300 ? 1 : 0;
        const at = records[moment - 1]?.at ?? 0;
        const times = lines.flatMap((line) => /: (\d+) ms/.exec(line)?.[1] ?? []).map(Number);
        // At the end of the run hardly anything but counts comes.
        const last = moment === run.lastSeq ? Infinity : (times.at(-1) ?? 0);
        expect(at).to.be.within((times[0] ?? 0) - 1_000, last + 1_000);
        expect(savedAs('svg', run, { seq: moment }).length).to.be.below(400_000);
      }
      expect(leftOut).to.be.at.least(2);
    });

    it('are a report in one file: how streams ended and why, the processes, the marks and the diagram', () => {
      const text = savedAs('report', run, { streams });
      expect(text).to.match(/^<!doctype html>/);
      expect(text).not.to.match(/<script|href=|src=|undefined|NaN|\[object/);
      for (const title of [
        'How streams ended',
        'What needs a look',
        'Processes',
        'What was marked',
        'Streams, the worst first',
      ]) {
        expect(text).to.include(`<h2>${title}</h2>`);
      }
      expect(text).to.include('neither a record nor a heartbeat came within the silence timeout');
      expect(text).to.include('200 more are left out').and.to.include('dashboard').and.to.include('<svg ');
      const reasons = new Set([...run.head.streams.values()].flatMap(({ ends }) => ends[0]?.ending?.reason ?? []));
      for (const reason of reasons) expect(text).to.include(`<td>${reason} `);
    });
  });

  it('take every run of the simulation and of the checker, and one without anything', async () => {
    const session = createCheckerSession('trap-exit');
    const { properties } = await session.explore(new AbortController().signal, () => undefined);
    const runs: (readonly TraceEvent[])[] = [
      [header],
      session.walk(properties.find(({ path }) => path !== undefined)?.path ?? []).records,
    ];
    for (const { id } of scenarios) runs.push((await play(id)).records);
    for (const records of runs) {
      for (const { id } of exporters) {
        const text = savedAs(id, runOf(records));
        expect(text.endsWith('\n'), id).to.equal(true);
        expect(text, id).not.to.match(/undefined|NaN|\[object/);
        if (id === 'perfetto') JSON.parse(text);
      }
    }
  });
});
