import { expect } from 'chai';
import fc from 'fast-check';
import { createLineSplitter } from '../../../src/cli/lines.js';
import { seed } from '../../support/seed.js';

/** The lines of these chunks, as Latin-1 so that each byte is a character. */
function split(chunks: readonly string[], lineBytesMax = 1000): { lines: string[]; cuts: number } {
  const splitter = createLineSplitter(lineBytesMax);
  const lines = [...chunks.flatMap((chunk) => splitter.push(Buffer.from(chunk, 'latin1'))), ...splitter.end()];
  return { lines: lines.map(({ bytes }) => Buffer.from(bytes).toString('latin1')), cuts: splitter.cuts };
}

describe(`line splitter (SEED=${seed})`, () => {
  const cases: Readonly<Record<string, { chunks: string[]; lines: string[] }>> = {
    'gives nothing for nothing': { chunks: [], lines: [] },
    'gives a line without its newline': { chunks: ['one\n'], lines: ['one'] },
    'keeps empty lines': { chunks: ['\n\na\n'], lines: ['', '', 'a'] },
    'gives a last line that has no newline': { chunks: ['one\ntwo'], lines: ['one', 'two'] },
    'puts a line together that came in parts': { chunks: ['o', 'n', 'e\nt', 'wo\n'], lines: ['one', 'two'] },
    'keeps carriage returns and bytes that are no text': { chunks: ['a\r\n\x00\xff\n'], lines: ['a\r', '\x00\xff'] },
  };
  for (const [fact, { chunks, lines }] of Object.entries(cases)) {
    it(fact, () => {
      expect(split(chunks).lines).to.deep.equal(lines);
    });
  }

  it('cuts a line that is too long, and counts it once', () => {
    expect(split(['abcdefgh\nij\n'], 3)).to.deep.equal({ lines: ['abc', 'def', 'gh', 'ij'], cuts: 1 });
    expect(split(['abcd', 'efgh', '\nij\n'], 3)).to.deep.equal({ lines: ['abc', 'def', 'gh', 'ij'], cuts: 1 });
  });

  it('does not cut a line that is just as long as allowed', () => {
    expect(split(['abc\nabc'], 3)).to.deep.equal({ lines: ['abc', 'abc'], cuts: 0 });
  });

  it('cuts between characters of UTF-8', () => {
    const splitter = createLineSplitter(4);
    const lines = splitter.push(Buffer.from('aß€😀z\n'));
    expect(lines.map(({ bytes }) => Buffer.from(bytes).toString('utf8')).join('')).to.equal('aß€😀z');
    for (const { bytes } of lines) expect(Buffer.from(bytes).toString('utf8')).not.to.include('\ufffd');
  });

  it('gives the same lines however the bytes are divided into chunks', () => {
    const character = fc.constantFrom('a', 'b', '\r', '\n', '\x00', '\xc3', '\xa9');
    fc.assert(
      fc.property(fc.array(fc.string({ unit: character, maxLength: 9 })), (chunks) => {
        const text = chunks.join('');
        const whole = text.endsWith('\n') ? text.slice(0, -1).split('\n') : text === '' ? [] : text.split('\n');
        expect(split(chunks).lines).to.deep.equal(whole);
      }),
      { seed },
    );
  });

  it('loses no byte of lines that are cut', () => {
    const character = fc.constantFrom('a', '\n', '\x80', '\xc3', '\xf0');
    const arbitrary = fc.array(fc.string({ unit: character, maxLength: 40 }));
    fc.assert(
      fc.property(arbitrary, fc.integer({ min: 1, max: 9 }), (chunks, lineBytesMax) => {
        const { lines } = split(chunks, lineBytesMax);
        expect(lines.join('')).to.equal(chunks.join('').replaceAll('\n', ''));
        for (const line of lines) expect(line.length).to.be.at.most(lineBytesMax);
      }),
      { seed },
    );
  });
});
