import { itemAt } from '../structures/checked-reads.js';
import type { Symmetry } from './symmetry.js';

/** How many of the interchangeable ids are exchanged, the first ones. */
export interface Exchanged {
  readonly count: number;
  /** After how many expanded states it is looked at whether that is worth it. */
  readonly lookAt: number;
}

/** With more ids than these the permutations are too many to be tried for each state, whatever they spare. */
const exchangedMax = 6;

/** How many are exchanged before it is known what that spares, and when it is looked at first. */
const atFirst: Exchanged = { count: 5, lookAt: 256 };

/** It is looked at again each time that there are so many times more states, so that what begins anew loses an eighth. */
const lookFactor = 8;

export function exchangedAtFirst(ids: number): Exchanged {
  return { ...atFirst, count: Math.min(ids, atFirst.count) };
}

/** When so many states are expanded, and it has been looked at. */
export function nextLook({ lookAt }: Exchanged): number {
  return lookAt * lookFactor;
}

/** More permutations than these for each state that they spare, and to try them costs more than the states would. */
const triedPerSparedMax = 4;

/** So many states are looked at of those that are to be expanded next, in which the ids differ as in those to come. */
const sampleMax = 32;

/**
 * How many ids should be exchanged from here on: as many as spare enough, or one more than now where that seems to do so,
 * too.
 *
 * @param known `exchanged` is how many are now, `ids` how many there are; the states to be looked at, of this width, are
 *   those from `first` to before `end`.
 * @param stateAt reads a state, by its number.
 */
export function idsWorthExchanging(
  symmetry: Symmetry,
  { ids, exchanged, first, end, width }: { ids: number; exchanged: number; first: number; end: number; width: number },
  stateAt: (state: number, into: Int32Array) => void,
): number {
  const [state, other] = [new Int32Array(width), new Int32Array(width)];
  const sample = Math.min(sampleMax, end - first);
  // By how many of the ids are exchanged: over the sample, the states that one stands for, and the permutations tried.
  const orbits = new Array<number>(exchanged + 1).fill(0);
  const tried = new Array<number>(exchanged + 1).fill(0);
  for (let number = 0; number < sample; number += 1) {
    stateAt(first + Math.floor((number * (end - first)) / sample), state);
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
  // One more id makes it worse by as much again as the last one did.
  const withOneMore = exchanged < 2 ? 0 : triedPerSpared(exchanged) ** 2 / triedPerSpared(exchanged - 1);
  if (withOneMore <= triedPerSparedMax && exchanged < Math.min(ids, exchangedMax)) return exchanged + 1;
  let worth = exchanged;
  while (worth > 1 && triedPerSpared(worth) > triedPerSparedMax) worth -= 1;
  return worth;
}
