import { expect } from 'chai';
import fc from 'fast-check';
import { entryOf, listOf, sizeOf, withEntry, withoutEntry, type Entries } from '../../machines/entries.js';
import { seed } from '../support/seed.js';

interface Numbered {
  readonly id: string;
  readonly number: number;
}

const none: Entries<Numbered> = [];
const entry = (id: string, number = 0): Numbered => ({ id, number });
const entriesOf = (ids: readonly string[]): Entries<Numbered> =>
  ids.reduce<Entries<Numbered>>((all, id) => withEntry(all, entry(id)), none);
const idsOf = (entries: Entries<Numbered>): readonly string[] => listOf(entries).map(({ id }) => id);
const numbered = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, number) => `_SINBOX.inbox.${number.toString(36)}`);

describe('entries', () => {
  it('are kept sorted by id, whatever the order in which they come', () => {
    expect(entriesOf(['b', 'a', 'c', ''])).to.deep.equal(['', 'a', 'b', 'c'].map((id) => entry(id)));
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

  it('stay the very same where nothing is taken out', () => {
    for (const entries of [[entry('b')], entriesOf(['b', ...numbered(1_000)])]) {
      for (const id of ['a', 'c']) expect(withoutEntry(entries, id), id).to.equal(entries);
    }
  });

  it('take names of object properties for ids like any other', () => {
    const names = ['__proto__', 'constructor', 'toString'];
    for (const name of names) expect(entryOf(none, name), name).to.equal(undefined);
    const entries = entriesOf(names);
    expect(names.map((id) => entryOf(entries, id)?.id)).to.deep.equal(names);
  });

  it(`do what a map does, and change nothing in place (SEED=${seed})`, () => {
    const id = fc.oneof(fc.constantFrom('a', 'b', 'c', 'd'), fc.string({ maxLength: 3 }));
    const operation = fc.record({ id, number: fc.nat(), adds: fc.boolean() });
    // Sizes on either side of the one at which the form changes.
    const others = fc.constantFrom(0, 0, 28, 31, 32, 33, 500);
    fc.assert(
      fc.property(fc.array(operation, { maxLength: 40 }), others, (operations, count) => {
        let entries = entriesOf(numbered(count));
        const map = new Map(listOf(entries).map((each) => [each.id, each]));
        for (const { id, number, adds } of operations) {
          const before = frozen(entries);
          if (adds) map.set(id, entry(id, number));
          else map.delete(id);
          entries = adds ? withEntry(before, entry(id, number)) : withoutEntry(before, id);
          expect(entryOf(entries, id)).to.deep.equal(map.get(id));
          expect(sizeOf(entries)).to.equal(map.size);
        }
        const sorted = Array.from(map.values()).sort((a, b) => (a.id < b.id ? -1 : 1));
        expect(listOf(entries).toSorted((a, b) => (a.id < b.id ? -1 : 1))).to.deep.equal(sorted);
        if (map.size <= 32) expect(entries).to.deep.equal(sorted);
      }),
      { seed },
    );
  });

  it(`have one form for one content, whatever came in between, and are plain JSON (SEED=${seed})`, () => {
    const sizes = fc.constantFrom(5, 32, 33, 300, 2_000);
    fc.assert(
      fc.property(sizes, fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })), (size, random) => {
        const byChance = (ids: readonly string[]) =>
          ids
            .map((id) => ({ id, at: random.next().value as number }))
            .sort((a, b) => a.at - b.at)
            .map(({ id }) => id);
        const ids = numbered(size + 200);
        const kept = ids.slice(0, size);
        const grown = entriesOf(byChance(kept));
        const shrunk = byChance(ids.slice(size)).reduce<Entries<Numbered>>(withoutEntry, entriesOf(byChance(ids)));
        expect(shrunk).to.deep.equal(grown);
        expect(JSON.parse(JSON.stringify(grown))).to.deep.equal(grown);
        expect(idsOf(grown)).to.have.members(kept);
      }),
      { seed, numRuns: 20 },
    );
  });

  it('copy as much for a change among 20,000 as among 2,000', () => {
    const copiedAt = (size: number): number => {
      const entries = entriesOf(numbered(size));
      const changes = numbered(100).map((id) => `other.${id}`);
      const copied = changes.map((id) => {
        const more = withEntry(entries, entry(id));
        return copiedItems(entries, more) + copiedItems(more, withoutEntry(more, id));
      });
      return copied.reduce((sum, items) => sum + items, 0) / copied.length;
    };
    const [few, many] = [copiedAt(2_000), copiedAt(20_000)];
    expect(few).to.be.lessThan(150);
    expect(many).to.be.lessThan(200);
  });

  it('keep ids of one hash as well, however many they are', () => {
    const ids = idsOfOneHash(6);
    const entries = entriesOf([...ids, ...numbered(40)]);
    let deepest = entries;
    let levels = 0;
    while ('parts' in deepest) {
      deepest = deepest.parts.reduce((one, other) => (sizeOf(one) > sizeOf(other) ? one : other));
      levels += 1;
    }
    expect([levels, idsOf(deepest).length]).to.deep.equal([8, 64]);
    for (const id of ids) expect(entryOf(entries, id)?.id).to.equal(id);
    const rest = ids.reduce<Entries<Numbered>>(withoutEntry, entries);
    expect(rest).to.deep.equal(entriesOf(numbered(40)));
  });
});

function frozen(entries: Entries<Numbered>): Entries<Numbered> {
  if ('parts' in entries) Object.freeze(entries.parts).forEach(frozen);
  return Object.freeze(entries);
}

/** How many items the arrays have that are in one form and not, as they are, in the other. */
function copiedItems(before: Entries<Numbered>, after: Entries<Numbered>): number {
  if (before === after) return 0;
  if (!('parts' in after)) return after.length;
  const parts = 'parts' in before ? before.parts : [];
  return after.parts.reduce((sum, part, at) => sum + copiedItems(parts[at] ?? none, part), after.parts.length);
}

/** As many ids as there are ways through so many pairs of beginnings that lead to the same hash: two to that power. */
function idsOfOneHash(pairs: number): readonly string[] {
  const step = (start: number, text: string): number => {
    let sum = start;
    for (let at = 0; at < text.length; at += 1) sum = Math.imul(sum ^ text.charCodeAt(at), 0x01000193);
    return sum;
  };
  let hash = 0x811c9dc5;
  let ids = [''];
  for (let pair = 0; pair < pairs; pair += 1) {
    const seen = new Map<number, string>();
    for (let number = 0; ; number += 1) {
      // Texts that differ in many places meet sooner.
      const text = (Math.imul(number, 0x9e3779b1) >>> 0).toString(36).padStart(7, '0');
      const led = step(hash, text);
      const other = seen.get(led);
      if (other === undefined) {
        seen.set(led, text);
        continue;
      }
      ids = ids.flatMap((id) => [id + text, id + other]);
      hash = led;
      break;
    }
  }
  return ids;
}
