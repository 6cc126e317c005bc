import { expect } from 'chai';
import { createActor, createMachine } from 'xstate';
import { plain } from '../../../src/trace-events/plain.js';

const limits = { depth: 3, entries: 3, characters: 10 };

describe('values of contexts and events, as plain data', () => {
  const circular: Record<string, unknown> = { name: 'me' };
  circular['self'] = circular;
  const cases: readonly (readonly [string, unknown, unknown])[] = [
    ['texts, cut', 'a long text indeed', 'a long tex…'],
    ['numbers JSON has not got', [NaN, Infinity], ['NaN', 'Infinity']],
    ['bigints', 10n, '10n'],
    ['undefined and what is undefined in an object', { a: undefined, b: 1 }, { b: 1 }],
    ['functions and symbols', [() => 1, Symbol('s')], ['(function)', '(symbol)']],
    ['bytes, by their number', new Uint8Array(5), '(5 bytes)'],
    ['maps and sets', [new Map([['a', 1]]), new Set([2])], [{ a: 1 }, [2]]],
    ['dates and errors', [new Date(0), new Error('no')], ['1970-01-01T00:00:00.000Z', 'Error: no']],
    ['more entries than are taken', [1, 2, 3, 4, 5], [1, 2, 3, '… 2 more']],
    ['more fields than are taken', { a: 1, b: 2, c: 3, d: 4 }, { a: 1, b: 2, c: 3, '…': '1 more' }],
    ['what is too deep', { a: { b: { c: { d: 1 } } } }, { a: { b: { c: '{…}' } } }],
    ['cycles', circular, { name: 'me', self: '(circular)' }],
    ['one thing in two places, which is no cycle', [circular['name'], [limits], [limits]], ['me', [limits], [limits]]],
    ['objects without a prototype', Object.assign(Object.create(null) as object, { a: 1 }), { a: 1 }],
    ['a field that is called __proto__', JSON.parse('{"__proto__":{"a":1}}'), JSON.parse('{"__proto__":{"a":1}}')],
  ];
  for (const [what, value, expected] of cases) {
    it(`takes ${what}`, () => expect(plain(value, limits)).to.deep.equal(expected));
  }

  it('takes actors by their ids', () => {
    expect(plain({ child: createActor(createMachine({}), { id: 'kid' }) }, limits)).to.deep.equal({
      child: '(actor kid)',
    });
  });

  it('survives a getter that throws', () => {
    const value = {
      get trap(): never {
        throw new Error('sprung');
      },
    };
    expect(plain(value, limits)).to.equal('(unreadable: sprung)');
  });
});
