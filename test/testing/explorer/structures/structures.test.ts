import { expect } from 'chai';
import { createRandom } from '../../../../src/testing/doubles/random.js';
import { createIntegerList } from '../../../../src/testing/explorer/structures/integer-list.js';
import { createIntPairMap } from '../../../../src/testing/explorer/structures/int-pair-map.js';
import { createStateTable } from '../../../../src/testing/explorer/structures/state-table.js';
import { seed } from '../../../support/seed.js';

describe(`tables of integers (SEED=${seed})`, () => {
  it('a state table numbers rows in order of first appearance, over many chunks and growths', () => {
    const random = createRandom(seed);
    const table = createStateTable(3);
    const known = new Map<string, number>();
    for (let k = 0; k < 60_000; k += 1) {
      const row = Int32Array.from([0, random.integer(0, 60), random.integer(0, 400), random.integer(0, 3)]);
      const key = row.subarray(1).join();
      if (!known.has(key)) known.set(key, known.size);
      expect(table.add(row, 1)).to.equal(known.get(key));
    }
    expect(table.count()).to.equal(known.size);
    expect(table.count()).to.be.above(30_000);
    const row = new Int32Array(3);
    for (const [key, index] of known) {
      table.read(index, row);
      expect(row.join()).to.equal(key);
    }
  });

  it('a state table adds many rows at once as it adds them one by one', () => {
    const random = createRandom(seed);
    const [one, many] = [createStateTable(2), createStateTable(2)];
    const numbers = new Int32Array(40);
    for (let batch = 0; batch < 1_500; batch += 1) {
      const count = random.integer(0, 40);
      const words = Int32Array.from({ length: count * 2 }, () => random.integer(0, 150));
      many.addAll(words, count, numbers);
      for (let k = 0; k < count; k += 1) expect(numbers[k]).to.equal(one.add(words, k * 2));
      expect(many.count()).to.equal(one.count());
    }
    expect(many.count()).to.be.above(10_000);
  });

  it('a map of pairs of integers remembers each pair', () => {
    const random = createRandom(seed);
    const table = createIntPairMap();
    const known = new Map<string, number>();
    for (let k = 0; k < 20_000; k += 1) {
      const [first, second] = [random.integer(0, 200), random.integer(0, 200)];
      const key = `${first},${second}`;
      expect(table.get(first, second)).to.equal(known.get(key) ?? -1);
      if (known.has(key)) continue;
      known.set(key, k);
      table.set(first, second, k);
    }
  });

  it('an integer list keeps what was pushed and set, up to 32 bits, until it is truncated', () => {
    const list = createIntegerList();
    for (let k = 0; k < 100_000; k += 1) list.push(k * 40_000);
    list.set(70_000, 7);
    expect(list.length()).to.equal(100_000);
    expect([list.get(0), list.get(99_999), list.get(70_000)]).to.deep.equal([0, 99_999 * 40_000, 7]);
    list.truncate(40_000);
    const bytes = list.bytes();
    for (let k = 0; k < 50_000; k += 1) list.push(k);
    expect([list.length(), list.get(39_999), list.get(40_000), list.get(89_999)]).to.deep.equal([
      90_000,
      39_999 * 40_000,
      0,
      49_999,
    ]);
    expect(list.bytes()).to.equal(bytes);
  });
});
