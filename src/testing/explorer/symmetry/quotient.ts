import { lastOf, wordAt } from '../structures/checked-reads.js';
import { createStepBuffer, type StepBuffer } from '../state-space/step-buffer.js';
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
  /**
   * Turns a way through representatives into one that the system can really go: from each state on, the step whose
   * representative comes next.
   *
   * @param expand adds the steps out of a state to a buffer.
   */
  unfold(
    representatives: readonly Int32Array[],
    expand: (state: Int32Array, into: StepBuffer) => void,
  ): readonly Int32Array[];
}

/** Makes the quotient of a system by its symmetry. @param width of a state. */
export function createQuotient(symmetry: Symmetry, width: number): Quotient {
  const own = new Int32Array(width);
  const other = new Int32Array(width);

  /** Whether the state comes before the words with its ids exchanged. The first word that differs decides. */
  function isBefore(permutation: number, words: Int32Array, offset: number): boolean {
    for (let k = 0; k < width; k += 1) {
      const difference = symmetry.wordUnder(own, permutation, k) - wordAt(words, offset + k);
      if (difference !== 0) return difference < 0;
    }
    return false;
  }

  const isSameState = (one: Int32Array, another: Int32Array) => one.every((word, k) => another[k] === word);

  function representativeOf(state: Int32Array): Int32Array {
    const found = state.slice();
    representative(found, 0);
    return found;
  }

  function representative(words: Int32Array, offset: number): number {
    let best = 0;
    for (let k = 0; k < width; k += 1) own[k] = wordAt(words, offset + k);
    for (let permutation = 1; permutation < symmetry.count; permutation += 1) {
      if (!isBefore(permutation, words, offset)) continue;
      best = permutation;
      symmetry.permute(own, permutation, other);
      words.set(other, offset);
    }
    return symmetry.inverse(best);
  }

  return {
    checkInitial(state) {
      for (let permutation = 1; permutation < symmetry.count; permutation += 1) {
        symmetry.permute(state, permutation, other);
        if (!isSameState(state, other)) {
          throw new Error('ids: the system starts in a state that tells them apart');
        }
      }
    },
    representative,
    unfold([first, ...rest], expand) {
      if (first === undefined) return [];
      const way = [first];
      const steps = createStepBuffer(width);
      for (const next of rest) {
        steps.clear();
        expand(lastOf(way), steps);
        const after = Array.from({ length: steps.count }, (_, step) => steps.read(step));
        const found = after.find(
          ({ after: state, fault }) => fault === undefined && isSameState(representativeOf(state), next),
        );
        if (found === undefined) {
          throw new Error('a step of the trace was not found again: a guard is not deterministic');
        }
        way.push(found.after);
      }
      return way;
    },
  };
}
