import { expect } from 'chai';
import fc from 'fast-check';
import { decodeValue, encodeBody, encodeValue } from '../../../src/values/codec.js';
import { stringifyGoJson } from '../../../src/wire/index.js';
import { carried, onTheWire, refusalOf } from '../../support/values.js';
import { seed } from '../../support/seed.js';

const textOf = (data: Uint8Array) => new TextDecoder().decode(data);
const withProto = (text: string): unknown => JSON.parse(text.replaceAll('PROTO', '__proto__'));

/** Other people's JSON, with names that prototypes have. */
const foreign: readonly unknown[] = [
  { driver: 'a', constructor: 'x' },
  { prototype: { a: 1 }, constructor: { prototype: { polluted: true } } },
  withProto('{"PROTO":{"polluted":true},"a":1}'),
  withProto('{"a":{"PROTO":null,"b":[{"PROTO":"x"}]}}'),
  { hasOwnProperty: 1, toString: 'x', valueOf: null, length: 7 },
];

describe('Data with names that prototypes have', () => {
  for (const [index, value] of foreign.entries()) {
    const text = JSON.stringify(value);
    for (const peerReadsSuperjson of [true, false]) {
      it(`arrive as what they were ${peerReadsSuperjson ? 'with' : 'without'} superjson: ${text}`, () => {
        const encoded = encodeValue(value, undefined, peerReadsSuperjson);
        expect(textOf(encoded.data)).to.equal(text);
        const came = decodeValue(onTheWire(encoded), undefined);
        expect(JSON.stringify(came)).to.equal(text);
        expect({}).not.to.have.property('polluted');
      });
    }

    it(`arrive so beside what JSON has not, within maps, sets and errors (${index})`, () => {
      const at = new Date(0);
      const error = Object.assign(new Error('a'), { value });
      const nested = { map: new Map<unknown, unknown>([[value, at]]), set: new Set([value, at]), error, value };
      const came = carried(nested);
      const [key] = came.map.keys();
      expect(key).to.equal(came.value);
      expect(came.set.has(came.value)).to.equal(true);
      expect(came.error.value).to.equal(came.value);
      expect(JSON.stringify(came.value)).to.equal(text);
    });
  }

  it('hold what JSON has not under such names', () => {
    const value = withProto('{"PROTO":null,"constructor":null,"prototype":null}') as Record<string, unknown>;
    for (const name of Object.keys(value)) {
      Object.defineProperty(value, name, { value: { [name]: new Map([[name, new Date(0)]]) }, enumerable: true });
    }
    const came = carried(value);
    expect(Object.keys(came)).to.deep.equal(['__proto__', 'constructor', 'prototype']);
    expect(Object.getPrototypeOf(came)).to.equal(Object.prototype);
    for (const name of Object.keys(came)) {
      const inner = Object.getOwnPropertyDescriptor(came, name)?.value as Record<string, Map<string, Date>>;
      expect(inner[name]?.get(name)).to.deep.equal(new Date(0));
    }
  });

  it(`are any JSON, of any names (SEED=${seed})`, () => {
    const name = fc.oneof(fc.string({ maxLength: 3 }), fc.constantFrom('__proto__', 'constructor', 'prototype', 'a.b'));
    const { json } = fc.letrec<{ json: string }>((tie) => ({
      json: fc.oneof(
        { maxDepth: 4 },
        fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null)).map((value) => JSON.stringify(value)),
        fc.array(tie('json'), { maxLength: 3 }).map((members) => `[${members.join(',')}]`),
        fc
          .uniqueArray(fc.tuple(name, tie('json')), { maxLength: 3, selector: ([each]) => each })
          .map((fields) => `{${fields.map(([each, value]) => `${JSON.stringify(each)}:${value}`).join(',')}}`),
      ),
    }));
    fc.assert(
      fc.property(json, (text) => {
        const value: unknown = JSON.parse(text);
        const came = carried([value, new Date(0)]);
        return JSON.stringify(came[0]) === JSON.stringify(value);
      }),
      { seed, numRuns: 500 },
    );
  });
});

describe('The depth of values', () => {
  const listOf = (depth: number) => JSON.parse('['.repeat(depth) + ']'.repeat(depth)) as unknown;
  const chainOf = (depth: number, end: unknown) => {
    let value = end;
    for (let level = 0; level < depth; level += 1) value = { next: value };
    return value;
  };
  const deep: readonly (readonly [what: string, make: (depth: number) => unknown])[] = [
    ['lists', listOf],
    ['objects around a date', (depth) => chainOf(depth, new Date(0))],
    ['sets', (depth) => ((value) => value)(nested(depth, (inner) => new Set([inner])))],
    ['errors', (depth) => nested(depth, (inner) => new Error('a', { cause: inner }))],
  ];
  for (const [what, make] of deep) {
    it(`is up to 1,000, for ${what}`, () => {
      expect(() => carried(make(1_000))).not.to.throw();
    });

    it(`is refused beyond with the depth and its limit, for ${what}`, () => {
      for (const depth of [1_001, 5_000, 50_000]) {
        const error = refusalOf(() => encodeValue(make(depth), undefined, true));
        expect(error.code).to.equal('notEncodable');
        expect(error.message).to.match(/nested to a depth of at most 1000, came a depth of 1001/);
      }
    });
  }

  it('is counted twice for a map, whose rows are lists', () => {
    const mapsOf = (depth: number) => nested(depth, (inner) => new Map([['a', inner]]));
    expect(() => carried(mapsOf(500))).not.to.throw();
    expect(refusalOf(() => encodeValue(mapsOf(501), undefined, true)).code).to.equal('notEncodable');
  });

  it('is the same limit towards a plain peer, and in a request', () => {
    for (const encode of [encodeBody, encodeValue]) {
      for (const isAnnotated of [true, false]) {
        expect(() => encode(listOf(1_000), undefined, isAnnotated)).not.to.throw();
        for (const depth of [1_001, 5_000]) {
          const error = refusalOf(() => encode(chainOf(depth, null), undefined, isAnnotated));
          expect(error.code).to.equal('notEncodable');
          expect(error.message).to.match(/at most 1000, came a depth of 1001/);
        }
      }
    }
  });

  it('is no matter for objects that a shorter path leads to', () => {
    const nodes = Array.from({ length: 3_000 }, (_, n): Record<string, unknown> => ({ n }));
    nodes.forEach((node, n) => (node['next'] = nodes[n + 1] ?? null));
    const came = carried(nodes);
    expect(came[1_500]?.['next']).to.equal(came[1_501]);
  });

  for (const depth of [1_001, 5_000, 100_000]) {
    it(`is refused with the depth and its limit in a record of ${depth} levels`, () => {
      for (const text of [
        `${'['.repeat(depth)}${']'.repeat(depth)}`,
        `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`,
      ]) {
        for (const superjson of [undefined, { values: { a: ['undefined'] }, v: 1 }]) {
          const data = new TextEncoder().encode(text);
          const error = refusalOf(() => decodeValue({ data, superjson }, undefined));
          expect(error.code).to.equal('notDecodable');
          expect(error.message).to.include(`at most 1000, came a depth of ${depth}`);
        }
      }
    });
  }

  it('is not what a text seems to have', () => {
    const value = [`${'['.repeat(3_000)}"\\`, { '{"': '\\"[[' }, Array.from({ length: 2_000 }, () => [{}])];
    expect(carried(value)).to.deep.equal(value);
  });

  function nested(depth: number, around: (inner: unknown) => unknown): unknown {
    let value: unknown = 'end';
    for (let level = 0; level < depth; level += 1) value = around(value);
    return value;
  }
});

describe('A Buffer', () => {
  it('arrives as bytes wherever it stands', () => {
    class Holder {
      constructor(readonly bytes: Uint8Array) {}
    }
    const bytes = Buffer.from('bytes');
    const value = {
      field: bytes,
      list: [Buffer.from(bytes)],
      map: new Map<unknown, unknown>([[Buffer.from('key'), Buffer.from('value')]]),
      set: new Set([Buffer.from('element')]),
      holder: new Holder(Buffer.from('held')),
      error: Object.assign(new Error('a'), { body: Buffer.from('of an error') }),
      given: { toJSON: () => ({ bytes: Buffer.from('given') }) },
    };
    const came = carried(value) as typeof value & { given: { bytes: unknown } };
    const [[key, held] = []] = came.map;
    const [element] = came.set;
    const all = [came.field, came.list[0], key, held, element, came.holder.bytes, came.error.body, came.given.bytes];
    expect(all.every((each) => each instanceof Uint8Array)).to.equal(true);
    expect(all.map((each) => textOf(each as Uint8Array))).to.deep.equal([
      'bytes',
      'bytes',
      'key',
      'value',
      'element',
      'held',
      'of an error',
      'given',
    ]);
  });

  it('is refused where there are no annotations, as other bytes are', () => {
    for (const value of [{ bytes: Buffer.of(1) }, [Buffer.of(1)], Buffer.of(1)]) {
      expect(refusalOf(() => encodeValue(value, undefined, false)).message).to.include('came a Buffer');
    }
  });
});

describe('Values with fields that nobody would see', () => {
  const values: readonly (readonly [what: string, value: object])[] = [
    ['a Map', new Map()],
    ['a Set', new Set()],
    ['a Date', new Date(0)],
    ['a URL', new URL('http://a/')],
    ['a RegExp', /a/],
  ];
  for (const [what, value] of values) {
    it(`are refused: ${what} with a field of its own`, () => {
      const error = refusalOf(() => encodeValue({ value: Object.assign(value, { more: 1 }) }, undefined, true));
      expect(error.message).to.include(`${what} with fields of its own`);
    });
  }

  it('are refused: members of sets and keys of maps that toJSON makes equal', () => {
    const twins = ['x', 'x'].map((name) => ({ toJSON: () => name }));
    for (const value of [new Set(twins), new Set([twins[0], 'x']), new Map(twins.map((twin) => [twin, 1]))]) {
      expect(refusalOf(() => encodeValue(value, undefined, true)).message).to.include('toJSON makes equal');
    }
    expect(carried(new Set([twins[0], 'y']))).to.deep.equal(new Set(['x', 'y']));
  });
});

describe('The body of a request', () => {
  it(`is what JSON.stringify makes of a value, wherever that makes sense of it (SEED=${seed})`, () => {
    class Point {
      constructor(
        readonly x: number,
        readonly at: Date,
      ) {}
    }
    const { value } = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.oneof(
          fc.string(),
          fc.integer(),
          fc.constantFrom(null, true, -0),
          fc.date({ noInvalidDate: true }),
          fc.webUrl().map((text) => new URL(text)),
          fc.date({ noInvalidDate: true }).map((at) => new Point(1, at)),
          fc.string().map((text) => ({ toJSON: () => text })),
        ),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(fc.string({ maxLength: 3 }), fc.option(tie('value'), { nil: undefined }), { maxKeys: 4 }),
        tie('value').map((shared) => [shared, { shared }]),
      ),
    }));
    fc.assert(
      fc.property(value, (each) => textOf(encodeBody(each, undefined, true).data) === stringifyGoJson(each)),
      { seed, numRuns: 500 },
    );
  });
});
