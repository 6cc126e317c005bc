import { outOfRange, wordAt } from './checked-reads.js';
import { factorsOf, finish } from './hashing.js';

/**
 * The set of states seen: each a row of `width` integers, numbered in order of first appearance. Rows live in chunks of
 * typed arrays and the index is an open-addressing hash table, so a state costs no object.
 *
 * Like all that each state passes, it has methods and no getters: V8 keeps every object literal with a getter, from the
 * second on, as a dictionary, in which each method is looked up anew.
 */
export interface StateTable {
  readonly width: number;
  count(): number;
  bytes(): number;
  /**
   * The number of the row at `offset` of `words`; it equals the former `count()` if the row is new.
   *
   * @throws RangeError, as the others do, if the row reaches beyond `words`.
   */
  add(words: Int32Array, offset: number): number;
  /** Adds the first `count` rows of `words`, one after another, and writes their numbers to the start of `into`. */
  addAll(words: Int32Array, count: number, into: Int32Array): void;
  /** The number of the row, or -1 if it was never added. */
  find(words: Int32Array, offset: number): number;
  /** Copies row `index` to the start of `into`. @throws RangeError for a number that no row has. */
  read(index: number, into: Int32Array): void;
}

const chunkBits = 14;
const chunkRows = 1 << chunkBits;
const chunkMask = chunkRows - 1;
const initialSlots = 4096;

/** Makes an empty table for rows of `width` integers. */
export function createStateTable(width: number): StateTable {
  const chunks: Int32Array[] = [];
  let count = 0;
  let mask = initialSlots - 1;
  const factors = factorsOf(width);
  // Two words a slot: the row's number + 1 and its hash, which spares most visits to rows that differ.
  let slots = new Int32Array(initialSlots * 2);
  /** For the rows that are added at once: their hashes, and what was met on the way to their places. */
  let hashes = new Int32Array(0);
  let met = new Int32Array(0);

  // The loops over the words of a row read them in place: where V8 has inlined as much as it allows for one function, a
  // checked read by way of `wordAt` is a call, and these are most of all reads.

  /** The words do not depend on each other here, so that the processor takes several of them at once. */
  function hashOf(words: Int32Array, offset: number): number {
    let hash = width;
    for (let k = 0; k < width; k += 1) {
      const word = words[offset + k] ?? outOfRange(words.length, offset + k);
      hash = (hash + Math.imul(word, factors[k] ?? outOfRange(width, k))) | 0;
    }
    return finish(hash);
  }

  function isRow(index: number, words: Int32Array, offset: number): boolean {
    const chunk = chunks[index >>> chunkBits] ?? outOfRange(count, index);
    const at = (index & chunkMask) * width;
    for (let k = 0; k < width; k += 1) if (chunk[at + k] !== words[offset + k]) return false;
    return true;
  }

  /** The slot that holds this row, or the empty one where it belongs. */
  function slotOf(hash: number, words: Int32Array, offset: number): number {
    let slot = hash & mask;
    for (;;) {
      const entry = slots[slot * 2] ?? outOfRange(slots.length, slot * 2);
      if (entry === 0 || (slots[slot * 2 + 1] === hash && isRow(entry - 1, words, offset))) return slot * 2;
      slot = (slot + 1) & mask;
    }
  }

  function grow(): void {
    const old = slots;
    mask = mask * 2 + 1;
    slots = new Int32Array((mask + 1) * 2);
    for (let at = 0; at < old.length; at += 2) {
      const entry = wordAt(old, at);
      if (entry === 0) continue;
      const hash = wordAt(old, at + 1);
      let slot = hash & mask;
      while (wordAt(slots, slot * 2) !== 0) slot = (slot + 1) & mask;
      slots[slot * 2] = entry;
      slots[slot * 2 + 1] = hash;
    }
  }

  function insert(hash: number, words: Int32Array, offset: number): number {
    let at = slotOf(hash, words, offset);
    const entry = wordAt(slots, at);
    if (entry !== 0) return entry - 1;
    if (count * 5 >= mask * 3) {
      grow();
      at = slotOf(hash, words, offset);
    }
    const row = count & chunkMask;
    if (row === 0) chunks.push(new Int32Array(chunkRows * width));
    const chunk = chunks[count >>> chunkBits] ?? outOfRange(count, count);
    for (let k = 0; k < width; k += 1) {
      chunk[row * width + k] = words[offset + k] ?? outOfRange(words.length, offset + k);
    }
    count += 1;
    slots[at] = count;
    slots[at + 1] = hash;
    return count - 1;
  }

  return {
    width,
    count() {
      return count;
    },
    bytes() {
      return slots.byteLength + chunks.length * chunkRows * width * 4;
    },
    add: (words, offset) => insert(hashOf(words, offset), words, offset),
    addAll(words, total, into) {
      if (hashes.length < total) {
        hashes = new Int32Array(total * 2);
        met = new Int32Array(total * 2);
      }
      for (let k = 0; k < total; k += 1) hashes[k] = hashOf(words, k * width);
      // In a large table nearly every look waits for memory. These looks do not depend on each other, so that the
      // processor waits for many of them at once, and finds the places at hand when the rows are added.
      for (let k = 0; k < total; k += 1) met[k] = wordAt(slots, (wordAt(hashes, k) & mask) * 2);
      for (let k = 0; k < total; k += 1) {
        const row = wordAt(met, k) - 1;
        if (row !== -1) met[k] = chunks[row >>> chunkBits]?.[(row & chunkMask) * width] ?? outOfRange(count, row);
      }
      for (let k = 0; k < total; k += 1) into[k] = insert(wordAt(hashes, k), words, k * width);
    },
    find(words, offset) {
      return wordAt(slots, slotOf(hashOf(words, offset), words, offset)) - 1;
    },
    read(index, into) {
      if (index >= count || index >>> 0 !== index) outOfRange(count, index);
      const chunk = chunks[index >>> chunkBits] ?? outOfRange(count, index);
      const at = (index & chunkMask) * width;
      for (let k = 0; k < width; k += 1) into[k] = chunk[at + k] ?? outOfRange(chunk.length, at + k);
    },
  };
}
