import { expect } from 'chai';
import type { TraceEvent } from '../../src/trace-events/trace-event.js';
import { createRunLog } from '../../src/tracing/run-log.js';
import { createFeed } from '../../visualizations/src/model/feed.js';
import { fold } from '../../visualizations/src/model/fold.js';
import { emptyView, type Folded } from '../../visualizations/src/model/folded.js';
import { streamRow } from '../../visualizations/src/model/stream-row.js';
import type { SequencedEvent, Sink } from '../../visualizations/src/model/types.js';
import { Tracks } from '../../visualizations/src/panes/timeline/tracks.js';

type Draft = SequencedEvent extends infer R ? (R extends SequencedEvent ? Omit<R, 'seq'> : never) : never;
const numbered = (drafts: readonly Draft[]): readonly SequencedEvent[] =>
  drafts.map((draft, at) => ({ ...draft, seq: at + 1 }));

const own = { system: 'reader', actor: 'a' } as const;
const start: Draft = { type: 'system', at: 0, system: 'reader', role: 'consumer', op: 'start' };
const actor = {
  type: 'actor',
  at: 1_000,
  ...own,
  machine: 'm',
  stream: 's',
  subject: 'x',
  value: 'active',
  context: {},
} as const;
const counts = { type: 'counts', at: 2_000, ...own, stream: 's', records: 7, bytes: 70 } as const;
const step = { type: 'step', ...own, event: { type: 'go' }, taken: [], commands: [], value: 'active' } as const;
const stop = { ...step, at: 9_000, event: { type: 'xstate.stop' }, value: null, status: 'stopped' } as const;
const lost = { type: 'contact', at: 9_000, op: 'lost', systems: ['reader'], since: 3_000, reason: 'silent' } as const;

function viewOf(drafts: readonly Draft[]): Folded {
  const view = emptyView('ms');
  for (const event of numbered(drafts)) fold(view, event);
  return view;
}
function trackOf(drafts: readonly Draft[]) {
  const tracks = new Tracks('ms');
  for (const event of numbered(drafts)) tracks.add(event);
  return { tracks, track: tracks.byKey.get('reader\na') };
}
const actorOf = (view: Folded) => view.actors.get('reader\na');
const rowOf = (view: Folded, now = 20_000) => {
  const entry = view.streams.get('s');
  if (entry === undefined) throw new Error('expected the stream');
  return streamRow(view, entry, 'ms', now);
};

describe('an actor that is told anew', () => {
  const anew = { ...actor, at: 10_000, since: 1_000, value: 'suspended' } as const;

  it('goes on with its age, its records and its bars', () => {
    const view = viewOf([start, actor, counts, anew]);
    expect(actorOf(view)).to.include({ startedAt: 1_000, status: 'active', state: 'suspended', stateSince: 10_000 });
    expect(rowOf(view)).to.include({ age: 19_000, records: 7 });
    const { track } = trackOf([start, actor, counts, anew]);
    expect(track?.segments.map(({ at, state }) => [at, state])).to.deep.equal([
      [1_000, 'active'],
      [10_000, 'suspended'],
    ]);
  });

  it('is another one where it came later under the same name', () => {
    const another = { ...anew, since: 9_500 };
    const done: Draft = { ...step, at: 9_000, value: 'closed', status: 'done' };
    const view = viewOf([start, actor, counts, done, another]);
    expect(actorOf(view)).to.include({ startedAt: 9_500, steps: 0 });
    expect(rowOf(view).records).to.equal(0);
  });

  it('was never stopped, though a recording of an earlier version says so', () => {
    for (const order of [
      [stop, { ...actor, at: 9_000 }],
      [{ ...actor, at: 8_999 }, stop, { ...step, at: 9_100, status: 'active' } as const],
    ]) {
      const view = viewOf([start, actor, counts, ...order]);
      expect(actorOf(view)).to.include({ startedAt: 1_000, status: 'active', state: 'active' });
      expect(actorOf(view)?.endedAt).to.equal(undefined);
      expect(rowOf(view).entry.endedAt).to.equal(undefined);
      expect(rowOf(view).records).to.equal(7);
      const { track } = trackOf([start, actor, counts, ...order]);
      expect(track?.endedAt).to.equal(undefined);
      expect(track?.segments.map(({ state }) => state)).to.deep.equal(['active']);
    }
  });

  it('that is not told where all that lives is has ended, and nobody knows how', () => {
    const ends = (op: 'begin' | 'end'): Draft => ({ type: 'snapshot', at: 9_000, op, systems: ['reader'] });
    const other = { ...actor, actor: 'b', stream: 't', at: 9_000 } as const;
    const view = viewOf([start, actor, counts, ends('begin'), other, ends('end')]);
    expect(actorOf(view)).to.include({ status: 'unheard', state: 'active', endedAt: 9_000 });
    expect(view.actors.get('reader\nb')).to.include({ status: 'active' });
    expect(viewOf([start, actor, ends('end')]).actors.get('reader\na')).to.include({ status: 'active' });
  });
});

describe('a lifeline that is not heard', () => {
  it('is neither stopped nor crashed: its streams show since when, and are not called silent', () => {
    const view = viewOf([start, actor, counts, lost]);
    expect(view.systems.get('reader')).to.include({ status: 'running', unheardSince: 3_000 });
    const row = rowOf(view, 60_000);
    expect(row).to.include({ state: 'active', unheardSince: 3_000, silence: undefined });
    expect(row.anomalies).to.deep.equal(['unheard']);
    expect(trackOf([start, actor, lost]).tracks.unheard.get('reader')).to.deep.equal([{ from: 3_000, to: undefined }]);
  });

  it('is as it was when it is heard again', () => {
    const back: Draft = { type: 'contact', at: 12_000, op: 'restored', systems: ['reader'] };
    const view = viewOf([start, actor, counts, lost, back]);
    expect(view.systems.get('reader')).not.to.have.any.keys('unheardSince');
    expect(rowOf(view, 12_500).anomalies).to.deep.equal([]);
    expect(trackOf([start, actor, lost, back]).tracks.unheard.get('reader')).to.deep.equal([
      { from: 3_000, to: 12_000 },
    ]);
  });

  it('looks unlike one that crashed and unlike one that stopped', () => {
    const over = (op: 'crash' | 'stop') => viewOf([start, actor, counts, { ...start, at: 9_000, op }]);
    expect(rowOf(over('crash'))).to.include({ status: 'crashed', unheardSince: undefined });
    expect(rowOf(over('stop'))).to.include({ status: 'stopped', unheardSince: undefined });
    expect(rowOf(over('crash')).anomalies).to.deep.equal(['crashed']);
    expect(rowOf(over('stop')).anomalies).to.deep.equal([]);
  });

  it('has the outage of the connection of whoever collects beside it', () => {
    const link = (op: 'lost' | 'restored', at: number): Draft => ({ type: 'link', at, op, systems: [] });
    expect(trackOf([link('lost', 5), link('restored', 9)]).tracks.outages).to.deep.equal([{ from: 5, to: 9 }]);
  });
});

describe('what is told late', () => {
  it('is shown when it happened', () => {
    const done: Draft = { ...step, at: 9_000, late: 4_000, value: 'closed', status: 'done' };
    expect(actorOf(viewOf([start, actor, done]))).to.include({ endedAt: 5_000, stateSince: 5_000 });
    expect(trackOf([start, actor, done]).track).to.include({ endedAt: 5_000 });
  });
});

describe('a page that was away for longer than the log of its run goes back', () => {
  it('goes on with the run that it shows, in which what has ended meanwhile has', () => {
    const header: TraceEvent = { type: 'run', version: 1, source: 'live', unit: 'ms', label: 'x', startedAt: 5 };
    const log = createRunLog(10);
    const all: readonly TraceEvent[] = [
      header,
      ...numbered([start, actor, counts, { ...actor, actor: 'b', stream: 't' }]),
    ];
    let sink: Sink | undefined;
    const feed = createFeed({ onFrame: (callback) => callback() });
    feed.open({
      label: 'x',
      start: (given) => {
        sink = given;
        return () => undefined;
      },
    });
    sink?.accept(all);
    const run = feed.run.value;
    log.append(all);
    const b = { ...step, actor: 'b', at: 3_000, value: 'closed', status: 'done' } as const;
    const marks = Array.from({ length: 40 }, (_, n): TraceEvent => ({
      type: 'mark',
      seq: 6 + n,
      at: 4_000,
      kind: 'note',
      text: `${n}`,
    }));
    log.append([{ ...b, seq: 5 }, ...marks]);
    expect(log.after(4, 10)).to.equal(undefined);
    const begun = log.start();
    sink?.accept(begun.events);
    sink?.accept(log.after(begun.seq, 100) ?? []);
    expect(feed.run.value).to.equal(run);
    const view = run?.head;
    expect(view?.actors.get('reader\na')).to.include({ startedAt: 1_000, status: 'active' });
    expect(view?.streams.get('s')?.ends[0]).to.include({ records: 7 });
    expect(view?.actors.get('reader\nb')).to.include({ status: 'unheard' });
    sink?.accept([{ ...header, startedAt: 6 }]);
    expect(feed.run.value).not.to.equal(run);
  });
});
