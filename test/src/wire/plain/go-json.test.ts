import { expect } from 'chai';
import fc from 'fast-check';
import { compareCodePoints, stringifyGoJson } from '../../../../src/wire/plain/go-json.js';
import { seed } from '../../../support/seed.js';

const text = fc.string({ unit: 'binary' });

describe('stringifyGoJson, the text of encoding/json', () => {
  const cases: readonly (readonly [string, unknown, string])[] = [
    ['escapes the characters of HTML', '<b>&', '"\\u003cb\\u003e\\u0026"'],
    ['escapes them in keys too', { '<': 1 }, '{"\\u003c":1}'],
    ['escapes the line separators of JavaScript', '\u2028\u2029', '"\\u2028\\u2029"'],
    ['escapes quotes and backslashes', '"\\', '"\\"\\\\"'],
    ['does not escape the slash', '/', '"/"'],
    ['writes control characters as Go does', '\b\f\n\r\t\u0000\u001f\u007f', '"\\b\\f\\n\\r\\t\\u0000\\u001f\u007f"'],
    ['writes other characters as they are', 'é☃𝄞', '"é☃𝄞"'],
    ['writes numbers as Go does', [1e21, 1e-7, 100, 0.1], '[1e+21,1e-7,100,0.1]'],
    ['writes no white space', { a: [1, { b: null }] }, '{"a":[1,{"b":null}]}'],
    ['keeps the escape of a lone surrogate', '\ud800', '"\\ud800"'],
  ];
  for (const [name, value, expected] of cases) {
    it(name, () => {
      expect(stringifyGoJson(value)).to.equal(expected);
    });
  }

  for (const [name, value] of [
    ['undefined', undefined],
    ['a function', () => 1],
    ['a symbol', Symbol('x')],
  ] as const) {
    it(`throws a TypeError that names ${name}`, () => {
      expect(() => stringifyGoJson(value)).to.throw(TypeError, `came ${typeof value}`);
    });
  }

  it(`is read as what it was written from (SEED=${seed})`, () => {
    const property = fc.property(fc.jsonValue({ stringUnit: 'binary' }), (value) => {
      expect(JSON.parse(stringifyGoJson(value))).to.deep.equal(JSON.parse(JSON.stringify(value)));
    });
    fc.assert(property, { seed });
  });
});

describe('compareCodePoints, the order of map keys', () => {
  const ascending: readonly (readonly [string, string, string])[] = [
    ['puts nothing first', '', 'a'],
    ['puts a prefix first', 'a.b', 'a.b.c'],
    ['puts capitals first', 'Z', 'a'],
    ['does not read numbers', '10', '9'],
    ['puts the end of the first plane before the next one, unlike UTF-16', '\uffff', '\u{10000}'],
    ['does so behind a common start', 'a\ue000', 'a\u{1f600}'],
    ['puts surrogate pairs in their order', '\u{10000}', '\u{10001}'],
    ['puts the private characters behind the ones below the surrogates', '\ud7ff', '\ue000'],
  ];
  for (const [name, before, after] of ascending) {
    it(name, () => {
      expect(compareCodePoints(before, after)).to.be.lessThan(0);
      expect(compareCodePoints(after, before)).to.be.greaterThan(0);
    });
  }

  it('finds equal texts equal', () => {
    expect(compareCodePoints('a\u{1f600}', 'a\u{1f600}')).to.equal(0);
  });

  it(`orders as the bytes of UTF-8 are ordered (SEED=${seed})`, () => {
    const property = fc.property(text, text, (a, b) => {
      expect(Math.sign(compareCodePoints(a, b))).to.equal(Buffer.compare(Buffer.from(a), Buffer.from(b)));
    });
    fc.assert(property, { seed, numRuns: 1_000 });
  });
});
