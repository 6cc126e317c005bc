/** A seeded pseudo-random number generator: the same seed gives the same numbers on every platform. */
export interface Random {
  /** A number in [0, 1). */
  next(): number;
  /** An integer from `least` to `most`, both inclusive. */
  integer(least: number, most: number): number;
  /** An array of `length` random bytes. */
  bytes(length: number): Uint8Array;
}

/**
 * Creates a seeded generator. The algorithm is Mulberry32, by Tommy Ettinger (public domain): 32 bits of state, plenty
 * for choosing faults.
 *
 * @throws {RangeError} If the seed is not a safe integer.
 */
export function createRandom(seed: number): Random {
  if (!Number.isSafeInteger(seed)) throw new RangeError(`seed: expected an integer, came ${seed}`);
  let state = seed | 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const integer = (least: number, most: number): number => least + Math.floor(next() * (most - least + 1));
  return { next, integer, bytes: (length) => Uint8Array.from({ length }, () => integer(0, 255)) };
}
