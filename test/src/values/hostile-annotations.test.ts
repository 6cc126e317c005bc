import { expect } from 'chai';
import { decodeValue, encodeValue } from '../../../src/values/codec.js';
import { createRandom } from '../../../src/testing/doubles/random.js';
import { seed } from '../../support/seed.js';
import { onTheWire, refusalOf } from '../../support/values.js';

const bytesOf = (text: string) => new TextEncoder().encode(text);

/** Reads a record of a stranger's. */
const read = (json: string, annotations: unknown) =>
  decodeValue({ data: bytesOf(json), superjson: annotations }, undefined);

const typed = (...type: unknown[]) => ({ values: type, v: 1 });

/** Annotations that are never written, whatever superjson would make of them. */
const neverWritten: readonly (readonly [what: string, json: string, annotations: unknown])[] = [
  ...['Int8Array', 'Uint8Array', 'Uint8ClampedArray', 'Int16Array', 'Float32Array', 'Float64Array'].map(
    (name) => [`a ${name} by its length`, '900000000', typed(['typed-array', name])] as const,
  ),
  ['a typed array of a list', '[1,2]', typed(['typed-array', 'Uint8Array'])],
  ['a typed array of an object with a length', '{"length":900000000}', typed(['typed-array', 'Uint8Array'])],
  ['a class', '{}', typed(['class', 'Object'])],
  ['a symbol', '"a"', typed(['symbol', 'a'])],
  ['another custom type', '{}', typed(['custom', 'unfit'])],
  ['a custom type of three', '{"type":"Uint8Array","base64":""}', typed(['custom', 'binary', 'more'])],
  ['a type that is no name', '1', typed(7)],
  ['a type with more than what it holds', '[]', typed('set', {}, {})],
  ['a bigint of too many digits', `"${'9'.repeat(20_000)}"`, typed('bigint')],
  ['a bigint in hexadecimal digits', '"0xff"', typed('bigint')],
  ['a bigint of a number', '1', typed('bigint')],
  ['a bigint of white space', '" 1 "', typed('bigint')],
  ['a bigint of a truth', 'true', typed('bigint')],
  ['a Date of a number', '8640000000000000', typed('Date')],
  ['a Date of a list', '["2020"]', typed('Date')],
  ['a Date in words', '"Tue Mar 01 2022"', typed('Date')],
  ['a Date that is none', '"2022-13-01T00:00:00.000Z"', typed('Date')],
  ['a number of other text', '"1e999"', typed('number')],
  ['a number of a list', '[5]', typed('number')],
  ['undefined of something', '1', typed('undefined')],
  ['a regular expression of a list', '["/a/"]', typed('regexp')],
  ['a regular expression without slashes', '"a"', typed('regexp')],
  ['a regular expression of unknown flags', '"/a/xyz"', typed('regexp')],
  ['a long regular expression', JSON.stringify(`/[${'\\p{L}'.repeat(5_000)}]/u`), typed('regexp')],
  [
    'many regular expressions',
    JSON.stringify(Array(10).fill(`/[${'\\p{L}'.repeat(390)}]/u`)),
    { values: Object.fromEntries(Array.from({ length: 10 }, (_, index) => [index, ['regexp']])), v: 1 },
  ],
  ['a URL with a host of too many characters', `"http://xn--${'a9'.repeat(50_000)}/"`, typed('URL')],
  ['a URL with a host that is not ASCII', `"http://${'\u4e00\u9fa5'.repeat(2_000)}/"`, typed('URL')],
  ['a URL in another form than its own', '"HTTP://A"', typed('URL')],
  ['a URL that is none', '"a"', typed('URL')],
  ['a set of a number', '900000000', typed('set')],
  ['a set of an object', '{"length":900000000}', typed('set')],
  ['a set of text', '"abc"', typed('set')],
  ['a set with an element twice', '[1,1]', typed('set')],
  ['a map of text', '"ab"', typed('map')],
  ['a map of rows that are texts', '["ab","cd"]', typed('map')],
  ['a map of rows of three', '[[1,2,3]]', typed('map')],
  ['a map with a key twice', '[[1,2],[1,3]]', typed('map')],
  ['an Error of text', '"a"', typed('Error')],
  ['an Error with a stack', '{"name":"Error","message":"a","stack":"at home"}', typed('Error')],
  ['an Error without a message', '{"name":"Error"}', typed('Error')],
  ['an Error with a message that is a list', '{"name":"Error","message":[1]}', typed('Error')],
  ['an Error with a name that is no text', '{"name":{},"message":"a"}', typed('Error')],
  ['binary data with the type of a length', '{"type":"Float64Array","base64":900000000}', typed(['custom', 'binary'])],
  ['one value of two types', '["a"]', { values: { '0': ['set'], a: ['Date'] }, v: 1 }],
  ['a type of a type', '{"a":["x"]}', { values: { a: ['set', { '0': ['Date'] }] }, v: 1 }],
  ['a type within text', '"abc"', { values: { '0': ['undefined'] }, v: 1 }],
  ['a type at an index that a list has not', '[null]', { values: { '4294967294': ['undefined'] }, v: 1 }],
  ['a type at the length of a list', '[null]', { values: { length: ['undefined'] }, v: 1 }],
  ['a type at an index in another form', '[null]', { values: { '00': ['undefined'] }, v: 1 }],
  ['a type at a method', '{"a":1}', { values: { toString: ['Error'] }, v: 1 }],
  ['a type within bytes', '{"type":"Uint8Array","base64":"AA=="}', typed(['custom', 'binary'], { '0': ['undefined'] })],
  ['a path that ends in a backslash', '{"a":null}', { values: { 'a\\': ['undefined'] }, v: 1 }],
  ['paths of one object that are no list', '{"a":{},"b":1}', { referentialEqualities: { a: 'b' }, v: 1 }],
  ['a path of one object that is no text', '{"a":{},"b":1}', { referentialEqualities: { a: [1] }, v: 1 }],
  ['one object at a place that is not there', '{"a":{}}', { referentialEqualities: { a: ['b'] }, v: 1 }],
  [
    'one object at an index that a list has not',
    '{"a":{},"b":[]}',
    { referentialEqualities: { a: ['b.99999999'] }, v: 1 },
  ],
  ['one object at the length of a list', '{"a":{},"b":[]}', { referentialEqualities: { a: ['b.length'] }, v: 1 }],
  ['one object within a prototype', '{"a":{}}', { referentialEqualities: { a: ['a.__proto__.polluted'] }, v: 1 }],
  ['three lists of paths', '{"a":{}}', { referentialEqualities: [[], {}, {}], v: 1 }],
  ['another version', '{"a":null}', { values: { a: ['undefined'] }, v: 2 }],
  ['no version', '{"a":null}', { values: { a: ['undefined'] } }],
  ['another field', '{"a":null}', { values: { a: ['undefined'] }, v: 1, more: 1 }],
  ['a list', '{}', []],
  ['text', '{}', 'Date'],
];

describe('decodeValue, of annotations that are never written', () => {
  for (const [what, json, annotations] of neverWritten) {
    it(`refuses ${what}, and allocates next to nothing`, () => {
      const allocated = allocatedBy(() => {
        expect(refusalOf(() => read(json, annotations)).code).to.equal('notDecodable');
      });
      expect(allocated).to.be.below(16 * 2 ** 20);
      expect({}).not.to.have.property('polluted');
    });
  }

  it('takes what superjson itself writes of plain values', () => {
    expect(read('{"a":{"b":"1970-01-01T00:00:00.000Z"}}', { values: { 'a.b': ['Date'] }, v: 1 })).to.deep.equal({
      a: { b: new Date(0) },
    });
  });

  it(`gives a value or refuses whatever is changed in annotations, and touches no prototype (SEED=${seed})`, () => {
    const random = createRandom(seed);
    const error = Object.assign(new AggregateError([new TypeError('b')], 'a'), { code: 'E' });
    const shared = { at: new Date(0) };
    const value = {
      map: new Map<unknown, unknown>([[shared, 1n]]),
      set: new Set([shared, /a/g]),
      error,
      bytes: Buffer.of(1),
    };
    const { data, superjson } = onTheWire(encodeValue({ value, again: value, shared }, undefined, true));
    const text = JSON.stringify(superjson);
    const odd = ['__proto__', 'constructor', 'prototype', 'length', 'set', 'map', 'Error', 'undefined', '0', ''];
    const words = [...new Set(text.match(/[\w]+/g))];
    let refused = 0;
    for (let run = 0; run < 3_000; run += 1) {
      const word = words[random.integer(0, words.length - 1)] ?? '';
      const annotations = JSON.parse(text.replace(word, odd[random.integer(0, odd.length - 1)] ?? '')) as unknown;
      try {
        decodeValue({ data, superjson: annotations }, undefined);
      } catch (problem) {
        expect(problem).to.include({ name: 'StreamError', code: 'notDecodable' });
        refused += 1;
      }
    }
    expect(refused).to.be.above(100);
    expect(Object.keys(Object.prototype).concat(Object.keys(Array.prototype))).to.deep.equal([]);
    expect({}).not.to.have.property('at');
  });
});

describe('encodeValue, of what would be much work to read', () => {
  const refused: readonly (readonly [what: string, value: unknown, message: string])[] = [
    ['a bigint of more than 10,000 digits', 10n ** 10_000n, 'bigints of at most 10000 digits'],
    ['a negative one', -(10n ** 10_000n), 'bigints of at most 10000 digits'],
    ['regular expressions of more than 10,000 characters', [/a/, new RegExp('a'.repeat(10_000))], '10000 characters'],
    ['a URL with a user of more than 4,096 characters', new URL(`http://${'a'.repeat(5_000)}@b/`), '4096 characters'],
  ];
  for (const [what, value, message] of refused) {
    it(`refuses ${what}`, () => {
      const error = refusalOf(() => encodeValue(value, undefined, true));
      expect(error.code).to.equal('notEncodable');
      expect(error.message).to.include(message);
    });
  }

  it('costs little for a bigint of usual length', () => {
    const rows = Array.from({ length: 5_000 }, (_, index) => index);
    const cost = (value: unknown): number => {
      const rounds = Array.from({ length: 3 }, () => {
        const before = process.cpuUsage();
        encodeValue(value, undefined, true);
        return process.cpuUsage(before).user;
      });
      return Math.min(...rounds);
    };
    // A date is written in the same way. Finding the limit anew for each bigint costs twenty times as much.
    expect(cost(rows.map(BigInt))).to.be.below(6 * cost(rows.map((row) => new Date(row))));
  });

  it('carries the longest of each that may be', () => {
    const value = {
      big: [10n ** 10_000n - 1n, 1n - 10n ** 10_000n],
      pattern: new RegExp('a'.repeat(9_997)),
      url: new URL(`http://${'a'.repeat(4_000)}/${'b'.repeat(100_000)}`),
      data: new URL(`data:text/plain,a b,${'c'.repeat(100_000)}`),
    };
    expect(decodeValue(onTheWire(encodeValue(value, undefined, true)), undefined)).to.deep.equal(value);
  });
});

/** How many bytes more are held outside and inside the heap right after the call. */
function allocatedBy(run: () => void): number {
  const before = process.memoryUsage();
  run();
  const after = process.memoryUsage();
  return after.arrayBuffers - before.arrayBuffers + Math.max(0, after.heapUsed - before.heapUsed);
}
