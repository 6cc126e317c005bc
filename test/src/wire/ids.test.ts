import { expect } from 'chai';
import { newConsumerToken, newStreamId } from '../../../src/wire/ids.js';
import { consumerIdOf, isConsumerId, isStreamId } from '../../../src/wire/subjects.js';

/** A source that hands out the given bytes, then zeros. */
const bytesThenZeros = (...bytes: readonly number[]) => {
  const left = [...bytes];
  return (length: number) => Uint8Array.from({ length }, () => left.shift() ?? 0);
};

describe('ids', () => {
  it('are 22 base-62 characters for a consumer', () => {
    expect(newConsumerToken()).to.match(/^[0-9A-Za-z]{22}$/);
    expect(isConsumerId(consumerIdOf(newConsumerToken()))).to.equal(true);
  });

  it('are 8 base-62 characters for a stream', () => {
    expect(newStreamId()).to.match(/^[0-9A-Za-z]{8}$/);
    expect(isStreamId(newStreamId())).to.equal(true);
  });

  it('do not repeat while the pool of random bytes is refilled', () => {
    expect(new Set(Array.from({ length: 10_000 }, () => newStreamId())).size).to.equal(10_000);
    expect(new Set(Array.from({ length: 1_000 }, () => newConsumerToken())).size).to.equal(1_000);
  });

  it('spell each byte below 248 as one of 62 characters, four bytes each', () => {
    const counts = new Map<string, number>();
    for (let byte = 0; byte < 248; byte += 1) {
      const character = newStreamId(bytesThenZeros(byte)).charAt(0);
      counts.set(character, (counts.get(character) ?? 0) + 1);
    }
    expect(counts.size).to.equal(62);
    expect(new Set(counts.values())).to.deep.equal(new Set([4]));
  });

  it('draw the bytes from 248 on again', () => {
    expect(newStreamId(bytesThenZeros(248, 249, 250, 251, 252, 253, 254, 255, 1, 2))).to.equal('12000000');
  });

  it('are the same for the same bytes', () => {
    const bytes = Array.from({ length: 40 }, (_, index) => index * 6);
    expect(newConsumerToken(bytesThenZeros(...bytes))).to.equal(newConsumerToken(bytesThenZeros(...bytes)));
  });

  for (const [name, source, message] of [
    ['too few bytes', () => new Uint8Array(3), 'expected 8 bytes, came 3'],
    ['too many bytes', () => new Uint8Array(9), 'expected 8 bytes, came 9'],
    ['nothing usable', (length: number) => new Uint8Array(length).fill(255), 'in 100 draws'],
  ] as const) {
    it(`refuse a source of ${name}`, () => {
      expect(() => newStreamId(source)).to.throw(RangeError, message);
    });
  }
});
