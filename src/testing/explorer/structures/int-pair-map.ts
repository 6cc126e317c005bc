import { wordAt } from './checked-reads.js';
import { finish, mix } from './hashing.js';

/** A map from two integers to one, all of them 0 or more, without an object for each entry. */
export interface IntPairMap {
  /** The value of this pair, or -1. */
  get(first: number, second: number): number;
  /** Sets the value of a pair that has none yet. */
  set(first: number, second: number, value: number): void;
  bytes(): number;
}

const initialSlots = 1024;

/** Makes an empty map; it grows by doubling at half load. */
export function createIntPairMap(): IntPairMap {
  let mask = initialSlots - 1;
  let used = 0;
  // Three words a slot: first + 1, so that 0 means empty, second, value.
  let slots = new Int32Array(initialSlots * 3);

  function slotOf(words: Int32Array, first: number, second: number): number {
    let slot = finish(mix(first, second)) & mask;
    for (;;) {
      const found = wordAt(words, slot * 3);
      if (found === 0 || (found === first + 1 && words[slot * 3 + 1] === second)) return slot * 3;
      slot = (slot + 1) & mask;
    }
  }

  function grow(): void {
    const old = slots;
    mask = mask * 2 + 1;
    slots = new Int32Array((mask + 1) * 3);
    for (let at = 0; at < old.length; at += 3) {
      const first = wordAt(old, at);
      if (first !== 0) slots.set(old.subarray(at, at + 3), slotOf(slots, first - 1, wordAt(old, at + 1)));
    }
  }

  return {
    get(first, second) {
      const at = slotOf(slots, first, second);
      return wordAt(slots, at) === 0 ? -1 : wordAt(slots, at + 2);
    },
    set(first, second, value) {
      if (used * 2 >= mask) grow();
      const at = slotOf(slots, first, second);
      slots[at] = first + 1;
      slots[at + 1] = second;
      slots[at + 2] = value;
      used += 1;
    },
    bytes() {
      return slots.byteLength;
    },
  };
}
