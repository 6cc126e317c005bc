import { expect } from 'chai';
import fc from 'fast-check';
import { entryOf, withEntry, withoutEntry, type Entries } from '../../machines/entries.js';
import { seed } from '../support/seed.js';

interface Numbered {
  readonly id: string;
  readonly number: number;
}

const none: Entries<Numbered> = [];
const entry = (id: string, number = 0): Numbered => ({ id, number });

describe('entries', () => {
  it('are kept sorted by id, whatever the order in which they come', () => {
    const entries = ['b', 'a', 'c', ''].reduce((all, id) => withEntry(all, entry(id)), none);
    expect(entries.map(({ id }) => id)).to.deep.equal(['', 'a', 'b', 'c']);
  });

  it('find an entry by its id, and nothing by another', () => {
    const entries = [entry('a', 1), entry('c', 3)];
    expect(entryOf(entries, 'c')).to.deep.equal(entry('c', 3));
    for (const id of ['', 'b', 'd']) expect(entryOf(entries, id), id).to.equal(undefined);
    expect(entryOf(none, 'a')).to.equal(undefined);
  });

  it('hold one entry of an id: the newest', () => {
    expect(withEntry([entry('a', 1)], entry('a', 2))).to.deep.equal([entry('a', 2)]);
  });

  it('stay the very same array where nothing is taken out', () => {
    const entries = [entry('b')];
    for (const id of ['a', 'c']) expect(withoutEntry(entries, id), id).to.equal(entries);
  });

  it('take names of object properties for ids like any other', () => {
    const names = ['__proto__', 'constructor', 'toString'];
    for (const name of names) expect(entryOf(none, name), name).to.equal(undefined);
    const entries = names.reduce((all, id) => withEntry(all, entry(id)), none);
    expect(names.map((id) => entryOf(entries, id)?.id)).to.deep.equal(names);
  });

  it(`do what a map does, and change no array in place (SEED=${seed})`, () => {
    const id = fc.oneof(fc.constantFrom('a', 'b', 'c', 'd'), fc.string({ maxLength: 3 }));
    const operation = fc.record({ id, number: fc.nat(), adds: fc.boolean() });
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 40 }), (operations) => {
        const map = new Map<string, Numbered>();
        let entries = none;
        for (const { id, number, adds } of operations) {
          const before = Object.freeze(entries);
          if (adds) map.set(id, entry(id, number));
          else map.delete(id);
          entries = adds ? withEntry(before, entry(id, number)) : withoutEntry(before, id);
          expect(entryOf(entries, id)).to.deep.equal(map.get(id));
        }
        const sorted = Array.from(map.values()).sort((a, b) => (a.id < b.id ? -1 : 1));
        expect(entries).to.deep.equal(sorted);
      }),
      { seed },
    );
  });
});
