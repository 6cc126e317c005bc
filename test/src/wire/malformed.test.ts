import { expect } from 'chai';
import { cameLengthMax, malformed } from '../../../src/wire/malformed.js';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('malformed, the excerpt of what came', () => {
  const cases: readonly (readonly [string, unknown, string])[] = [
    ['says how many bytes came', bytesOf('{"a":1}'), '7 bytes: {"a":1}'],
    ['says that no byte came', new Uint8Array(), 'an empty message'],
    ['quotes a string', 'abc', '"abc"'],
    ['names what is absent', undefined, 'nothing'],
    ['names null', null, 'null'],
    ['shows a number', 1.5, '1.5'],
    ['shows an infinite number', Infinity, 'Infinity'],
    ['shows a boolean', false, 'false'],
    ['counts an array', [1, [2, [3]]], 'an array of 2'],
    ['does not look into an object', { toJSON: () => 'x', a: 1 }, 'an object'],
    ['names a function', () => 1, 'a function'],
    ['keeps the letters of every script', 'é☃日本𝄞', '"é☃日本𝄞"'],
    ['replaces control characters', 'a\u0000\n\u001b[31m\u007f\u0085', '"a\ufffd\ufffd\ufffd[31m\ufffd\ufffd"'],
    ['replaces characters that turn the text around', 'a\u202eb\u2066\u200bc', '"a\ufffdb\ufffd\ufffdc"'],
    ['replaces line separators', 'a\u2028b\u2029', '"a\ufffdb\ufffd"'],
    ['replaces spaces that are none', 'a\u00a0b\u3000c', '"a\ufffdb\ufffdc"'],
    ['replaces lone surrogates', 'a\ud800b', '"a\ufffdb"'],
    ['replaces what is not UTF-8', Uint8Array.of(0x41, 0xff, 0xfe), '3 bytes: A\ufffd\ufffd'],
    ['shows a byte order mark', Uint8Array.of(0xef, 0xbb, 0xbf, 0x7b), '4 bytes: \ufffd{'],
  ];
  for (const [name, value, came] of cases) {
    it(name, () => {
      expect(malformed('x', value)).to.deep.equal({ type: 'malformed', expected: 'x', came });
    });
  }

  for (const [name, value] of [
    ['string', 'x'.repeat(1_000_000)],
    ['string of surrogate pairs', '𝄞'.repeat(1_000_000)],
    ['message', bytesOf('x'.repeat(1_000_000))],
    ['message of long characters', bytesOf('𝄞'.repeat(1_000_000))],
    ['number', 10n ** 1_000n],
  ] as const) {
    it(`cuts a long ${name}`, () => {
      const { came } = malformed('x', value);
      expect(came).to.have.length.within(100, cameLengthMax);
      expect(came).to.match(/…"?$/);
    });
  }

  it('shows a text of 120 units whole and cuts one of 121', () => {
    expect(malformed('x', 'a'.repeat(120)).came).to.equal(`"${'a'.repeat(120)}"`);
    expect(malformed('x', 'a'.repeat(121)).came).to.equal(`"${'a'.repeat(119)}…"`);
  });
});
