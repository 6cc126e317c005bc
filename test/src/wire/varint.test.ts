import { expect } from 'chai';
import fc from 'fast-check';
import { VarintReader, varintLength, writeVarint } from '../../../src/wire/varint.js';
import { seed } from '../../support/seed.js';

function written(value: number): Uint8Array {
  const bytes = new Uint8Array(varintLength(value));
  expect(writeVarint(value, bytes, 0)).to.equal(bytes.length);
  return bytes;
}

describe('varint', () => {
  const golden: readonly (readonly [value: number, hex: string])[] = [
    [0, '00'],
    [1, '01'],
    [127, '7f'],
    [128, '8001'],
    [300, 'ac02'],
    [16_383, 'ff7f'],
    [16_384, '808001'],
    [2 ** 32, '8080808010'],
    [Number.MAX_SAFE_INTEGER, 'ffffffffffffff0f'],
  ];
  for (const [value, hex] of golden) {
    it(`writes ${value} as ${hex}, as Protocol Buffers do, and reads it back`, () => {
      expect(Buffer.from(written(value)).toString('hex')).to.equal(hex);
      expect(new VarintReader(Buffer.from(hex, 'hex'), 0).read()).to.equal(value);
    });
  }

  it(`reads back what it writes, one number after the other (seed ${seed})`, () => {
    const numbers = fc.array(fc.maxSafeNat(), { minLength: 1 });
    fc.assert(
      fc.property(numbers, (values) => {
        const bytes = new Uint8Array(values.reduce((sum, value) => sum + varintLength(value), 3));
        let at = 3;
        for (const value of values) at = writeVarint(value, bytes, at);
        const reader = new VarintReader(bytes, 3);
        expect(values.map(() => reader.read())).to.deep.equal(values);
        expect([at, reader.offset]).to.deep.equal([bytes.length, bytes.length]);
        expect(reader.read()).to.equal(undefined);
      }),
      { seed },
    );
  });

  for (const [what, hex] of [
    ['nothing', ''],
    ['a number that is cut off', '80'],
    ['a longer one that is cut off', 'ffffff'],
    ['54 bits', 'ffffffffffffff1f'],
    ['64 bits', 'ffffffffffffffffff01'],
    ['a number without end', 'ffffffffffffffffffffffffff'],
  ] as const) {
    it(`gives undefined for ${what}`, () => {
      expect(new VarintReader(Buffer.from(hex, 'hex'), 0).read()).to.equal(undefined);
    });
  }
});
