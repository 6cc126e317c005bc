import { expect } from 'chai';
import { actorKey, transitionKey } from '../../visualizations/src/model/keys.js';
import { keyframeEvents } from '../../visualizations/src/model/event-log.js';
import { packEvents } from '../../visualizations/src/model/packed-events.js';
import { emptyView, rememberedMax } from '../../visualizations/src/model/folded.js';
import { fold } from '../../visualizations/src/model/fold.js';
import { Run } from '../../visualizations/src/model/run.js';
import type { SequencedEvent } from '../../visualizations/src/model/types.js';
import { createRandom } from '../../src/testing/doubles/random.js';
import { seed } from '../support/seed.js';
import { sampleHeader, sampleRecords } from './sample-run.js';

const immediately = (callback: () => void): void => callback();
const runOf = (records: readonly SequencedEvent[], bytesMax?: number): Run => {
  const run = new Run(sampleHeader, { onFrame: immediately, ...(bytesMax === undefined ? {} : { bytesMax }) });
  run.append(records);
  return run;
};
const replay = (records: readonly SequencedEvent[], toSeq: number) => {
  const view = emptyView('ms');
  for (const record of records) if (record.seq <= toSeq) fold(view, record);
  return view;
};

describe('Run', () => {
  describe('the view at a moment', () => {
    const records = sampleRecords({ streams: 120, seed });
    const run = runOf(records);

    it(`equals a replay up to that moment (seed ${seed})`, () => {
      expect(records.length).to.be.greaterThan(2 * keyframeEvents);
      const random = createRandom(seed);
      const borders = [1, keyframeEvents, keyframeEvents + 1, 2 * keyframeEvents, records.length];
      const moments = [...borders, ...Array.from({ length: 15 }, () => random.integer(1, records.length))];
      for (const moment of moments) expect(run.viewAt(moment), `${moment}`).to.deep.equal(replay(records, moment));
    });

    it('is not changed by records that come later', () => {
      const growing = runOf(records.slice(0, 5_000));
      const before = growing.viewAt(5_000);
      growing.append(records.slice(5_000));
      expect(before).to.deep.equal(replay(records, 5_000));
      expect(growing.viewAt(5_000)).to.deep.equal(before);
    });

    it('is the head at the last record', () => {
      expect(run.viewAt(run.lastSeq)).to.deep.equal(run.head);
    });
  });

  it('keeps no more bytes than it was told, besides the newest events, and the view stays right', () => {
    const records = sampleRecords({ streams: 800, seed });
    const bytesMax = 3_000_000;
    const run = runOf(records, bytesMax);
    expect(run.size).to.be.within(20_000, records.length - 10_000);
    const bytes = records.slice(-run.size).reduce((sum, record) => sum + JSON.stringify(record).length, 0);
    expect(bytes).to.be.within(bytesMax / 2, bytesMax + 9 * packEvents * 400);
    expect(run.firstSeq).to.equal(records.length - run.size + 1);
    expect(run.firstAt).to.equal(records.at(-run.size)?.at);
    expect(run.record(run.firstSeq - 1)).to.equal(undefined);
    expect(run.record(run.firstSeq)).to.deep.equal(records.at(-run.size));
    for (const moment of [run.firstSeq, run.firstSeq + 777, run.lastSeq - 3]) {
      expect(run.viewAt(moment)).to.deep.equal(replay(records, moment));
    }
    const streams = [...run.head.streams.keys()];
    const seqs = streams.flatMap((stream) => run.seqsOf([stream]));
    expect(Math.min(...seqs)).to.be.at.least(run.firstSeq);
  });

  it('is whole, however long, and has few keyframes', () => {
    const records = sampleRecords({ streams: 3_000, seed });
    const run = runOf(records);
    expect([run.size, run.firstSeq]).to.deep.equal([records.length, 1]);
    const random = createRandom(seed);
    for (let times = 0; times < 4; times += 1) {
      const moment = random.integer(1, records.length);
      expect(run.viewAt(moment), `${moment}`).to.deep.equal(replay(records, moment));
      expect(run.record(moment)).to.deep.equal(records[moment - 1]);
    }
    const all: SequencedEvent[] = [];
    run.forEach(0, Infinity, (event) => void all.push(event));
    expect(all).to.deep.equal(records);
    run.forEachBack(Infinity, (event) => {
      expect(event).to.deep.equal(all.pop());
      return all.length > records.length - 30_000;
    });
  });

  it('knows the events of each stream, of each actor that is of none, and of nobody', () => {
    const records = sampleRecords({ streams: 120, seed });
    const run = runOf(records);
    const streamOf = new Map<string, string>();
    const expected = new Map<string, number[]>();
    for (const record of records) {
      const { stream, system, actor, seq } = record as SequencedEvent &
        Record<'stream' | 'system' | 'actor', string | undefined>;
      const key = system === undefined || actor === undefined ? '' : actorKey(system, actor);
      if (record.type === 'actor' && stream !== undefined) streamOf.set(key, stream);
      const of = stream ?? streamOf.get(key) ?? key;
      expected.set(of, [...(expected.get(of) ?? []), seq]);
    }
    for (const [key, seqs] of expected) expect(run.seqsOf([key]), key).to.deep.equal(seqs);
    const some = [...expected.keys()].slice(0, 5);
    const together = some.flatMap((key) => expected.get(key) ?? []).sort((a, b) => a - b);
    expect(run.seqsOf(some)).to.deep.equal(together);
    expect(run.seqsOf(['nobody knows it'])).to.deep.equal([]);
  });

  it('keeps events of any text, and holes in their numbers', () => {
    const texts = ['ü', '\n', '日本', '\u2028', '"', '🎈'];
    const records = Array.from({ length: 20_000 }, (_, index): SequencedEvent => ({
      type: 'mark',
      kind: 'note',
      seq: 3 * index + 1,
      at: index,
      text: `${texts[index % 6]}${index}`,
    }));
    const run = runOf(records);
    for (const index of [0, 1, 2, 1_023, 1_024, 5_555, 19_999]) {
      expect(run.record(3 * index + 1)).to.deep.equal(records[index]);
      expect(run.eventAtOrBefore(3 * index + 2)).to.deep.equal(records[index]);
      expect(run.record(3 * index + 2)).to.equal(undefined);
    }
    const all: SequencedEvent[] = [];
    run.forEach(0, Infinity, (event) => void all.push(event));
    expect(all).to.deep.equal(records);
  });

  it('finds records by seq and by time, over holes', () => {
    const records = sampleRecords({ streams: 20, seed }).filter(({ seq }) => seq % 7 !== 3);
    const run = runOf(records);
    expect(run.record(3)).to.equal(undefined);
    expect(run.eventAtOrBefore(3)?.seq).to.equal(2);
    expect(run.record(4)).to.equal(records[2]);
    expect(run.eventAtOrBefore(0)).to.equal(undefined);
    const at = records[40]?.at ?? 0;
    const last = records.findLast((record) => record.at <= at);
    expect(run.seqAtTime(at)).to.equal(last?.seq);
    expect(run.seqAtTime(-1)).to.equal(1);
    expect(run.seqAtTime(Infinity)).to.equal(run.lastSeq);
  });

  it('visits the records of a range in order and stops when told', () => {
    const records = sampleRecords({ streams: 120, seed });
    const run = runOf(records);
    const visited: number[] = [];
    run.forEach(keyframeEvents - 1, keyframeEvents + 2, ({ seq }) => {
      visited.push(seq);
      return undefined;
    });
    expect(visited).to.deep.equal([-1, 0, 1, 2].map((offset) => keyframeEvents + offset));
    let count = 0;
    run.forEach(0, Infinity, () => (count += 1) < 3);
    expect(count).to.equal(3);
  });

  it('numbers records anew whose seq does not grow', () => {
    const run = runOf([
      { type: 'gap', seq: 5, at: 0, dropped: 1 },
      { type: 'gap', seq: 5, at: 1, dropped: 1 },
      { type: 'gap', seq: 2, at: 2, dropped: 1 },
      { type: 'gap', seq: 20, at: 3, dropped: 1 },
    ]);
    const seqs: number[] = [];
    run.forEach(0, Infinity, ({ seq }) => void seqs.push(seq));
    expect(seqs).to.deep.equal([5, 6, 7, 20]);
    expect(run.head.totals.recordsLost).to.equal(4);
  });

  it('tells of new records once a frame', () => {
    const frames: (() => void)[] = [];
    const run = new Run(sampleHeader, { onFrame: (callback) => void frames.push(callback) });
    const records = sampleRecords({ streams: 5, seed });
    for (const record of records) run.append([record]);
    expect(frames).to.have.length(1);
    expect(run.version.value).to.equal(0);
    frames[0]?.();
    expect(run.version.value).to.equal(1);
    run.append(records.slice(0, 1));
    expect(frames).to.have.length(2);
  });

  it('is not broken by records of unknown types', () => {
    const run = runOf(sampleRecords({ streams: 5, seed }).slice(0, 20));
    const before = { ...run.viewAt(20), seq: 21, at: 99_999 };
    run.append([{ type: 'weather', seq: 21, at: 99_999, sky: 'blue' } as unknown as SequencedEvent]);
    expect(run.head).to.deep.equal(before);
  });

  it('forgets no stream that lives, of 5,000', () => {
    const run = runOf(sampleRecords({ streams: 5_000, durationMs: 20_000, seed }));
    expect(run.head.streams.size).to.equal(5_000);
  });

  it('folds for a moment what came since the last keyframe, and nothing else', () => {
    const run = runOf(sampleRecords({ streams: 500, seed }));
    expect(run.size).to.be.greaterThan(8 * keyframeEvents);
    const { parse } = JSON;
    for (const part of [0, 0.3, 0.7, 1]) {
      let read = 0;
      JSON.parse = (text: string): unknown => {
        const value: unknown = parse(text);
        read += Array.isArray(value) ? value.length : 1;
        return value;
      };
      try {
        run.viewAt(Math.floor(run.size * part));
      } finally {
        JSON.parse = parse;
      }
      expect(read).to.be.at.most(keyframeEvents + packEvents);
    }
  });

  it('forgets the streams that ended longest ago where there are too many', () => {
    const records: SequencedEvent[] = [];
    for (let index = 0; index <= rememberedMax; index += 1) {
      const about = { system: 'a', actor: `${index}`, at: index, seq: 2 * index + 1 };
      records.push({ ...about, type: 'actor', stream: `s${index}`, subject: 'x', value: 'active', context: null });
      const ending = { stream: `s${index}`, reason: 'completed', code: 1000, text: '' };
      if (index % 2 === 0) records.push({ ...about, ...ending, type: 'end', seq: 2 * index + 2 });
    }
    const { streams } = runOf(records).head;
    expect(streams.size).to.be.lessThan(rememberedMax);
    expect(streams.has('s0')).to.equal(false);
    expect(streams.has('s1')).to.equal(true);
    expect(streams.has(`s${rememberedMax}`)).to.equal(true);
  });
});

describe('fold()', () => {
  const at = (
    records: readonly (SequencedEvent extends infer R ? (R extends SequencedEvent ? Omit<R, 'seq'> : never) : never)[],
  ) => runOf(records.map((record, index) => ({ ...record, seq: index + 1 }))).head;
  const actor = {
    type: 'actor',
    system: 'a',
    actor: 's',
    machine: 'm',
    stream: 's',
    subject: 'x',
    value: { active: 'listening' },
    context: { n: 1 },
    at: 1,
  } as const;
  const timer = { type: 'timer', system: 'a', actor: 's', timer: 't', state: 'm.active', delay: 'd' } as const;
  const step = {
    type: 'step',
    system: 'a',
    actor: 's',
    event: { type: 'go' },
    commands: [],
    status: 'active',
  } as const;

  it('starts a timer, and again from the start where it is restarted', () => {
    const view = at([
      actor,
      { ...timer, op: 'start', at: 2, duration: 10 },
      { ...timer, op: 'start', at: 5, duration: 10 },
    ]);
    expect(view.actors.get(actorKey('a', 's'))?.timers).to.deep.equal([
      { timer: 't', state: 'm.active', delay: 'd', startedAt: 5, duration: 10, deadline: 15 },
    ]);
  });

  for (const op of ['cancel', 'fire'] as const) {
    it(`removes a timer on ${op}`, () => {
      const view = at([actor, { ...timer, op: 'start', at: 2, duration: 10 }, { ...timer, op, at: 3 }]);
      expect(view.actors.get(actorKey('a', 's'))?.timers).to.deep.equal([]);
    });
  }

  it('remembers the last step taken, the last one refused, and counts transitions', () => {
    const edge = { source: 'm.active', index: 0 };
    const view = at([
      actor,
      { ...step, at: 2, taken: [edge], value: 'closing', context: { n: 2 } },
      { ...step, at: 3, taken: [], refused: [edge], value: 'closing' },
    ]);
    const entry = view.actors.get(actorKey('a', 's'));
    expect(entry).to.deep.include({ state: 'closing', stateSince: 2, steps: 2, context: { n: 2 } });
    expect(entry?.lastTaken?.at).to.equal(2);
    expect(entry?.lastRefused?.refused).to.deep.equal([edge]);
    expect(view.coverage.get(transitionKey('m', 'm.active', 0))).to.equal(1);
  });

  it('keeps an actor that is over as a tombstone, without its timers', () => {
    const view = at([
      actor,
      { ...timer, op: 'start', at: 2, duration: 9 },
      { ...step, at: 3, taken: [], value: 'x', status: 'done' },
    ]);
    expect(view.actors.get(actorKey('a', 's'))).to.deep.include({ status: 'done', endedAt: 3, timers: [] });
    expect(view.streams.get('s')?.endedAt).to.equal(3);
  });

  it('joins both ends of a stream, the consumer first, and ends it when both have', () => {
    const records = [
      { type: 'system', system: 'b', role: 'consumer', op: 'start', at: 0 },
      { type: 'system', system: 'a', role: 'producer', op: 'start', at: 0 },
      actor,
      { ...actor, system: 'b', at: 2 },
      { type: 'end', system: 'b', actor: 's', stream: 's', reason: 'completed', code: 1000, text: '', at: 4 },
    ] as const;
    const half = at(records).streams.get('s');
    expect(half?.ends.map((end) => end.system)).to.deep.equal(['b', 'a']);
    expect(half?.ends[0]?.ending?.reason).to.equal('completed');
    expect(half?.endedAt).to.equal(undefined);
    const whole = at([...records, { ...step, at: 6, taken: [], value: 'closed', status: 'done' }]).streams.get('s');
    expect(whole?.endedAt).to.equal(6);
  });

  it('counts a record once, where it is read', () => {
    const counts = { type: 'counts', actor: 's', stream: 's', bytes: 100 } as const;
    const view = at([
      { type: 'system', system: 'b', role: 'consumer', op: 'start', at: 0 },
      { type: 'system', system: 'a', role: 'producer', op: 'start', at: 0 },
      actor,
      { ...actor, system: 'b', at: 2 },
      { ...counts, system: 'a', records: 12, at: 1_200, credit: 5 },
      { ...counts, system: 'b', records: 10, at: 1_300, waiting: 3 },
    ]);
    expect(view.totals).to.include({ records: 10, bytes: 100 });
    const [reader, writer] = view.streams.get('s')?.ends ?? [];
    expect(reader).to.include({ records: 10, waiting: 3, lastSignAt: 1_300 });
    expect(writer).to.include({ records: 12, credit: 5, lastSignAt: 1 });
    expect(reader?.rates).to.include({ bucket: 1, current: 10 });
  });

  it('ends the actors of a system that crashes', () => {
    const view = at([actor, { type: 'system', system: 'a', role: 'producer', op: 'crash', at: 9 }]);
    expect(view.systems.get('a')).to.deep.include({ status: 'crashed', endedAt: 9 });
    expect(view.actors.get(actorKey('a', 's'))).to.deep.include({ status: 'crashed', endedAt: 9 });
    expect(view.streams.get('s')?.endedAt).to.equal(9);
  });

  it('shows actors and streams whose first records were lost', () => {
    const view = at([
      { ...step, at: 3, taken: [], value: 'x' },
      { type: 'counts', system: 'a', actor: 's', stream: 'lost', records: 1, bytes: 2, at: 4 },
    ]);
    expect(view.actors.get(actorKey('a', 's'))?.state).to.equal('x');
    expect(view.streams.get('lost')?.ends[0]?.records).to.equal(1);
  });

  it('names what made an actor', () => {
    const view = at([
      { ...actor, actor: 'client' },
      { ...step, actor: 'client', at: 2, taken: [{ source: 'm', index: 0 }], value: 'open' },
      { ...actor, parent: 'client', at: 2 },
    ]);
    expect(view.actors.get(actorKey('a', 's'))?.cause).to.equal(2);
  });
});
