import { expect } from 'chai';
import type { Codec } from '../../../src/values/codec.js';
import { closePair, createPair, type PairOptions } from '../../support/pair.js';
import { failureOf, readAll } from '../../support/read.js';

/** What a consumer reads of a producer that yields this one value. */
async function carry(value: unknown, options: PairOptions = {}): Promise<unknown> {
  const pair = createPair(options);
  pair.producer.handle('values', () => [value]);
  try {
    const [came] = await readAll(pair.consumer.openStream('values').objects());
    return came;
  } finally {
    await closePair(pair);
  }
}

const plain: PairOptions = { consumer: { offerExtension: false } };

const rich: readonly (readonly [name: string, value: unknown])[] = [
  ['a Date', { value: new Date(1_700_000_000_000) }],
  ['a Map', { value: new Map([['a', 1]]) }],
  ['a Set', { value: new Set(['a']) }],
  ['a BigInt', { value: 12345678901234567890n }],
  ['undefined', { value: undefined }],
  ['a URL', { value: new URL('https://example.org/') }],
  ['a typed array', { value: Float64Array.of(0.5, -1) }],
  ['bytes within a value', { value: Uint8Array.of(0, 255) }],
  ['a number that JSON has not', { value: [NaN, -Infinity] }],
];

describe('Records as objects, between peers that both know superjson', () => {
  for (const [name, value] of rich) {
    it(`carries ${name} as what it was`, async () => {
      expect(await carry(value)).to.deep.equal(value);
    });
  }

  it('carries plain JSON as plain JSON', async () => {
    expect(await carry({ a: [1, 'two', null, { b: true }] })).to.deep.equal({ a: [1, 'two', null, { b: true }] });
  });
});

describe('Records as objects, towards a peer without the extension', () => {
  it('carries plain JSON', async () => {
    expect(await carry({ a: [1, 'two', null] }, plain)).to.deep.equal({ a: [1, 'two', null] });
  });

  it('carries a Date as the text that it gives itself', async () => {
    expect(await carry({ at: new Date(0) }, plain)).to.deep.equal({ at: '1970-01-01T00:00:00.000Z' });
  });

  for (const [name, value] of rich.filter(([each]) => !['a Date', 'undefined', 'a URL'].includes(each))) {
    it(`refuses ${name}: the stream closes with 5000 and says why`, async () => {
      const error = await failureOf(carry(value, plain));
      expect(error).to.include({ name: 'CloseError', code: 5000 });
      expect(error)
        .to.have.property('text')
        .that.matches(/^the value is not JSON: expected values that JSON can carry/);
    });
  }

  it('throws the refusal into the generator, which may yield something else', async () => {
    const pair = createPair(plain);
    pair.producer.handle('values', function* () {
      try {
        yield new Map([['a', 1]]);
      } catch {
        yield { a: 1 };
      }
    });
    expect(await readAll(pair.consumer.openStream('values').objects())).to.deep.equal([{ a: 1 }]);
    await closePair(pair);
  });
});

describe('Records as objects, with a codec of the application', () => {
  const codec: Codec = {
    encode: (value) => new TextEncoder().encode(`<${String(value)}>`),
    decode: (data) => new TextDecoder().decode(data).slice(1, -1),
  };

  it('are encoded and decoded with it, and so is the body of the request', async () => {
    const pair = createPair({ consumer: { codec }, producer: { codec } });
    pair.producer.handle('values', (request) => [{ toString: () => `echo ${request.object<string>()}` }]);
    const stream = pair.consumer.openStream('values', { toString: () => 'body' });
    expect(await readAll(stream.objects())).to.deep.equal(['echo body']);
    await closePair(pair);
  });

  it('are not what the codec reads where only the producer has one', async () => {
    const pair = createPair({ producer: { codec } });
    pair.producer.handle('values', () => [42]);
    const values = pair.consumer.openStream('values').objects();
    expect(await failureOf(readAll(values))).to.include({ name: 'StreamError', code: 'notDecodable' });
    await closePair(pair);
  });
});
