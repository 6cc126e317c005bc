import SuperJSON from 'superjson';
import { built, median, numberArgument } from '../support/bench.js';

/**
 * Measures what it costs to carry a graph of values, written and read again, for each number of entries and beside
 * superjson alone: processor time an entry, in microseconds. That of a linear way stays the same from row to row, but for
 * the collector's part: a small graph is garbage before it looks, what a large one takes lives through the call and is
 * moved. With `NODE_OPTIONS=--max-semi-space-size=128` it has little to do. Superjson's own way of reading a set with shared elements is quadratic, so it is not asked to read the larger ones.
 *
 * `npm run bench:values [-- --rounds 3] [--entries 64000]`
 */

const rounds = numberArgument('--rounds', 3);
const entriesMax = numberArgument('--entries', 64_000);

/** The most entries with which superjson reads a graph of shared objects in a bearable time. */
const superjsonReadsMax = 1_000;

const { encodeValue, decodeValue } = (await built('values/codec.js')) as typeof import('../../src/values/codec.js');

const itemsOf = (entries: number) => Array.from({ length: entries }, (_, id) => ({ id, name: `item ${id}` }));

const shapes: Readonly<Record<string, (entries: number) => unknown>> = {
  'a list, and a map of it': (entries) => {
    const items = itemsOf(entries);
    return { items, byId: new Map(items.map((item) => [item.id, item])) };
  },
  'a list, and a set of it': (entries) => {
    const items = itemsOf(entries);
    return { items, set: new Set(items) };
  },
  'rows with a date': (entries) => itemsOf(entries).map((item) => ({ ...item, at: new Date(item.id) })),
  'rows with a bigint': (entries) => itemsOf(entries).map((item) => ({ ...item, big: BigInt(item.id) })),
  'plain rows': itemsOf,
};

for (const [name, make] of Object.entries(shapes)) {
  console.log(name);
  console.log('  entries     written and read     superjson: written, and read');
  for (let entries = 1_000; entries <= entriesMax; entries *= 4) {
    const value = make(entries);
    const superjson = new SuperJSON();
    const text = superjson.stringify(value);
    const own = usPerEntry(entries, () => {
      const { data, superjson: annotations } = encodeValue(value, undefined, true);
      const meta = annotations === undefined ? {} : { superjson: JSON.parse(JSON.stringify(annotations)) as unknown };
      decodeValue({ data, ...meta }, undefined);
    });
    const written = usPerEntry(entries, () => void superjson.stringify(value));
    const isReadable = entries <= superjsonReadsMax;
    const read = isReadable ? usPerEntry(entries, () => void superjson.parse(text)).toFixed(2) : '–';
    console.log(
      `  ${String(entries).padStart(7)} ${`${own.toFixed(2)} µs`.padStart(20)} ${written.toFixed(2).padStart(22)} + ${read} µs`,
    );
  }
}

/** The median of the rounds, after one that warms everything up. Small graphs are carried several times in each. */
function usPerEntry(entries: number, run: () => void): number {
  const times: number[] = [];
  const repeats = Math.ceil(16_000 / entries);
  for (let round = 0; round <= rounds; round += 1) {
    const before = process.cpuUsage();
    for (let repeat = 0; repeat < repeats; repeat += 1) run();
    const { user, system } = process.cpuUsage(before);
    if (round > 0) times.push((user + system) / entries / repeats);
  }
  return median(times);
}
