import { itemAt } from '../structures/checked-reads.js';
import type { Symmetry } from './symmetry.js';

/** With more ids than these the permutations are too many to be tried for each state, whatever they spare. */
export const exchangedMax = 6;

/** How many ids are exchanged before it is known what that spares. */
export const exchangedAtFirst = 5;

/** More permutations than these for each state that they spare, and to try them costs more than the states would. */
const triedPerSparedMax = 4;

/** With fewer, another id is worth it. */
const triedPerSparedAtLeast = 2;

/** The newest states are looked at, in which the ids differ as they will in those to come. */
const sampleMax = 32;

/** When it is looked at again, in states: each time that there are so many times more. What begins anew loses an eighth. */
export const worthIsLookedAt = { first: 256, factor: 8 };

/**
 * How many ids should be exchanged from here on: as many as spare enough, or one more than now where nearly all
 * permutations lead to another state.
 *
 * @param exchanged how many are now; `ids` is how many there are.
 * @param stateAt reads a state, by its number.
 */
export function idsWorthExchanging(
  symmetry: Symmetry,
  { ids, exchanged, states, width }: { ids: number; exchanged: number; states: number; width: number },
  stateAt: (state: number, into: Int32Array) => void,
): number {
  const [state, other] = [new Int32Array(width), new Int32Array(width)];
  const sample = Math.min(sampleMax, states);
  // By how many of the ids are exchanged: over the sample, the states that one stands for, and the permutations tried.
  const orbits = new Array<number>(exchanged + 1).fill(0);
  const tried = new Array<number>(exchanged + 1).fill(0);
  for (let number = states - sample; number < states; number += 1) {
    stateAt(number, state);
    const permutations = new Array<number>(exchanged + 1).fill(0);
    const alike = new Array<number>(exchanged + 1).fill(0);
    for (let permutation = 0; permutation < symmetry.count; permutation += 1) {
      symmetry.permute(state, permutation, other);
      const isAlike = state.every((word, index) => other[index] === word);
      for (let some = symmetry.idsMoved(permutation); some <= exchanged; some += 1) {
        permutations[some] = itemAt(permutations, some) + 1;
        if (isAlike) alike[some] = itemAt(alike, some) + 1;
      }
    }
    for (let some = 1; some <= exchanged; some += 1) {
      tried[some] = itemAt(tried, some) + itemAt(permutations, some);
      orbits[some] = itemAt(orbits, some) + itemAt(permutations, some) / itemAt(alike, some);
    }
  }
  const triedPerSpared = (some: number) => itemAt(tried, some) / itemAt(orbits, some);
  if (triedPerSpared(exchanged) < triedPerSparedAtLeast) return Math.min(ids, exchangedMax, exchanged + 1);
  let worth = exchanged;
  while (worth > 1 && triedPerSpared(worth) > triedPerSparedMax) worth -= 1;
  return worth;
}
