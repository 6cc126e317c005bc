import { expect } from 'chai';
import fc from 'fast-check';
import { widthOf } from '../../../src/cli/fit.js';
import { conditionOf } from '../../../src/cli/top/condition.js';
import { jsonTable } from '../../../src/cli/top/json-table.js';
import { sorted } from '../../../src/cli/top/row-order.js';
import { tableText } from '../../../src/cli/top/table-text.js';
import { createTopView, type Scene, type TopView } from '../../../src/cli/top/top-view.js';
import type { StreamRow, StreamTableEnd } from '../../../src/tracing/stream-table.js';
import { seed } from '../../support/seed.js';

const side = (state: string, changes: Partial<StreamTableEnd> = {}): StreamTableEnd => ({
  system: 'shop consumer',
  state,
  records: 0,
  bytes: 0,
  waiting: 0,
  rate: 0,
  countedAt: 10_000,
  countedEvery: 250,
  end: undefined,
  ...changes,
});
const row = (subject: string, changes: Partial<StreamRow> = {}): StreamRow => ({
  stream: `_SINBOX.abc.${subject}`,
  subject,
  openedAt: 0,
  lastSignAt: 9_000,
  endedAt: undefined,
  consumer: side('active.listening'),
  producer: side('active.flowing', { system: 'shop producer' }),
  ...changes,
});
const ended = (subject: string, reason: string, code: number, endedAt: number, text = '') =>
  row(subject, { endedAt, consumer: side('closed', { end: { reason, code, text } }) });

const incident = [
  row('idle'),
  row('busy', { consumer: side('active.listening', { rate: 500, records: 5_000_000, bytes: 1_234_567_890 }) }),
  ended('done', 'completed', 1000, 5_000),
  ended('left', 'cancelled', 1006, 6_000),
  ended('broken', 'closed', 5000, 7_000, 'disk full'),
  ended('silent', 'producerSilent', 1006, 8_000),
  row('slow', { producer: side('active.blocked') }),
  row('asking', { consumer: side('opening.waiting'), producer: undefined, lastSignAt: 1_000 }),
  row('dying', { producer: side('crashed') }),
];

describe('the table of top', () => {
  it('has what is wrong first: what lives with a dead end, the last ones that failed, what waits, the busiest', () => {
    const order = sorted(incident, 'trouble', 10_000).map(({ subject }) => subject);
    expect(order).to.deep.equal(['dying', 'silent', 'broken', 'asking', 'slow', 'busy', 'idle', 'left', 'done']);
    expect(incident.map((one) => conditionOf(one))).to.deep.equal([
      ...['live', 'live', 'ended', 'ended', 'wrong', 'wrong', 'waiting', 'waiting', 'wrong'],
    ]);
  });

  it('has every column at 80 columns, and a line no wider', () => {
    const long = row('orders.europe.germany.warehouse.berlin.shelves.4711', {
      consumer: side('active.listening', { records: 123_456_789, bytes: 98_765_432_100, rate: 12_345 }),
      openedAt: -7_200_000,
    });
    const lines = tableText([long, ...incident], { at: 10_000, columns: 80, coloured: false });
    const [head = '', first = '', ...rest] = lines;
    expect(head.trim().split(/ +/)).to.deep.equal([
      ...['subject', 'consumer', 'producer', 'age', 'records', 'bytes', 'rate/s', 'sign', 'end'],
    ]);
    const cells = first.trim().split(/ +/);
    expect(cells[0]).to.match(/^orders\..*….*\.4711$/);
    expect(cells.slice(1)).to.deep.equal(['listening', 'flowing', '2h0m', '123M', '99G', '12k', '1s']);
    expect(rest.join('\n')).to.match(/^broken .*closed \(5…?/m);
    expect(Math.max(...lines.map(widthOf))).to.be.at.most(80);
  });

  it('tells all of it where there is room', () => {
    const lines = tableText(incident, { at: 10_000, columns: Infinity, coloured: false });
    expect(lines.join('\n'))
      .to.include('closed (5000): disk full')
      .and.include('active.listening')
      .and.include('5,000,000');
    expect(lines[0]?.split(/ {2,}/)).to.have.lengthOf(10);
  });

  it(`fits any terminal, with any text in it, seed ${seed}`, () => {
    const text = fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('注文.東京', '👩‍👩‍👧‍👦', 'e\u0301'.repeat(40)));
    fc.assert(
      fc.property(
        fc.array(fc.record({ subject: text, state: text, end: fc.option(text), records: fc.nat() }), { maxLength: 30 }),
        fc.integer({ min: 1, max: 200 }),
        fc.integer({ min: 1, max: 60 }),
        (some, columns, height) => {
          const rows = some.map(({ subject, state, end, records }, index) =>
            row(subject, {
              stream: `s.${index}`,
              ...(end === null ? {} : { endedAt: index }),
              consumer: side(state, { records, ...(end === null ? {} : { end: { reason: end, code: 1, text: end } }) }),
            }),
          );
          const lines = createTopView().draw(sceneOf(rows), { columns, rows: height }, false);
          expect(lines).to.have.lengthOf(height);
          expect(Math.max(...lines.map(widthOf))).to.be.at.most(columns);
        },
      ),
      { seed, numRuns: 200 },
    );
  });

  it('is told to machines with the condition, age and ends of each stream', () => {
    const { streams, ...rest } = JSON.parse(jsonTable(sceneOf(incident))) as { streams: Record<string, unknown>[] };
    expect(rest).to.include({ watched: 'a test', processes: 2 });
    expect(streams.map(({ subject }) => subject)).to.deep.equal(
      sorted(incident, 'trouble', 10_000).map((one) => one.subject),
    );
    expect(streams.find(({ subject }) => subject === 'broken')).to.deep.include({ condition: 'wrong', ageMs: 7_000 });
    expect(streams.find(({ subject }) => subject === 'asking')).to.deep.include({ lastSignMs: 9_000, producer: null });
    expect(streams.find(({ subject }) => subject === 'silent')).to.have.nested.property('consumer.end.code', 1006);
  });
});

const sceneOf = (rows: readonly StreamRow[]): Scene => ({ description: 'a test', processes: 2, rows, at: 10_000 });

describe('the screen of top', () => {
  const many = Array.from({ length: 300 }, (_, n) => row(`n.${`${n}`.padStart(3, '0')}`, { openedAt: n }));
  const size = { columns: 80, rows: 24 };
  const see = (view: TopView, rows: readonly StreamRow[] = many) => view.draw(sceneOf(rows), size, false);
  const type = (view: TopView, text: string) => {
    for (const sequence of text) view.press({ name: sequence, sequence });
  };
  const subjects = (lines: readonly string[]) => lines.flatMap((line) => /^(n\.\d+) /.exec(line)?.[1] ?? []);

  it('keeps its summary and its keys in sight, however many streams there are', () => {
    const lines = see(createTopView());
    expect(lines).to.have.lengthOf(24);
    expect(lines[0]).to.equal('2 processes, 300 streams live, 0 waiting, 0 wrong, 0 ended; a test');
    expect(lines[1]).to.equal('1–14 of 300, by trouble');
    expect(lines.at(-1)).to.match(/^q quit/);
    expect(subjects(lines)).to.have.lengthOf(14);
  });

  it('scrolls by lines and pages, to the end and back, and describes whole what is selected', () => {
    const view = createTopView();
    see(view);
    view.press({ name: 'pagedown' });
    view.press({ name: 'down' });
    const lines = see(view);
    expect(subjects(lines)).to.include('n.015');
    expect(lines).to.include('n.015').and.include('  _SINBOX.abc.n.015');
    expect(lines).to.include('  consumer  active.listening in shop consumer');
    expect(lines).to.include('  producer  active.flowing in shop producer');
    view.press({ name: 'end' });
    expect(subjects(see(view)).at(-1)).to.equal('n.299');
    view.press({ name: 'home' });
    expect(subjects(see(view))[0]).to.equal('n.000');
    for (let n = 0; n < 400; n += 1) {
      view.press({ name: 'down' });
      see(view);
    }
    expect(subjects(see(view)).at(-1)).to.equal('n.299');
  });

  it('keeps the stream that is selected, wherever it goes, and the first one while none is', () => {
    const view = createTopView();
    see(view);
    for (const name of ['down', 'down']) view.press({ name });
    expect(see(view)).to.include('n.002');
    expect(see(view, [...many].reverse())).to.include('n.002');
    view.press({ name: 'home' });
    expect(see(view, incident)).to.include('dying');
  });

  it('sorts by what s says, and the other way round with r', () => {
    const view = createTopView();
    see(view, incident);
    view.press({ name: 's' });
    const bySubject = see(view, incident);
    expect(bySubject[1]).to.equal('1–9 of 9, by subject');
    expect(bySubject[3]).to.match(/^asking /);
    view.press({ name: 'r' });
    const reversed = see(view, incident);
    expect(reversed[1]).to.equal('1–9 of 9, by subject, reversed');
    expect(reversed[3]).to.match(/^slow /);
  });

  it('filters by words of everything that is known of a stream, as they are typed', () => {
    const view = createTopView();
    see(view, incident);
    type(view, '/wrong 50');
    expect(see(view, incident)[1]).to.match(/^filter: wrong 50.* 1–1 of 1 /);
    view.press({ name: 'return' });
    const filtered = see(view, incident);
    expect(filtered[1]).to.equal('1–1 of 1, by trouble, filter: wrong 50 (of 9)');
    expect(filtered[3]).to.match(/^broken /);
    expect(filtered.join('\n')).not.to.include('asking');
    view.press({ name: 'escape' });
    expect(see(view, incident)[1]).to.equal('1–9 of 9, by trouble');
    type(view, '/qs注');
    view.press({ name: 'backspace' });
    expect(see(view, incident)[1]).to.match(/^filter: qs▏ {2}none /);
    expect(see(view, incident).join('\n')).to.include('No stream has all of these words.');
    view.press({ name: 'escape' });
    expect(see(view, [])).to.include('No stream yet.');
  });

  it('gives up at q, Ctrl-C and Ctrl-Z, but not while a filter is typed that has a q', () => {
    const view = createTopView();
    expect(view.press({ name: 'q', sequence: 'q' })).to.equal('quit');
    expect(view.press({ name: 'c', ctrl: true })).to.equal('interrupt');
    expect(view.press({ name: 'z', ctrl: true })).to.equal('suspend');
    view.press({ sequence: '/' });
    expect(view.press({ name: 'q', sequence: 'q' })).to.equal(undefined);
    expect(view.press({ name: 'c', ctrl: true })).to.equal('interrupt');
  });
});
