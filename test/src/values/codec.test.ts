import { expect } from 'chai';
import fc from 'fast-check';
import { isDeepStrictEqual } from 'node:util';
import { decodeValue, encodeValue, type Codec } from '../../../src/values/codec.js';
import { StreamError } from '../../../src/errors.js';
import { seed } from '../../support/seed.js';

const textOf = (data: Uint8Array) => new TextDecoder().decode(data);
const bytesOf = (text: string) => new TextEncoder().encode(text);

function refusalOf(run: () => unknown): StreamError {
  try {
    run();
  } catch (error) {
    if (error instanceof StreamError) return error;
    throw error;
  }
  throw new Error('expected a refusal');
}

/** What JSON, and superjson with it, would turn into another value or into nothing. */
const changed: readonly (readonly [what: string, value: unknown])[] = [
  ['an invalid Date', new Date(NaN)],
  // eslint-disable-next-line no-sparse-arrays -- what is tested
  ['a list with a hole', [1, , 3]],
  // eslint-disable-next-line no-sparse-arrays -- what is tested
  ['a list with a hole at its end', [1, ,]],
  ['a list of holes', new Array(2)],
  ['a promise', Promise.resolve(1)],
  ['a WeakMap', new WeakMap()],
  ['a WeakSet', new WeakSet()],
  ['URLSearchParams', new URLSearchParams('a=b')],
  [
    'an instance without fields',
    new (class Secret {
      #value = 1;
      get value() {
        return this.#value;
      }
    })(),
  ],
  ['a boxed number', Object(1)],
];

describe('encodeValue and decodeValue, between peers that read superjson', () => {
  const values: readonly (readonly [name: string, value: unknown])[] = [
    ['an object', { name: 'a', list: [1, 'two', null, true] }],
    ['a Date', { at: new Date(1_700_000_000_000) }],
    ['a Map', new Map([['key', new Set([1, 2])]])],
    ['a Set', new Set(['a', 'b'])],
    ['a BigInt', { big: 12345678901234567890n }],
    ['undefined', undefined],
    ['undefined in an object and in a list', { gone: undefined, list: [1, undefined] }],
    ['a URL', { url: new URL('https://example.org/a?b=c') }],
    ['a RegExp', /a+b/gi],
    ['NaN', [NaN, Infinity, -Infinity]],
    ['a Uint8Array in an object', { bytes: Uint8Array.of(0, 127, 255) }],
    ['a Float64Array', Float64Array.of(0.5, -1)],
    ['an Int32Array', Int32Array.of(-1, 2 ** 31 - 1)],
    ['text that HTML escapes', '<b>&"\u2028'],
    ['an object with the key __proto__ in its text', JSON.parse('{"list":["__proto__","constructor"]}')],
  ];
  for (const [name, value] of values) {
    it(`carry ${name} as what it is`, () => {
      expect(decodeValue(encodeValue(value, undefined, true), undefined)).to.deep.equal(value);
    });
  }

  it('carry the kind of a Date, not its text', () => {
    const decoded = decodeValue(encodeValue(new Date(0), undefined, true), undefined);
    expect(decoded).to.be.instanceOf(Date);
  });

  it('write plain JSON as the data, and annotations only where plain JSON does not say it all', () => {
    const plain = encodeValue({ a: 1 }, undefined, true);
    expect(textOf(plain.data)).to.equal('{"a":1}');
    expect(plain).not.to.have.property('superjson');
    const annotated = encodeValue({ at: new Date(0) }, undefined, true);
    expect(textOf(annotated.data)).to.equal('{"at":"1970-01-01T00:00:00.000Z"}');
    expect(annotated.superjson).to.deep.equal({ values: { at: ['Date'] }, v: 1 });
  });

  const bits = Uint8Array.of(0, 0, 0, 0, 0, 0, 0xf8, 0x7f, 0, 0, 0, 0, 0, 0, 0, 0x80, 1, 2, 3, 4, 5, 6, 7, 8).buffer;
  const binary: readonly (ArrayBuffer | ArrayBufferView)[] = [
    Buffer.from('bytes'),
    new Int8Array(bits),
    new Uint8Array(bits, 3, 5),
    new Uint8ClampedArray(bits),
    new Int16Array(bits),
    new Uint16Array(bits),
    new Int32Array(bits),
    new Uint32Array(bits),
    new Float32Array([NaN, Infinity, -Infinity, -0, 0.1]),
    new Float64Array([NaN, Infinity, -Infinity, -0, 0.1]),
    new BigInt64Array(bits),
    new BigUint64Array(bits, 8),
    new DataView(bits, 4, 9),
    bits,
    new Uint8Array(),
  ];
  for (const value of binary) {
    it(`carry a ${value.constructor.name} of ${value.byteLength} bytes as what it is, at any depth`, () => {
      const held = { list: [value], map: new Map([['key', { value }]]) };
      const came = decodeValue(encodeValue(held, undefined, true), undefined) as typeof held;
      expect(Object.getPrototypeOf(came.list[0])).to.equal(Object.getPrototypeOf(value));
      expect(isDeepStrictEqual(came, held)).to.equal(true);
      expect(came.list[0]).to.equal(came.map.get('key')?.value);
    });
  }

  it('write binary data as their type and base64, for readers without superjson', () => {
    expect(textOf(encodeValue({ bytes: Uint8Array.of(1, 2, 3) }, undefined, true).data)).to.equal(
      '{"bytes":{"type":"Uint8Array","base64":"AQID"}}',
    );
  });

  for (const json of ['null', '"AQID"', '{"type":"Array","base64":""}', '{"type":"Int32Array","base64":"AQID"}']) {
    it(`refuse ${json} as binary data`, () => {
      const record = { data: bytesOf(json), superjson: { values: [['custom', 'binary']], v: 1 } };
      expect(refusalOf(() => decodeValue(record, undefined)).code).to.equal('notDecodable');
    });
  }

  it('carry one object in two places as one, and an object that holds itself', () => {
    const shared = { at: new Date(0) };
    const value: Record<string, unknown> = { first: shared, second: shared };
    value['self'] = value;
    const came = decodeValue(encodeValue(value, undefined, true), undefined) as typeof value;
    expect(came['first']).to.deep.equal(shared);
    expect(came['second']).to.equal(came['first']);
    expect(came['self']).to.equal(came);
  });

  it('carry an object that is an element of a set, a key of a map and held elsewhere as one', () => {
    const [a, b] = [{ a: new Date(0) }, { b: 1n }];
    const value = { a, set: new Set([a, b, { c: NaN }]), map: new Map<unknown, unknown>([[b, a]]), list: [b, NaN] };
    const came = decodeValue(encodeValue(value, undefined, true), undefined) as typeof value;
    expect(isDeepStrictEqual(came, value)).to.equal(true);
    expect(came.map.values().next().value).to.equal(came.a);
    expect([...came.set].slice(0, 2)).to.deep.equal([came.a, came.list[0]]);
    expect(came.set.has(came.a)).to.equal(true);
    expect(came.map.has(came.list[0])).to.equal(true);
  });

  it('carry a value with toJSON as what that gives, and an instance as the object of its fields', () => {
    class Point {
      x = 1;
      tags = new Set([new Date(0)]);
    }
    const value = { own: { toJSON: () => 'text' }, point: new Point(), empty: Object.create(null) as object };
    expect(decodeValue(encodeValue(value, undefined, true), undefined)).to.deep.equal({
      own: 'text',
      point: { x: 1, tags: new Set([new Date(0)]) },
      empty: {},
    });
  });

  it(`carry whatever is made of the values that they know as what it was (SEED=${seed})`, () => {
    // One name in a path is not told from another where superjson writes paths, so that odd names matter.
    const name = fc
      .oneof(fc.string({ maxLength: 4 }), fc.constantFrom('a.b', 'a\\.b', '\\', '.', '', '0', 'values'))
      .filter((text) => !['__proto__', 'constructor', 'prototype'].includes(text));
    const bytes = fc.uint8Array({ maxLength: 16 });
    const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
      tree: fc.oneof(
        { maxDepth: 4, withCrossShrink: true },
        fc.oneof(
          fc.string({ unit: 'binary', maxLength: 6 }),
          fc.double(),
          fc.integer(),
          fc.boolean(),
          fc.constantFrom(null, undefined, -0, NaN, Infinity),
          fc.bigInt(),
          fc.date({ noInvalidDate: true }),
          fc.webUrl().map((text) => new URL(text)),
          bytes,
          bytes.map((each) => Buffer.from(each)),
          bytes.map((each) => each.slice().buffer),
          bytes.map((each) => new DataView(each.slice().buffer)),
          fc.float64Array({ maxLength: 4 }),
          fc.float32Array({ maxLength: 4 }),
          fc.bigInt64Array({ maxLength: 4 }),
          fc.bigUint64Array({ maxLength: 4 }),
        ),
        fc.array(tie('tree'), { maxLength: 4 }),
        fc.dictionary(name, tie('tree'), { maxKeys: 4, noNullPrototype: true }),
        fc.array(fc.tuple(tie('tree'), tie('tree')), { maxLength: 3 }).map((entries) => new Map(entries)),
        fc.array(tie('tree'), { maxLength: 3 }).map((elements) => new Set(elements)),
      ),
    }));
    fc.assert(
      fc.property(tree, (value) => {
        const { data, superjson } = encodeValue(value, undefined, true);
        // What stands beside the data travels as JSON too.
        const meta = superjson === undefined ? {} : { superjson: JSON.parse(JSON.stringify(superjson)) as unknown };
        return isDeepStrictEqual(decodeValue({ data, ...meta }, undefined), value);
      }),
      { seed, numRuns: 500 },
    );
  });

  for (const [what, value] of changed) {
    it(`refuse ${what}`, () => {
      expect(refusalOf(() => encodeValue({ list: [value] }, undefined, true)).code).to.equal('notEncodable');
    });
  }

  it('refuse a function even so', () => {
    expect(refusalOf(() => encodeValue({ run: () => 1 }, undefined, true)).code).to.equal('notEncodable');
  });

  it('refuse a Symbol even so', () => {
    expect(refusalOf(() => encodeValue({ symbol: Symbol('a') }, undefined, true)).code).to.equal('notEncodable');
  });
});

describe('encodeValue, towards a plain peer', () => {
  it('writes JSON with the escapes of Go', () => {
    expect(textOf(encodeValue({ html: '<b>&' }, undefined, false).data)).to.equal('{"html":"\\u003cb\\u003e\\u0026"}');
  });

  const refused: readonly (readonly [name: string, value: unknown, message: string])[] = [
    ['undefined', undefined, 'came undefined'],
    ['a Map', new Map(), 'came a Map'],
    ['a Set in an object', { tags: new Set() }, 'came a Set at "tags"'],
    ['a BigInt', { big: 1n }, 'came a bigint at "big"'],
    ['a RegExp', /a/, 'came a RegExp'],
    ['NaN', { ratio: NaN }, 'came NaN at "ratio"'],
    ['Infinity', Infinity, 'came Infinity'],
    ['a typed array', { bytes: Uint8Array.of(1) }, 'came a Uint8Array at "bytes"'],
    ['a function', { run: () => 1 }, 'came a function at "run"'],
    ['an Error', new Error('a'), 'came a Error'],
    ['undefined in a list', { list: [undefined] }, 'came undefined in a list at "0"'],
    [
      'a map within an instance of a class',
      {
        holder: new (class Holder {
          readonly map = new Map();
        })(),
      },
      'came a Map at "map"',
    ],
    ...changed.map(([what, each]) => [what, { each }, 'expected values that JSON can carry, came a'] as const),
  ];
  for (const [name, value, message] of refused) {
    it(`refuses ${name}, which JSON would change in silence`, () => {
      const error = refusalOf(() => encodeValue(value, undefined, false));
      expect(error.code).to.equal('notEncodable');
      expect(error.message).to.include(message);
    });
  }

  it('refuses a value that contains itself', () => {
    const cycle: Record<string, unknown> = {};
    cycle['self'] = cycle;
    expect(refusalOf(() => encodeValue(cycle, undefined, false)).code).to.equal('notEncodable');
  });

  it('leaves out a field that is undefined, and writes -0 as 0, as JSON does', () => {
    expect(textOf(encodeValue({ gone: undefined, zero: -0 }, undefined, false).data)).to.equal('{"zero":0}');
  });

  it('takes a value at the word of its own toJSON, as a Date gives its text', () => {
    expect(textOf(encodeValue({ at: new Date(0) }, undefined, false).data)).to.equal(
      '{"at":"1970-01-01T00:00:00.000Z"}',
    );
  });
});

describe('decodeValue', () => {
  for (const [name, data] of [
    ['what is not JSON', bytesOf('{')],
    ['an empty record', new Uint8Array()],
    ['bytes that are not UTF-8', Uint8Array.of(0x22, 0xff, 0x22)],
  ] as const) {
    it(`refuses ${name}`, () => {
      expect(refusalOf(() => decodeValue({ data }, undefined)).code).to.equal('notDecodable');
    });
  }

  const annotations: readonly unknown[] = [
    'Date',
    42,
    { values: 'Date' },
    { values: ['bigint'] },
    { values: { a: ['URL'] } },
    { values: { 'a.b.c': ['Date'] } },
    { values: { '__proto__.polluted': ['Date'] } },
    { values: { 'constructor.prototype.polluted': ['Date'] } },
    { referentialEqualities: { a: ['__proto__.polluted'] } },
    { referentialEqualities: ['a'] },
    { values: [['class', 'Missing']] },
  ];
  for (const superjson of annotations) {
    it(`gives a value or refuses, and touches no prototype, for the annotations ${JSON.stringify(superjson)}`, () => {
      try {
        decodeValue({ data: bytesOf('{"a":"x"}'), superjson }, undefined);
      } catch (error) {
        expect(error).to.be.instanceOf(StreamError).with.property('code', 'notDecodable');
      }
      expect({}).not.to.have.property('polluted');
    });
  }
});

describe('a codec of the application', () => {
  const reversed: Codec = {
    encode: (value) => bytesOf(String(value)).reverse(),
    decode: (data) => textOf(data.slice().reverse()),
  };

  it('encodes and decodes, with no annotations beside it', () => {
    const encoded = encodeValue('abc', reversed, true);
    expect(textOf(encoded.data)).to.equal('cba');
    expect(encoded).not.to.have.property('superjson');
    expect(decodeValue(encoded, reversed)).to.equal('abc');
  });

  it('is told by a StreamError with its own error as the cause where it throws', () => {
    const cause = new Error('no');
    const broken: Codec = {
      encode: () => {
        throw cause;
      },
      decode: () => {
        throw cause;
      },
    };
    expect(refusalOf(() => encodeValue(1, broken, true))).to.include({ code: 'notEncodable', cause });
    expect(refusalOf(() => decodeValue({ data: new Uint8Array() }, broken))).to.include({
      code: 'notDecodable',
      cause,
    });
  });

  it('must give bytes', () => {
    const text = { encode: () => 'text' as unknown as Uint8Array, decode: () => undefined };
    expect(refusalOf(() => encodeValue(1, text, true)).message).to.equal(
      'codec.encode: expected a Uint8Array, came string',
    );
  });
});
