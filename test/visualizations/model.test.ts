import { expect } from 'chai';
import { compareRuns } from '../../visualizations/src/model/compare.js';
import {
  formatBytes,
  formatCount,
  formatDuration,
  formatRate,
  formatTime,
} from '../../visualizations/src/model/format.js';
import { formatHash, parseHash } from '../../visualizations/src/model/location-hash.js';
import { parseQuery } from '../../visualizations/src/model/query.js';
import { addToRates, noRates, pastRatesAt } from '../../visualizations/src/model/rates.js';
import { Run } from '../../visualizations/src/model/run.js';
import { createSelection } from '../../visualizations/src/model/selection.js';
import { outermostState, stateText } from '../../visualizations/src/model/state-text.js';
import { anomalyScore, streamFields, streamRow } from '../../visualizations/src/model/stream-row.js';
import type { SequencedEvent } from '../../visualizations/src/model/types.js';
import { isGoodEnd } from '../../visualizations/src/model/good-ends.js';
import { treeRows } from '../../visualizations/src/panes/tree/tree-rows.js';
import { seed } from '../support/seed.js';
import { sampleHeader, sampleRecords } from './sample-run.js';

const runOf = (records: readonly SequencedEvent[]): Run => {
  const run = new Run(sampleHeader, { onFrame: (callback) => callback() });
  run.append(records);
  return run;
};

describe('stateText()', () => {
  const cases: readonly (readonly [value: Parameters<typeof stateText>[0], text: string])[] = [
    ['closed', 'closed'],
    [{ active: 'listening' }, 'active.listening'],
    [{ read: 'open', write: { half: 'idle' } }, 'read.open | write.half.idle'],
    [{ active: { read: 'a', write: 'b' } }, 'active(read.a | write.b)'],
    [{ active: {} }, 'active'],
    [null, 'null'],
  ];
  for (const [value, text] of cases) it(`writes ${text}`, () => expect(stateText(value)).to.equal(text));

  it('leaves the outermost state to be told', () => {
    expect(outermostState('active.listening')).to.equal('active');
    expect(outermostState('active(read.a | write.b)')).to.equal('active');
    expect(outermostState('closed')).to.equal('closed');
  });
});

describe('formats', () => {
  it('are short', () => {
    expect([0, 340, 999.6, 12_540, 185_000, 7_270_000].map((ms) => formatDuration(ms, 'ms'))).to.deep.equal([
      '0 ms',
      '340 ms',
      '1000 ms',
      '12.5 s',
      '3:05',
      '2:01:10',
    ]);
    expect([formatDuration(1, 'tick'), formatDuration(7, 'tick')]).to.deep.equal(['1 tick', '7 ticks']);
    expect([formatTime(12_340, 'ms'), formatTime(3_723_004, 'ms'), formatTime(7, 'tick')]).to.deep.equal([
      '0:12.340',
      '1:02:03.004',
      'tick 7',
    ]);
    expect([0, 999, 1_234, 34_000_000, 999_999].map(formatCount)).to.deep.equal(['0', '999', '1.2 k', '34 M', '1.0 M']);
    expect([12, 1_234].map(formatBytes)).to.deep.equal(['12 B', '1.2 kB']);
    expect([0, 0.34, 12.6, 1_234].map(formatRate)).to.deep.equal(['0', '0.3', '13', '1.2 k']);
  });
});

describe('rates', () => {
  it('fall into the bucket of their time, and what is older moves on', () => {
    const first = addToRates(noRates, 'ms', 500, 3);
    const second = addToRates(first, 'ms', 900, 4);
    expect(second).to.deep.include({ bucket: 0, current: 7 });
    const later = addToRates(second, 'ms', 2_100, 5);
    expect(later).to.deep.include({ bucket: 2, current: 5 });
    expect(later.past.slice(-2)).to.deep.equal([7, 0]);
    expect(pastRatesAt(later, 'ms', 4_000).slice(-4)).to.deep.equal([7, 0, 5, 0]);
    expect(pastRatesAt(later, 'ms', 1e9).every((records) => records === 0)).to.equal(true);
    expect(first.current, 'rates are not changed').to.equal(3);
  });
});

describe('the URL', () => {
  it('leads back to what it was made of', () => {
    const state = {
      seq: 120,
      selection: { system: 'a b', actor: 'x&y', stream: '_SINBOX.1#2', message: 'm=1', seq: 7 },
      panes: ['streams', 'sequence'],
      tool: 'simulation',
      argument: 'tour seed=1',
    };
    expect(parseHash(formatHash(state))).to.deep.equal(state);
    expect(parseHash(formatHash({ selection: {}, panes: [] }))).to.deep.equal({ selection: {}, panes: [] });
  });

  it('is read without what makes no sense', () => {
    expect(parseHash('#at=-1&record=x&panes=,,&system=&other=%')).to.deep.equal({ selection: {}, panes: [] });
  });
});

describe('selection', () => {
  const run = runOf(sampleRecords({ streams: 5, seed }));
  const entry = [...run.head.streams.values()].find(({ ends }) => ends.length === 2);
  it('of a stream brings the end where it is read, and of an actor its stream', () => {
    const selection = createSelection(() => run.head);
    selection.select({ stream: entry?.stream ?? '' });
    expect(selection.value.value).to.deep.equal({ stream: entry?.stream, system: 'dashboard', actor: entry?.stream });
    selection.select({ system: 'collector', actor: entry?.stream ?? '' });
    expect(selection.value.value.stream).to.equal(entry?.stream);
    selection.select({ system: 'collector', actor: 'client' });
    expect(selection.value.value).to.deep.equal({ system: 'collector', actor: 'client' });
  });
});

describe('stream rows', () => {
  const run = runOf(sampleRecords({ streams: 200, seed }));
  const rows = Array.from(run.head.streams.values(), (entry) => streamRow(run.head, entry, 'ms', run.lastAt));

  it('tell what needs a look', () => {
    const byReason = (reason: string) => rows.filter((row) => row.reason === reason);
    for (const reason of ['slowReader', 'producerSilent', 'noResponders', 'closed']) {
      expect(byReason(reason), reason).not.to.be.empty;
      for (const row of byReason(reason)) expect(row.anomalies).to.include('badEnd');
    }
    for (const row of [...byReason('completed'), ...byReason('cancelled')]) expect(anomalyScore(row)).to.equal(0);
    const [living] = rows.filter((row) => row.phase === 'active');
    expect(living).not.to.equal(undefined);
    const later = streamRow(run.head, living!.entry, 'ms', run.lastAt + 20_000);
    expect(later.anomalies).to.include('silent');
    expect(later.age - living!.age).to.equal(20_000);
  });

  it('answer queries', () => {
    const count = (query: string): number => rows.filter(parseQuery(query, streamFields)).length;
    expect(count('state:active') + count('-state:active')).to.equal(200);
    expect(count('state:active age>30s')).to.be.within(1, count('state:active'));
    expect(count('anomaly:badEnd')).to.equal(rows.filter((row) => row.anomalies.includes('badEnd')).length);
    expect(count('subject:log.* system:collector')).to.be.greaterThan(0);
  });
});

describe('isGoodEnd()', () => {
  it('knows the ends that a reader wanted, and those at the other side that follow from them', () => {
    expect(['completed', 'cancelled', 'timedOut'].every((reason) => isGoodEnd(reason))).to.equal(true);
    expect(isGoodEnd('closed', ['cancelled'])).to.equal(true);
    expect(isGoodEnd('closed', ['slowReader'])).to.equal(false);
    expect(isGoodEnd('producerSilent', [undefined])).to.equal(false);
  });
});

describe('treeRows()', () => {
  const run = runOf(sampleRecords({ streams: 30, seed }));
  const opened = new Map<string, boolean>();
  const all = treeRows(run.head, { opened, showsEnded: true });

  it('has each system and each actor once, children below their parents', () => {
    expect(all).to.have.length(run.head.systems.size + run.head.actors.size);
    expect(all.slice(0, 3).map(({ level, actor }) => [level, actor?.actor])).to.deep.equal([
      [1, undefined],
      [2, 'client'],
      [3, all[2]?.actor?.actor],
    ]);
  });

  it('leaves out tombstones and what is below closed rows', () => {
    const living = treeRows(run.head, { opened, showsEnded: false });
    expect(living.length).to.equal(all.filter(({ actor }) => actor?.endedAt === undefined).length);
    const closed = treeRows(run.head, { opened: new Map([...opened, ['collector', false]]), showsEnded: true });
    expect(closed.filter(({ system }) => system.system === 'collector')).to.have.length(1);
    expect(closed[0]?.below).to.equal(all[0]?.below);
  });

  it('keeps rows with very many children closed until they are opened', () => {
    const { head } = runOf(sampleRecords({ streams: 120, seed }));
    expect(treeRows(head, { opened, showsEnded: true }).map(({ level }) => level)).to.deep.equal([1, 2, 1, 2]);
    const [, client] = treeRows(head, { opened, showsEnded: true });
    const wide = treeRows(head, { opened: new Map([[client?.key ?? '', true]]), showsEnded: true });
    expect(wide.length).to.equal(4 + (client?.below ?? 0));
  });
});

describe('compareRuns()', () => {
  const records = sampleRecords({ streams: 6, seed });

  it('finds no difference between a run and itself, whatever the times', () => {
    const later = records.map((record) => ({ ...record, at: record.at + 5 }));
    const lines = compareRuns(runOf(records), runOf(later));
    expect(lines).not.to.be.empty;
    expect(lines.every(({ kind }) => kind === 'both')).to.equal(true);
  });

  it('finds what one run has and the other has not, and nothing else', () => {
    const steps = records.filter(({ type }) => type === 'step');
    const [gone, added] = [steps[2], steps[5]];
    const link = { type: 'link', op: 'lost', systems: ['a'], seq: 0, at: 0 } as const;
    const other = records.flatMap((record) => (record === gone ? [] : record === added ? [link, record] : [record]));
    const renumbered = other.map((record, index) => ({ ...record, seq: index + 1 }));
    const lines = compareRuns(runOf(records), runOf(renumbered)).filter(({ kind }) => kind !== 'both');
    expect(lines.map(({ kind }) => kind)).to.deep.equal(['left', 'right']);
    expect(lines[0]?.left?.seq).to.equal(gone?.seq);
    expect(lines[1]?.text).to.equal('a: link lost');
  });

  it('gives back both runs in order', () => {
    const other = sampleRecords({ streams: 6, seed: seed + 1 });
    const [left, right] = [runOf(records), runOf(other)];
    const lines = compareRuns(left, right);
    const grows = (seqs: readonly number[]): boolean =>
      seqs.every((seq, index) => index === 0 || seq > (seqs[index - 1] ?? 0));
    const compared = compareRuns(left, left).length;
    expect(lines.filter((line) => line.left !== undefined)).to.have.length(compared);
    expect(grows(lines.flatMap((line) => line.left?.seq ?? []))).to.equal(true);
    expect(grows(lines.flatMap((line) => line.right?.seq ?? []))).to.equal(true);
  });
});
