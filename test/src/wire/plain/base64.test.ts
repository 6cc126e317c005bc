import { expect } from 'chai';
import fc from 'fast-check';
import { readBase64ByTable, writeBase64ByTable } from '../../../../src/wire/plain/base64-table.js';
import {
  base64Length,
  decodeBase64,
  encodeBase64,
  readBase64,
  writeBase64,
} from '../../../../src/wire/plain/base64.js';
import { seed } from '../../../support/seed.js';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const sample = (length: number): Uint8Array => Uint8Array.from({ length }, (_, index) => (index * 37 + length) & 255);

/** Long enough that Buffer is used, which is the lenient one. */
const longPrefix = 'QUJD'.repeat(200);

/** Every length around each change of the padding and of the way in which the work is done. */
const lengths = [...Array.from({ length: 20 }, (_, length) => length), 254, 255, 256, 257, 258, 1_000, 70_001];

describe('base64, reading and writing', () => {
  for (const length of lengths) {
    it(`writes and reads ${length} bytes`, () => {
      const data = sample(length);
      const text = encodeBase64(data);
      expect(text).to.equal(Buffer.from(data).toString('base64'));
      expect(text).to.have.length(base64Length(length));
      expect(decodeBase64(text)).to.deep.equal(data);
    });
  }

  it('reads into memory that belongs to the result alone', () => {
    for (const length of [3, 3_000]) {
      const data = decodeBase64(encodeBase64(sample(length)));
      expect(data?.constructor).to.equal(Uint8Array);
      expect(data?.buffer.byteLength).to.equal(length);
    }
  });

  it('writes between what is there already', () => {
    for (const length of [2, 2_000]) {
      const out = new Uint8Array(base64Length(length) + 2).fill(1);
      writeBase64(sample(length), out, 1);
      expect([out[0], out[out.length - 1]]).to.deep.equal([1, 1]);
      expect(readBase64(out, 1, out.length - 1)).to.deep.equal(sample(length));
    }
  });

  it('reads and writes views into the middle of a buffer', () => {
    for (const length of [5, 5_000]) {
      const data = new Uint8Array(length + 8).fill(255).subarray(3, length + 3);
      const text = bytesOf(`####${encodeBase64(data)}####`).subarray(2);
      expect(readBase64(text, 2, text.length - 4)).to.deep.equal(new Uint8Array(length).fill(255));
    }
  });
});

describe('decodeBase64, what Go takes', () => {
  const taken: readonly (readonly [string, string, string])[] = [
    ['nothing', '', ''],
    ['line breaks anywhere', '\r\nYW\nJ\rj\r\n\n', 'abc'],
    ['line breaks within the padding', 'YQ=\n=\r', 'a'],
    ['bits that are left over before two signs of padding', 'YR==', 'a'],
    ['bits that are left over before one sign of padding', 'YWJ=', 'ab'],
  ];
  for (const [name, text, expected] of taken) {
    for (const [size, prefix] of [
      ['short', ''],
      ['long', longPrefix],
    ] as const) {
      it(`takes ${name}, in ${size} text`, () => {
        expect(decodeBase64(prefix + text)).to.deep.equal(bytesOf('ABC'.repeat(prefix.length / 4) + expected));
      });
    }
  }
});

describe('decodeBase64, what Go refuses', () => {
  const refused: readonly (readonly [string, string])[] = [
    ['a length of one', 'Y'],
    ['two characters without padding', 'YQ'],
    ['three characters without padding', 'YWI'],
    ['too little padding', 'YQ='],
    ['too much padding', 'YWI=='],
    ['three signs of padding', 'Y==='],
    ['padding alone', '===='],
    ['one sign alone', '='],
    ['padding in the middle', 'YQ==YQ=='],
    ['padding before the last character', 'YW=j'],
    ['padding and then a character', 'YQ=a'],
    ['the alphabet of URLs, dash', 'YW-j'],
    ['the alphabet of URLs, underscore', 'YW_j'],
    ['a space', 'YW j'],
    ['a tab', 'YWJ\t'],
    ['a form feed', 'YWJ\f'],
    ['a control character', 'YWJ\u0000'],
    ['a quote', 'YWJ"'],
    ['a Latin character', 'YWJé'],
    ['a character whose low byte is in the alphabet', 'YWJ\u0141'],
    ['characters beyond the first plane', 'YW\u{1f600}'],
    ['an invalid character before padding', 'Y*=='],
    ['an invalid last character', 'YWJ*'],
  ];
  for (const [name, text] of refused) {
    it(`refuses ${name}, in short text`, () => {
      expect(decodeBase64(text)).to.equal(undefined);
    });

    it(`refuses ${name}, at the end of long text`, () => {
      expect(decodeBase64(longPrefix + text)).to.equal(undefined);
    });

    it(`refuses ${name}, at the start of long text`, () => {
      expect(decodeBase64(text + longPrefix)).to.equal(undefined);
    });
  }

  it(`refuses each text with one byte outside the alphabet, short and long (SEED=${seed})`, () => {
    const alphabet = /^[A-Za-z0-9+/]$/;
    const foreign = fc.integer({ min: 0, max: 255 }).filter((byte) => !alphabet.test(String.fromCharCode(byte)));
    const property = fc.property(fc.constantFrom(8, 1_600), fc.nat(), foreign, (length, place, byte) => {
      const text = new Uint8Array(length).fill(0x41);
      // One sign of padding at the end, or two, is the only place of it.
      const end = byte === 0x3d ? length - 1 : length;
      text[place % end] = byte;
      const isPadding = byte === 0x3d && place % end === length - 2;
      if (isPadding) text[length - 1] = 0x41;
      expect(readBase64(text, 0, length)).to.equal(undefined);
    });
    fc.assert(property, { seed, numRuns: 1_000 });
  });
});

describe('base64 by table, the way of browsers', () => {
  it(`writes and reads as Buffer does, for any bytes (SEED=${seed})`, () => {
    const property = fc.property(fc.uint8Array({ maxLength: 1_000 }), (data) => {
      const text = new Uint8Array(base64Length(data.length));
      writeBase64ByTable(data, text, 0);
      expect(new TextDecoder().decode(text)).to.equal(Buffer.from(data).toString('base64'));
      const read = new Uint8Array(data.length);
      expect(readBase64ByTable(text, 0, read)).to.equal(true);
      expect(read).to.deep.equal(data);
    });
    // Shrinking a failure of hundreds of bytes takes minutes and explains nothing.
    fc.assert(property, { seed, endOnFailure: true });
  });

  it(`agrees with Buffer's way on what is valid (SEED=${seed})`, () => {
    const characters = fc.string({ unit: fc.constantFrom(...Array.from('AZaz09+/=-_ *')), minLength: 1, maxLength: 8 });
    const property = fc.property(characters, (end) => {
      const short = readBase64(bytesOf(end), 0, end.length);
      const long = readBase64(bytesOf(longPrefix + end), 0, longPrefix.length + end.length);
      expect(long?.subarray((longPrefix.length / 4) * 3)).to.deep.equal(short);
    });
    fc.assert(property, { seed, numRuns: 5_000 });
  });

  it('is taken for all lengths where there is no Buffer', async () => {
    const kept = Object.getOwnPropertyDescriptor(globalThis, 'Buffer')!;
    const withoutBuffer = '../../../../src/wire/plain/base64.js?without-buffer';
    Reflect.deleteProperty(globalThis, 'Buffer');
    const portable = await (
      import(withoutBuffer) as Promise<typeof import('../../../../src/wire/plain/base64.js')>
    ).finally(() => Object.defineProperty(globalThis, 'Buffer', kept));
    expect(portable.encodeBase64).to.not.equal(encodeBase64);
    for (const length of lengths) {
      expect(portable.encodeBase64(sample(length))).to.equal(encodeBase64(sample(length)));
      expect(portable.decodeBase64(encodeBase64(sample(length)))).to.deep.equal(sample(length));
    }
    expect(portable.decodeBase64(`${longPrefix}YW_-`)).to.equal(undefined);
  });
});
