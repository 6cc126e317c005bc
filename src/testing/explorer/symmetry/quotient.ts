import type { Symmetry } from './symmetry.js';

/**
 * States up to an exchange of ids: of all states that differ by one, the one with the smallest integers stands for the
 * rest.
 */
export interface Quotient {
  /** @throws Error if the initial state tells ids apart. */
  checkInitial(state: Int32Array): void;
  /**
   * Puts the representative in the place of the state at `offset` of `words`.
   *
   * @returns the exchange of ids that turns it back into the state that was there.
   */
  representative(words: Int32Array, offset: number): number;
}

/** Makes the quotient of a system by its symmetry. @param width of a state. */
export function createQuotient(symmetry: Symmetry, width: number): Quotient {
  const own = new Int32Array(width);
  const other = new Int32Array(width);

  function isBefore(words: Int32Array, offset: number): boolean {
    for (let k = 0; k < width; k += 1) {
      const difference = (other[k] ?? 0) - (words[offset + k] ?? 0);
      if (difference !== 0) return difference < 0;
    }
    return false;
  }

  return {
    checkInitial(state) {
      for (let permutation = 1; permutation < symmetry.count; permutation += 1) {
        symmetry.permute(state, permutation, other);
        if (!state.every((word, k) => other[k] === word)) {
          throw new Error('ids: the system starts in a state that tells them apart');
        }
      }
    },
    representative(words, offset) {
      let best = 0;
      for (let k = 0; k < width; k += 1) own[k] = words[offset + k] ?? 0;
      for (let permutation = 1; permutation < symmetry.count; permutation += 1) {
        symmetry.permute(own, permutation, other);
        if (!isBefore(words, offset)) continue;
        best = permutation;
        words.set(other, offset);
      }
      return symmetry.inverse(best);
    },
  };
}
