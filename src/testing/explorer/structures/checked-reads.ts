interface List<Item> {
  readonly length: number;
  readonly [index: number]: Item;
}

/**
 * Reads a list where an item has to be.
 *
 * @throws RangeError for an index without one: it is a mistake of the explorer's, and must not pass for an item.
 */
export function itemAt<Item>(list: List<Item>, index: number): NonNullable<Item> {
  return list[index] ?? outOfRange(list.length, index);
}

/** The last item. @throws RangeError if there is none. */
export function lastOf<Item>(list: List<Item>): NonNullable<Item> {
  return itemAt(list, list.length - 1);
}

/**
 * The same as `itemAt` for words. It has a function of its own because it is read with every step of every state: V8
 * makes a read of one kind of list as quick as the brackets alone.
 */
export function wordAt(words: Int32Array, index: number): number {
  return words[index] ?? outOfRange(words.length, index);
}

/** Ends what has come to an index that is none. @throws RangeError */
export function outOfRange(length: number, index: number): never {
  throw new RangeError(`expected an index from 0 to ${length - 1}, came ${index}`);
}
