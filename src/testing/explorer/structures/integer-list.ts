import { itemAt, outOfRange } from './checked-reads.js';

/**
 * A growing list of 32-bit unsigned integers in chunks, so that growth never copies what is there. An array ends the
 * process where it would have to hold more than some hundred million.
 */
export interface IntegerList {
  length(): number;
  bytes(): number;
  push(value: number): void;
  /** @throws RangeError for an index that is not in the list. */
  get(index: number): number;
  /** @throws RangeError for an index that is not in the list. */
  set(index: number, value: number): void;
  /** A copy of all of them. */
  words(): Uint32Array;
  /** Forgets all but the first so many. Their memory is kept for what is pushed next. */
  truncate(length: number): void;
}

const chunkBits = 15;
const chunkLength = 1 << chunkBits;
const chunkMask = chunkLength - 1;

/** Makes an empty list. */
export function createIntegerList(): IntegerList {
  const chunks: Uint32Array[] = [];
  let length = 0;

  /** The last chunk is longer than what it holds, and bits are taken of any number: neither tells a wrong index. */
  function check(index: number): void {
    if (index >= length || index >>> 0 !== index) outOfRange(length, index);
  }

  return {
    length() {
      return length;
    },
    bytes() {
      return chunks.length * chunkLength * 4;
    },
    push(value) {
      if (length >>> chunkBits === chunks.length) chunks.push(new Uint32Array(chunkLength));
      const chunk = chunks[length >>> chunkBits] ?? outOfRange(length, length);
      chunk[length & chunkMask] = value;
      length += 1;
    },
    get(index) {
      check(index);
      return chunks[index >>> chunkBits]?.[index & chunkMask] ?? outOfRange(length, index);
    },
    set(index, value) {
      check(index);
      itemAt(chunks, index >>> chunkBits)[index & chunkMask] = value;
    },
    words() {
      const copy = new Uint32Array(length);
      chunks.forEach((chunk, index) => {
        const at = index * chunkLength;
        if (at < length) copy.set(chunk.subarray(0, Math.min(chunkLength, length - at)), at);
      });
      return copy;
    },
    truncate(kept) {
      length = kept;
    },
  };
}
