/**
 * A growing list of 32-bit unsigned integers in chunks, so that growth never copies what is there. An array ends the
 * process where it would have to hold more than some hundred million.
 */
export interface IntegerList {
  length(): number;
  bytes(): number;
  push(value: number): void;
  get(index: number): number;
  set(index: number, value: number): void;
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
  return {
    length() {
      return length;
    },
    bytes() {
      return chunks.length * chunkLength * 4;
    },
    push(value) {
      if (length >>> chunkBits === chunks.length) chunks.push(new Uint32Array(chunkLength));
      const chunk = chunks[length >>> chunkBits];
      if (chunk !== undefined) chunk[length & chunkMask] = value;
      length += 1;
    },
    get(index) {
      return chunks[index >>> chunkBits]?.[index & chunkMask] ?? 0;
    },
    set(index, value) {
      const chunk = chunks[index >>> chunkBits];
      if (chunk !== undefined) chunk[index & chunkMask] = value;
    },
    truncate(kept) {
      length = kept;
    },
  };
}
