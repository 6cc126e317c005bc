import { expect } from 'chai';
import type { SequencedEvent } from '../../visualizations/src/model/types.js';
import { chartData, summaryOf } from '../../visualizations/src/panes/charts/data.js';
import { Series } from '../../visualizations/src/panes/charts/series.js';
import { bytesText, durationText, momentText } from '../../visualizations/src/panes/drawing/time-text.js';
import { seed } from '../support/seed.js';
import { sampleRecords } from './sample-run.js';

type Draft = SequencedEvent extends infer R ? (R extends SequencedEvent ? Omit<R, 'seq'> : never) : never;

function seriesOf(drafts: readonly Draft[]): Series {
  const series = new Series('ms');
  drafts.forEach((draft, at) => series.add({ ...draft, seq: at + 1 }));
  return series;
}

function counts(at: number, system: string, records: number): Draft {
  return { type: 'counts', at, system, actor: 'a', stream: 's', records, bytes: records * 500 };
}

function beat(at: number, op: 'send' | 'drop', message: string, subject = 'beats.a'): Draft {
  return { type: 'message', at, op, message, from: 'source', subject, kind: 'heartbeat', bytes: 9 };
}

function answer(at: number, subject: string, op: 'deliver' | 'drop' = 'deliver'): Draft {
  return {
    type: 'message',
    at,
    op,
    message: `${subject} answer`,
    to: 'source',
    subject,
    kind: 'answer',
    bytes: 9,
  };
}

const systems: readonly Draft[] = [
  { type: 'system', at: 0, system: 'reader', role: 'consumer', op: 'start' },
  { type: 'system', at: 0, system: 'source', role: 'producer', op: 'start' },
];

describe('the charts', () => {
  it('show records and bytes a second at both ends, without the second that is under way', () => {
    const series = seriesOf([
      ...systems,
      counts(100, 'reader', 10),
      counts(150, 'source', 40),
      counts(900, 'reader', 30),
      counts(1_500, 'reader', 35),
      counts(2_500, 'reader', 99),
    ]);
    const { throughput } = chartData(series, 'ms', false);
    expect(throughput).to.deep.equal([
      [0, 1],
      [30, 5],
      [40, 0],
      [15, 2.5],
    ]);
    expect(chartData(series, 'ms', true).throughput[1]).to.deep.equal([30, 5, 64]);
  });

  it('keep their sums when the run is so long that a bin is wider', () => {
    const drafts = [
      ...systems,
      counts(100, 'reader', 10),
      counts(1_100, 'reader', 20),
      counts(5_000_000, 'reader', 50),
    ];
    const series = seriesOf(drafts);
    expect(series.binWidth).to.equal(8_000);
    expect(series.bins.received.reduce((sum, records) => sum + records, 0)).to.equal(50);
    expect(chartData(series, 'ms', false).throughput[1][0]).to.equal(20 / 8);
  });

  it(`sum up what the counts of a run say (seed ${seed})`, () => {
    const records = sampleRecords({ streams: 50, seed });
    const series = new Series('ms');
    const most = new Map<string, number>();
    for (const record of records) {
      series.add(record);
      if (record.type === 'counts') most.set(`${record.system} ${record.actor}`, record.records);
    }
    const { received, sent } = series.bins;
    const told = [...received, ...sent].reduce((sum, value) => sum + value, 0);
    expect(told).to.equal([...most.values()].reduce((sum, value) => sum + value, 0));
    expect(told).to.be.greaterThan(0);
  });

  it('tell how long each heartbeat took, by the subject that its answer goes to', () => {
    const series = seriesOf([
      beat(0, 'send', 'r1', 'beats.a'),
      beat(5, 'send', 'r2', 'beats.b'),
      answer(30, 'r2'),
      answer(40, 'r1'),
    ]);
    expect(series.roundTrips).to.deep.equal([
      { at: 5, duration: 25 },
      { at: 0, duration: 40 },
    ]);
    expect(chartData(series, 'ms', false).roundTrips).to.deep.equal([
      [0, 0.005],
      [40, 25],
      [null, null],
    ]);
  });

  it('tell heartbeats as lost whose answers were lost', () => {
    const series = seriesOf([beat(0, 'send', 'r1'), answer(30, 'r1', 'drop')]);
    expect(series.roundTrips).to.deep.equal([{ at: 0, duration: undefined }]);
  });

  it('tell heartbeats that were lost: dropped, or passed by a later one of theirs', () => {
    const series = seriesOf([
      beat(0, 'send', 'r1'),
      beat(10, 'drop', 'r1'),
      beat(100, 'send', 'r2'),
      beat(150, 'send', 'r3', 'beats.b'),
      beat(200, 'send', 'r4'),
      answer(220, 'r4'),
    ]);
    expect(series.roundTrips).to.have.deep.members([
      { at: 0, duration: undefined },
      { at: 100, duration: undefined },
      { at: 200, duration: 20 },
    ]);
    const summary = summaryOf(chartData(series, 'ms', true));
    expect([summary.lost, summary.median, summary.slowest]).to.deep.equal([2, 20, 20]);
  });
});

describe('times as the drawn panes write them', () => {
  it('are short, and as exact as they need to be', () => {
    expect([0.44, 23.4, 1_234, 61_000, 3_700_000].map((ms) => durationText(ms, 'ms'))).to.deep.equal([
      '0.4 ms',
      '23 ms',
      '1.23 s',
      '1 min 1 s',
      '1 h 2 min',
    ]);
    expect([0, 61_234.5, 3_600_000].map((ms) => momentText(ms, 'ms'))).to.deep.equal([
      '0:00.000',
      '1:01.234',
      '1:00:00.000',
    ]);
    expect(momentText(59_999, 'ms', 0)).to.equal('0:59');
    expect(momentText(7, 'tick')).to.equal('7');
    expect([999, 1_234, 2_500_000].map(bytesText)).to.deep.equal(['999 B', '1.2 kB', '2.5 MB']);
  });
});
