import { expect } from 'chai';
import { createRandom } from '../../src/testing/doubles/random.js';
import { Run } from '../../visualizations/src/model/run.js';
import type { SequencedEvent } from '../../visualizations/src/model/types.js';
import {
  labelWidth,
  listTracks,
  timeScale,
  topHeight,
  trackAt,
  trackHeight,
} from '../../visualizations/src/panes/timeline/geometry.js';
import type { Area } from '../../visualizations/src/panes/timeline/paint.js';
import { TimelinePointer, type Sight } from '../../visualizations/src/panes/timeline/pointer.js';
import { areaStatistics } from '../../visualizations/src/panes/timeline/statistics.js';
import {
  clamped,
  panned,
  ticksOf,
  zoomed,
  type TimeWindow,
} from '../../visualizations/src/panes/timeline/time-window.js';
import { isBadEnd, segmentAt, Tracks, type Track } from '../../visualizations/src/panes/timeline/tracks.js';
import { seed } from '../support/seed.js';
import { sampleHeader, sampleRecords } from './sample-run.js';

/** A list that leaves nothing out. */
const everything = {
  pinned: new Set<string>(),
  query: '',
  streams: undefined,
  window: { from: 0, to: Infinity },
  isBad: () => false,
};
const records = sampleRecords({ streams: 60, seed });
const run = new Run(sampleHeader, { onFrame: (callback) => callback() });
run.append(records);

function tracksOf(given: readonly SequencedEvent[]): Tracks {
  const tracks = new Tracks('ms');
  for (const record of given) tracks.add(record);
  return tracks;
}

type Draft = SequencedEvent extends infer R ? (R extends SequencedEvent ? Omit<R, 'seq'> : never) : never;
function numbered(drafts: readonly Draft[]): readonly SequencedEvent[] {
  return drafts.map((draft, at) => ({ ...draft, seq: at + 1 }));
}

const reader = { system: 'reader', actor: 'a' };
const life: readonly Draft[] = [
  { type: 'actor', at: 0, ...reader, stream: 's', subject: 'log', value: { opening: 'waiting' }, context: {} },
  { type: 'timer', at: 0, op: 'start', ...reader, timer: 't', state: 'x', delay: 'openTimeout', duration: 900 },
  {
    type: 'step',
    at: 100,
    ...reader,
    event: { type: 'frame.data' },
    taken: [],
    value: { active: 'listening' },
    status: 'active',
    commands: [],
  },
  { type: 'timer', at: 100, op: 'cancel', ...reader, timer: 't', state: 'x', delay: 'openTimeout' },
  { type: 'timer', at: 100, op: 'start', ...reader, timer: 'u', state: 'y', delay: 'silenceTimeout', duration: 300 },
  { type: 'timer', at: 200, op: 'start', ...reader, timer: 'u', state: 'y', delay: 'silenceTimeout', duration: 300 },
  { type: 'link', at: 250, op: 'lost', systems: ['reader'] },
  { type: 'link', at: 300, op: 'restored', systems: ['reader'] },
  { type: 'timer', at: 500, op: 'fire', ...reader, timer: 'u', state: 'y', delay: 'silenceTimeout' },
  { type: 'end', at: 500, ...reader, stream: 's', reason: 'producerSilent', code: 1006, text: '' },
  {
    type: 'step',
    at: 500,
    ...reader,
    event: { type: 'after' },
    taken: [{ source: 'y', index: 0 }],
    value: 'closed',
    status: 'done',
    commands: [],
  },
];

describe('the timeline', () => {
  it('tells the states of an end of a stream, its timers, and how it ended', () => {
    const tracks = tracksOf(numbered(life));
    const [track] = tracks.tracks;
    expect(track?.segments.map(({ at, state }) => [at, state])).to.deep.equal([
      [0, 'opening.waiting'],
      [100, 'active.listening'],
      [500, 'closed'],
    ]);
    expect(track?.timers.map(({ delay, from, to, hasFired }) => [delay, from, to, hasFired])).to.deep.equal([
      ['openTimeout', 0, 100, false],
      ['silenceTimeout', 100, 200, false],
      ['silenceTimeout', 200, 500, true],
    ]);
    expect([track?.endedAt, track?.reason, track?.code]).to.deep.equal([500, 'producerSilent', 1006]);
    expect(tracks.downtimes.get('reader')).to.deep.equal([{ from: 250, to: 300 }]);
  });

  it('ends the tracks of a system that crashes', () => {
    const crash: Draft = { type: 'system', at: 150, system: 'reader', role: 'consumer', op: 'crash' };
    expect(tracksOf(numbered([...life.slice(0, 3), crash])).tracks[0]?.endedAt).to.equal(150);
  });

  it('keeps both ends of a stream side by side, in the order in which streams came', () => {
    const streams = tracksOf(records).tracks.map(({ stream }) => stream);
    const changes = streams.filter((stream, at) => stream !== streams[at - 1]);
    expect(new Set(changes).size).to.equal(changes.length);
    const opened = changes.map((stream) =>
      records.findIndex((record) => record.type === 'actor' && record.stream === stream),
    );
    expect(opened).to.deep.equal(opened.toSorted((a, b) => a - b));
  });

  it('counts every record in the density, however long the run becomes', () => {
    const tracks = tracksOf(records);
    expect(tracks.density.reduce((sum, count) => sum + count, 0)).to.equal(records.length);
    expect(tracks.binWidth * tracks.density.length).to.be.greaterThan(run.lastAt);
  });

  it('forgets streams that are over first, where there are too many', () => {
    const tracks = new Tracks('ms');
    for (let n = 0; n < 26_000; n += 1) {
      const who = { system: 'reader', actor: `a${n}` };
      tracks.add({ type: 'actor', seq: 2 * n + 1, at: n, ...who, stream: `s${n}`, value: 'active', context: {} });
      if (n % 2 === 1) continue;
      tracks.add({
        type: 'step',
        seq: 2 * n + 2,
        at: n,
        ...who,
        event: { type: 'x' },
        taken: [],
        value: 'closed',
        status: 'done',
        commands: [],
      });
    }
    expect(tracks.tracks.length).to.be.at.most(24_001);
    expect(tracks.tracks.filter(({ endedAt }) => endedAt === undefined)).to.have.length(13_000);
  });

  it('finds tracks by words, and keeps those that are pinned on top', () => {
    const { tracks } = tracksOf(records);
    const wanted = tracks.findLast(({ reason }) => reason === 'completed');
    const pinned = tracks[0];
    const streams = new Set(
      tracks.filter(({ reason }) => reason === 'completed').flatMap(({ stream }) => stream ?? []),
    );
    const list = listTracks(tracks, {
      ...everything,
      pinned: new Set([pinned?.key ?? '']),
      query: 'reason:completed',
      streams,
    });
    expect(list.pinned).to.deep.equal([pinned]);
    const matching = tracks.filter(({ stream = '' }) => streams.has(stream));
    expect(list.others).to.deep.equal(matching.filter((track) => track !== pinned));
    expect(list.others).to.include(wanted);
    expect(trackAt(list, topHeight + 1, 0)).to.equal(pinned);
    expect(trackAt(list, topHeight + trackHeight + 8, 0)).to.equal(list.others[0]);
  });

  it('are those of what lives within the window, first the streams that ended badly in it', () => {
    const all = tracksOf(records);
    const window = { from: 20_000, to: 30_000 };
    const isBad = (track: Track): boolean => isBadEnd(all, track);
    const { others } = listTracks(all.tracks, { ...everything, window, isBad });
    const living = all.tracks.filter(({ startedAt, endedAt = Infinity }) => startedAt <= 30_000 && endedAt >= 20_000);
    expect(others).to.have.members(living);
    const endedBadly = others.map((track) => (track.endedAt ?? Infinity) <= 30_000 && isBad(track));
    const bad = new Set(others.filter((_, index) => endedBadly[index]).map(({ group }) => group));
    expect(bad.size).to.be.within(1, others.length / 2);
    const firstGood = others.findIndex(({ group }) => !bad.has(group));
    expect(others.slice(firstGood).every(({ group }) => !bad.has(group))).to.equal(true);
  });

  it(`finds the segment of a time (seed ${seed})`, () => {
    const random = createRandom(seed);
    const segments = Array.from({ length: 50 }, () => ({ at: random.integer(0, 200) })).sort((a, b) => a.at - b.at);
    for (let at = -1; at <= 201; at += 1) {
      expect(segmentAt(segments, at)).to.equal(segments.findLastIndex((segment) => segment.at <= at));
    }
  });
});

describe('the statistics of an area', () => {
  const first = numbered(life);
  const small = new Run(sampleHeader, { onFrame: (callback) => callback() });
  small.append(first);
  const { tracks } = tracksOf(first);

  it('sum the time in each state, the timers, the steps and the ends', () => {
    const told = areaStatistics(small, tracks, 50, 600);
    expect(told.phases).to.deep.equal([
      { phase: 'active', time: 400, tracks: 1 },
      { phase: 'opening', time: 50, tracks: 1 },
    ]);
    expect(told.timers).to.deep.equal([{ delay: 'silenceTimeout', started: 2, fired: 1 }]);
    expect([told.steps, told.refused]).to.deep.equal([2, 1]);
    expect(told.ends).to.deep.equal([{ reason: 'producerSilent', count: 1 }]);
  });

  it('count only the records of the area, though counts are sums since the beginning', () => {
    const counts = (at: number, sum: number): Draft => ({
      type: 'counts',
      at,
      ...reader,
      stream: 's',
      records: sum,
      bytes: sum * 10,
    });
    const counted = new Run(sampleHeader, { onFrame: (callback) => callback() });
    counted.append(numbered([...life.slice(0, 1), counts(10, 5), counts(60, 25), counts(90, 31), counts(200, 99)]));
    const told = areaStatistics(counted, tracksOf(numbered(life.slice(0, 1))).tracks, 50, 100);
    expect([told.records, told.bytes]).to.deep.equal([26, 260]);
  });
});

describe('the window of time', () => {
  it('zooms about a point that stays where it is, and no further than a few milliseconds', () => {
    const window = zoomed({ from: 100, to: 200 }, 0.5, 0.25, 'ms');
    expect(window).to.deep.equal({ from: 112.5, to: 162.5 });
    let narrow: TimeWindow = { from: 0, to: 1_000 };
    for (let turn = 0; turn < 100; turn += 1) narrow = zoomed(narrow, 0.5, 0.5, 'ms');
    expect(narrow.to - narrow.from).to.be.closeTo(5, 0.001);
  });

  it('pans by parts of itself, and stays near the run', () => {
    expect(panned({ from: 0, to: 10 }, 0.5)).to.deep.equal({ from: 5, to: 15 });
    expect(clamped({ from: -500, to: -400 }, 0, 1_000)).to.deep.equal({ from: -50, to: 50 });
    expect(clamped({ from: -9_000, to: 9_000 }, 0, 1_000).to).to.be.at.most(1_600);
  });

  it('has ticks at round times with room between them', () => {
    const { step, ticks } = ticksOf({ from: 130, to: 5_300 }, 900);
    expect(step).to.equal(1_000);
    expect(ticks).to.deep.equal([1_000, 2_000, 3_000, 4_000, 5_000]);
  });
});

describe('the pointer on the timeline', () => {
  const { tracks } = tracksOf(records);
  const list = listTracks(tracks, everything);
  let window: TimeWindow;
  let done: string[];
  let area: Area | undefined;
  const pointer = new TimelinePointer();
  const sight: Sight = {
    unit: 'ms',
    window: () => window,
    whole: () => ({ from: 0, to: 60_000 }),
    list: () => list,
    flags: () => [{ at: 1, seq: 1, kind: 'note', text: 'the clients are up' }],
    width: () => labelWidth + 1_000,
    scrollTop: () => 0,
    setWindow: (next) => (window = next),
    select: ({ key }) => void done.push(`select ${key}`),
    pin: (key) => void done.push(`pin ${key}`),
    setArea: (next, isDone) => {
      area = next;
      if (isDone) done.push('area');
    },
  };
  beforeEach(() => {
    window = { from: 0, to: 60_000 };
    done = [];
    area = undefined;
    pointer.sight = sight;
  });

  it('selects what is clicked, and pins where the sign is', () => {
    const y = topHeight + 2 * trackHeight + 3;
    pointer.down({ x: 500, y }, 0, false);
    pointer.up({ x: 501, y });
    pointer.down({ x: 8, y }, 0, false);
    pointer.up({ x: 8, y });
    expect(done).to.deep.equal([`select ${tracks[2]?.key ?? ''}`, `pin ${tracks[2]?.key ?? ''}`]);
  });

  it('chooses the tracks and the time that a drag goes over, in either direction', () => {
    pointer.down({ x: labelWidth + 500, y: topHeight + 3 * trackHeight + 2 }, 0, false);
    pointer.move({ x: labelWidth + 100, y: topHeight + 2 });
    pointer.up({ x: labelWidth + 100, y: topHeight + 2 });
    expect(done).to.deep.equal(['area']);
    expect([area?.from, area?.to]).to.deep.equal([6_000, 30_000]);
    expect(area?.tracks).to.deep.equal(tracks.slice(0, 4));
  });

  it('pans with Shift, zooms by the wheel with Ctrl about the pointer, and leaves the wheel alone else', () => {
    pointer.move({ x: labelWidth + 500, y: 100 });
    pointer.down({ x: labelWidth + 500, y: 100 }, 0, true);
    pointer.move({ x: labelWidth + 400, y: 100 });
    pointer.up({ x: labelWidth + 400, y: 100 });
    expect(window).to.deep.equal({ from: 6_000, to: 66_000 });
    const wheel = { deltaX: 0, deltaY: -300, ctrlKey: false, metaKey: false, shiftKey: false };
    expect(pointer.wheel({ x: labelWidth, y: 0 }, wheel)).to.equal(false);
    expect(pointer.wheel({ x: labelWidth, y: 0 }, { ...wheel, ctrlKey: true })).to.equal(true);
    expect(window.from).to.equal(6_000);
    expect(window.to).to.be.closeTo(6_000 + 60_000 / Math.E, 1e-6);
  });

  it('goes where the minimap is pressed', () => {
    window = { from: 0, to: 10_000 };
    pointer.down({ x: labelWidth + 500, y: 5 }, 0, false);
    expect(window).to.deep.equal({ from: 25_000, to: 35_000 });
    pointer.up({ x: labelWidth + 500, y: 5 });
  });

  it('says what it is on', () => {
    const track = tracks[0];
    const x = timeScale(window, labelWidth + 1_000).xOf((track?.startedAt ?? 0) + 1);
    pointer.move({ x, y: topHeight + 2 });
    expect(pointer.words()).to.include(`${track?.subject ?? ''} at ${track?.system ?? ''} · opening`);
    pointer.move({ x: labelWidth, y: 5 });
    expect(pointer.words()).to.equal('0:00.000 · the clients are up');
  });
});
