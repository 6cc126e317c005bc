import { expect } from 'chai';
import { createJsonLinesReader, readJsonLines, toJsonLine } from '../../../src/tracing/json-lines.js';
import type { TraceEvent } from '../../../src/trace-events/trace-event.js';

const header: TraceEvent = { type: 'run', version: 1, source: 'live', unit: 'ms', label: 'ä \n "quoted"' };
const mark: TraceEvent = { type: 'mark', seq: 1, at: 2.5, kind: 'note', text: 'line\u2028separator' };

describe('records as JSON lines', () => {
  it('come back as they were written', () => {
    expect(readJsonLines([header, mark].map(toJsonLine).join(''))).to.deep.equal([header, mark]);
  });

  it('come back however the text is cut, and without a last newline', () => {
    const text = [header, mark, mark].map(toJsonLine).join('').trimEnd();
    for (let size = 1; size < text.length; size += 1) {
      const reader = createJsonLinesReader();
      const records: TraceEvent[] = [];
      for (let at = 0; at < text.length; at += size) records.push(...reader.push(text.slice(at, at + size)));
      records.push(...reader.end());
      expect(records).to.deep.equal([header, mark, mark]);
    }
  });

  it('keep records of unknown types, and unknown fields', () => {
    const unknown = { type: 'weather', seq: 2, at: 3, sun: true };
    const newer = { ...mark, mood: 'fine' };
    const text = [unknown, newer].map((record) => `${JSON.stringify(record)}\n`).join('');
    expect(readJsonLines(text)).to.deep.equal([unknown, newer]);
  });

  for (const [line, problem] of [
    ['{"type":"mark"', 'JSON'],
    ['42', 'expected a trace event, came 42'],
    ['null', 'expected a trace event, came null'],
    ['[]', 'expected a trace event, came []'],
    ['{}', 'type: expected text, came nothing'],
    ['{"type":7}', 'type: expected text, came 7'],
    ['{"type":"step","at":1}', 'step.seq: expected a number, came nothing'],
    ['{"type":"step","seq":1,"at":"now"}', 'step.at: expected a number, came "now"'],
    ['{"type":"run"}', 'run.version: expected a number, came nothing'],
    ['{"type":"run","version":2,"source":"live","unit":"ms","label":""}', 'run.version: expected 1, came 2'],
    ['{"type":"gap","seq":1,"at":1}', 'gap.dropped: expected a number, came nothing'],
  ] as const) {
    it(`make a mark of ${line}, with its number`, () => {
      const [, first, bad, last] = readJsonLines(
        `${toJsonLine(header)}\n${toJsonLine(mark)}${line}\n${toJsonLine(mark)}`,
      );
      expect([first, last]).to.deep.equal([mark, mark]);
      expect(bad).to.include({ type: 'mark', kind: 'warning', seq: 1, at: 2.5 });
      expect((bad as { text: string }).text).to.match(/^line 4 is no trace event: /);
      expect((bad as { text: string }).text).to.include(problem);
    });
  }

  it('make a mark of a line that is longer than any record, and go on after it', () => {
    const reader = createJsonLinesReader();
    const long = '"'.padEnd(4 * 1024 * 1024 + 1, 'x');
    const records = [
      ...reader.push(toJsonLine(header)),
      ...reader.push(long),
      ...reader.push(`x\n${toJsonLine(mark)}`),
    ];
    expect(records).to.deep.equal([
      header,
      {
        type: 'mark',
        seq: 0,
        at: 0,
        kind: 'warning',
        text: 'line 2 is no trace event: expected at most 4194304 characters, came more',
      },
      mark,
    ]);
    expect([...reader.push(long), ...reader.end()].map(({ type }) => type)).to.deep.equal(['mark']);
    expect(readJsonLines(`${long}\n${long}`).map(({ type }) => type)).to.deep.equal(['mark', 'mark']);
  });

  it('keep a line of exactly as many characters as a record may have', () => {
    const line = JSON.stringify({ ...mark, text: '' });
    const fitting = { ...mark, text: 'x'.repeat(4 * 1024 * 1024 - line.length) };
    expect(readJsonLines(toJsonLine(fitting))).to.deep.equal([fitting]);
  });

  it('cost no more for a character of a long line than for one of a short line', () => {
    // Each piece is cut once, whatever the length of the line before it: the work is counted, not timed.
    let cutCharacters = 0;
    const piece = (length: number): string => {
      const text = 'x'.repeat(length);
      const counted = Object(text) as { split: (separator: string) => string[] };
      counted.split = (separator: string) => {
        cutCharacters += text.length;
        return text.split(separator);
      };
      return counted as unknown as string;
    };
    const reader = createJsonLinesReader();
    for (let at = 0; at < 16 * 1024 * 1024; at += 64 * 1024) reader.push(piece(64 * 1024));
    expect(cutCharacters).to.equal(16 * 1024 * 1024);
    expect(reader.end().map(({ type }) => type)).to.deep.equal(['mark']);
  });
});
