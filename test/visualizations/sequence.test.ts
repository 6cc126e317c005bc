import { expect } from 'chai';
import { createRandom } from '../../src/testing/doubles/random.js';
import { Run } from '../../visualizations/src/model/run.js';
import type { SequencedEvent } from '../../visualizations/src/model/types.js';
import { placeLanes } from '../../visualizations/src/panes/sequence/geometry.js';
import { SequenceModel } from '../../visualizations/src/panes/sequence/sequence-model.js';
import { sequenceAround } from '../../visualizations/src/panes/sequence/use-sequence.js';
import type { Arrow, SequenceOptions } from '../../visualizations/src/panes/sequence/rows.js';
import { arrowLabel, outcomeText, rowText } from '../../visualizations/src/panes/sequence/words.js';
import { seed } from '../support/seed.js';
import { sampleHeader, sampleRecords } from './sample-run.js';

type Draft = SequencedEvent extends infer R ? (R extends SequencedEvent ? Omit<R, 'seq' | 'at'> : never) : never;

/** Records ten milliseconds apart. */
function recordsOf(drafts: readonly Draft[]): readonly SequencedEvent[] {
  return drafts.map((draft, at) => ({ ...draft, seq: at + 1, at: at * 10 }));
}

function message(op: 'send' | 'deliver' | 'drop' | 'duplicate' | 'dead', id: string, kind = 'data'): Draft {
  const isBack = kind === 'open' || kind === 'answer';
  const [from, to] = isBack ? ['reader', 'source'] : ['source', 'reader'];
  const subject = kind === 'answer' ? id.replace('answer', 'beat') : 'inbox.a';
  const isPulse = kind === 'heartbeat' || kind === 'answer';
  return {
    type: 'message',
    op,
    message: id,
    from,
    to,
    subject,
    kind,
    bytes: 100,
    ...(!isPulse && { stream: 'inbox.a' }),
  };
}

const actor: Draft = {
  type: 'actor',
  system: 'reader',
  actor: 'a',
  stream: 'inbox.a',
  subject: 'log',
  value: { opening: 'waiting' },
  context: {},
};

function step(value: string, event: string): Draft {
  return {
    type: 'step',
    system: 'reader',
    actor: 'a',
    event: { type: event },
    taken: [],
    value,
    status: 'active',
    commands: [],
  };
}

const folded: SequenceOptions = { streams: undefined, foldHeartbeats: true, foldRecords: true };
const unfolded: SequenceOptions = { streams: undefined, foldHeartbeats: false, foldRecords: false };

function modelOf(drafts: readonly Draft[], options: SequenceOptions = folded): SequenceModel {
  const model = new SequenceModel(options);
  for (const record of recordsOf(drafts)) model.add(record);
  return model;
}

function arrowsOf(model: SequenceModel): readonly Arrow[] {
  return model.arrowsBetween(0, model.rows.length);
}

describe('the sequence diagram', () => {
  it('draws a message level where nothing came between, and falling where something did', () => {
    const level = arrowsOf(modelOf([message('send', 'm1', 'open'), message('deliver', 'm1', 'open')]));
    expect(level.map(({ startRow, endRow, outcome }) => [startRow, endRow, outcome])).to.deep.equal([
      [0, 0, 'delivered'],
    ]);
    const falling = arrowsOf(modelOf([message('send', 'm1', 'open'), actor, message('deliver', 'm1', 'open')]));
    expect(falling.map(({ startRow, endRow }) => [startRow, endRow])).to.deep.equal([[0, 2]]);
  });

  it('tells what is lost, what came again, what nobody took, and what is under way', () => {
    const model = modelOf(
      [
        message('send', 'm1'),
        message('drop', 'm1'),
        message('send', 'm2'),
        message('deliver', 'm2'),
        message('duplicate', 'm2'),
        message('dead', 'm3'),
        message('send', 'm4'),
      ],
      unfolded,
    );
    const told = arrowsOf(model).map((arrow) => [arrow.message, arrow.outcome, outcomeText(arrow)]);
    expect(told).to.deep.equal([
      ['m1', 'dropped', 'lost'],
      ['m2', 'delivered', ''],
      ['m2', 'duplicate', 'again'],
      ['m3', 'dead', 'nobody there'],
      ['m4', 'underWay', ''],
    ]);
  });

  it('marks records as late that come when the reader has left', () => {
    const model = modelOf([
      actor,
      message('send', 'm1'),
      message('deliver', 'm1'),
      step('cancelling', 'app.cancel'),
      message('send', 'm2'),
      message('deliver', 'm2'),
    ]);
    expect(arrowsOf(model).map(({ isLate }) => isLate)).to.deep.equal([false, true]);
  });

  it('folds records that follow each other, and shows what befell one of them by itself', () => {
    const model = modelOf([
      message('send', 'm1'),
      message('deliver', 'm1'),
      message('send', 'm2'),
      message('send', 'm3'),
      message('drop', 'm2'),
      message('deliver', 'm3'),
    ]);
    const [fold, lost] = arrowsOf(model);
    expect([fold?.count, fold?.delivered, fold?.bytes]).to.deep.equal([2, 2, 200]);
    expect(lost?.outcome).to.equal('dropped');
    expect(arrowLabel(fold!, true)).to.equal('data ×2 200 B');
  });

  it('folds heartbeats with their answers into a row for each run of them, and shows a lost one by itself', () => {
    const round = (n: number): Draft[] => [
      message('send', `beat${n}`, 'heartbeat'),
      message('deliver', `beat${n}`, 'heartbeat'),
      message('send', `answer${n}`, 'answer'),
      message('deliver', `answer${n}`, 'answer'),
    ];
    const model = modelOf([
      ...round(1),
      ...round(2),
      actor,
      message('send', 'beat3', 'heartbeat'),
      message('drop', 'beat3', 'heartbeat'),
    ]);
    expect(model.rows.map(({ kind, rounds, answered }) => [kind, rounds, answered])).to.deep.equal([
      ['heartbeats', 2, 2],
      ['state', undefined, undefined],
      ['heartbeats', 1, 0],
      ['message', undefined, undefined],
    ]);
    expect(rowText(model.rows[0]!, [], 'ms')).to.equal('2 heartbeats · answered · 30 ms');
    expect(arrowsOf(model).map(({ outcome }) => outcome)).to.deep.equal(['dropped']);
  });

  it('tells an answer in the fold where its heartbeat is, though records came between', () => {
    const model = modelOf([
      message('send', 'beat1', 'heartbeat'),
      message('send', 'm1'),
      message('send', 'answer1', 'answer'),
      message('deliver', 'answer1', 'answer'),
    ]);
    expect(model.rows.map(({ kind }) => kind)).to.deep.equal(['heartbeats', 'message']);
    expect(model.rows[0]?.answered).to.equal(1);
  });

  it('shows changes of state only, and the events that made them', () => {
    const model = modelOf([
      actor,
      step('active', 'frame.data'),
      step('active', 'frame.data'),
      step('closed', 'frame.close'),
    ]);
    expect(model.rows.map(({ text }) => text)).to.deep.equal([
      '+ opening.waiting',
      'active ← frame.data',
      'closed ← frame.close',
    ]);
  });

  it('shows one stream alone where one is asked for, with heartbeats, links and marks', () => {
    const other = { ...message('send', 'x'), stream: 'inbox.b' } as Draft;
    const drafts: Draft[] = [
      message('send', 'm1'),
      other,
      { type: 'link', op: 'lost', systems: ['reader'] },
      { type: 'mark', kind: 'note', text: 'look' },
      { type: 'gap', dropped: 7 },
    ];
    const model = modelOf(drafts, { ...folded, streams: new Set(['inbox.a']) });
    expect(model.rows.map(({ kind }) => kind)).to.deep.equal(['message', 'link', 'mark', 'gap']);
    expect(model.changesOf('reader')).to.deep.equal([{ row: 1, isDown: true, isOver: false }]);
  });

  it('leaves out what befalls systems that have no end of the stream that is shown alone', () => {
    const drafts: Draft[] = [
      { type: 'actor', system: 'reader', actor: 'a', stream: 'inbox.a', value: 'opening', context: null },
      { type: 'system', system: 'stranger', role: 'producer', op: 'crash' },
      { type: 'link', op: 'lost', systems: ['stranger'] },
      { type: 'link', op: 'lost', systems: ['reader'] },
    ];
    const model = modelOf(drafts, { ...folded, streams: new Set(['inbox.a']) });
    expect(model.rows.map(({ kind, system }) => [kind, system])).to.deep.equal([
      ['state', 'reader'],
      ['link', 'reader'],
    ]);
    expect(model.usedLanes.map(({ name }) => name)).to.deep.equal(['reader']);
  });

  it('joins both ends of a message also where its arrival is told before its sending', () => {
    const either = {
      type: 'message',
      message: 'm1',
      subject: 'inbox.a',
      kind: 'data',
      bytes: 9,
      stream: 'inbox.a',
    } as const;
    const model = modelOf([
      { ...either, op: 'deliver', to: 'reader' },
      { ...either, op: 'send', from: 'source' },
    ]);
    expect(model.rows).to.have.lengthOf(1);
    expect(arrowsOf(model)).to.have.lengthOf(1);
    expect(arrowsOf(model)[0]).to.include({ from: 'source', to: 'reader', outcome: 'delivered' });
  });

  it(`says the same whether records come one by one or all at once (seed ${seed})`, () => {
    const records = sampleRecords({ streams: 40, seed });
    const random = createRandom(seed);
    const whole = new Run(sampleHeader, { onFrame: (callback) => callback() });
    whole.append(records);
    const atOnce = new SequenceModel(folded);
    atOnce.read(whole);
    const growing = new Run(sampleHeader, { onFrame: (callback) => callback() });
    const inParts = new SequenceModel(folded);
    for (let at = 0; at < records.length;) {
      const next = at + random.integer(1, 200);
      growing.append(records.slice(at, next));
      inParts.read(growing);
      at = next;
    }
    expect(inParts.rows).to.deep.equal(atOnce.rows);
    expect(arrowsOf(inParts)).to.deep.equal(arrowsOf(atOnce));
    expect(atOnce.rows.length).to.be.greaterThan(40);
  });

  it(`finds the arrows of any rows, however long they are (seed ${seed})`, () => {
    const records = sampleRecords({ streams: 60, seed });
    const model = new SequenceModel(unfolded);
    for (const record of records) model.add(record);
    const all = arrowsOf(model);
    const random = createRandom(seed);
    for (let round = 0; round < 20; round += 1) {
      const from = random.integer(0, model.rows.length - 1);
      const to = from + random.integer(0, 60);
      const expected = all.filter(({ startRow, endRow }) => startRow <= to && endRow >= from);
      expect(new Set(model.arrowsBetween(from, to))).to.deep.equal(new Set(expected));
    }
  });

  describe('around a moment of a long run', () => {
    const records = sampleRecords({ streams: 500, seed });
    const run = new Run(sampleHeader, { onFrame: (callback) => callback() });
    run.append(records);
    const streams = [...run.head.streams.keys()];

    it('has the streams that are shown whole, and none of the others', () => {
      for (const some of [streams.slice(7, 8), streams.slice(20, 26)]) {
        const options = { ...folded, streams: new Set(some) };
        const whole = new SequenceModel(options);
        whole.read(run);
        const around = sequenceAround(run, options, Math.floor(run.lastSeq / 2));
        expect(around.rows).to.deep.equal(whole.rows);
        expect(new Set(around.rows.flatMap(({ stream }) => stream ?? []))).to.deep.equal(new Set(some));
        expect([around.isFromStart, around.isToEnd]).to.deep.equal([true, true]);
      }
    });

    it('has of all streams what came around it, with the states that were before', () => {
      const moment = Math.floor(run.lastSeq / 2);
      const around = sequenceAround(run, unfolded, moment);
      expect([around.isFromStart, around.isToEnd]).to.deep.equal([false, false]);
      expect(around.firstSeq).to.be.within(moment - 4_000, moment - 3_000);
      expect(around.lastSeq).to.be.within(moment + 3_000, moment + 4_000);
      const whole = new SequenceModel(unfolded);
      whole.read(run);
      const texts = (model: SequenceModel) =>
        model.rows
          .filter(({ kind, seq }) => kind === 'state' && seq >= around.firstSeq && seq <= around.lastSeq)
          .map(({ seq, text }) => `${seq} ${text}`);
      expect(texts(around)).to.deep.equal(texts(whole));
      expect(around.rows.length).to.be.below(whole.rows.length / 4);
    });

    it('reaches to the end at the newest moment, and takes what comes', () => {
      const growing = new Run(sampleHeader, { onFrame: (callback) => callback() });
      growing.append(records.slice(0, 20_000));
      const around = sequenceAround(growing, unfolded, growing.lastSeq);
      expect([around.isFromStart, around.isToEnd]).to.deep.equal([false, true]);
      const before = around.rows.length;
      growing.append(records.slice(20_000, 20_500));
      around.read(growing);
      expect(around.rows.length).to.be.greaterThan(before);
      expect(around.lastSeq).to.equal(20_500);
    });
  });

  it('packs lifelines: those alone on which something happens, eight of them in reach', () => {
    const names = Array.from({ length: 8 }, (_, index) => `orders-service-${index}`);
    const drafts = [...names, 'idle'].map((system): Draft => ({
      type: 'system',
      system,
      role: system.endsWith('0') ? 'consumer' : 'producer',
      op: 'start',
    }));
    const sent = names
      .slice(1)
      .flatMap((from): readonly Draft[] =>
        (['send', 'deliver'] as const).map(
          (op) => ({ ...message(op, `m ${from}`), from, to: 'orders-service-0' }) as Draft,
        ),
      );
    const model = modelOf([...drafts, ...sent], folded);
    expect(model.lanes).to.have.lengthOf(9);
    expect(model.usedLanes.map(({ name }) => name)).to.deep.equal(names);
    expect(model.usesWire).to.equal(false);
    const { lanes, room, width } = placeLanes(model.usedLanes, new Set(), 460, model.usesWire);
    expect(lanes).to.have.lengthOf(8);
    expect(room).to.be.at.least(72);
    expect(width).to.be.below(700);
  });

  it('finds the row of a moment', () => {
    const model = modelOf([actor, { type: 'mark', kind: 'note', text: 'a' }, step('active', 'x'), step('closed', 'y')]);
    expect([0, 1, 2, 3, 9].map((seq) => model.rowAt(seq))).to.deep.equal([-1, 0, 1, 2, 3]);
  });

  it('puts consumers on the left and producers on the right of the wire, and leaves out what is hidden', () => {
    const lanes = [
      { key: 'source', name: 'source', system: 'source', role: 'producer' },
      { key: 'reader', name: 'reader', system: 'reader', role: 'consumer' },
      { key: 'hidden', name: 'hidden', system: 'hidden', role: 'consumer' },
    ] as const;
    const { lanes: placed, width } = placeLanes(lanes, new Set(['hidden']), 800, true);
    expect(placed.map(({ name }) => name)).to.deep.equal(['reader', 'NATS', 'source']);
    expect(width).to.be.at.most(801);
    expect(placeLanes(lanes, new Set(), 100, true).width).to.be.greaterThan(350);
    expect(placeLanes(lanes, new Set(), 800, false).lanes.map(({ name }) => name)).not.to.include('NATS');
  });
});
