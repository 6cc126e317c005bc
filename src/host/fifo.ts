/**
 * A queue that costs the same however much waits in it. The platform's arrays move all that waits when the first item is
 * taken out of many.
 */
export class Fifo<Item> {
  #items: Item[] = [];
  /** How many items at the beginning were taken out. */
  #taken = 0;

  get length(): number {
    return this.#items.length - this.#taken;
  }

  push(item: Item): void {
    this.#items.push(item);
  }

  /** Takes the first item out; undefined where none waits. */
  shift(): Item | undefined {
    if (this.#taken === this.#items.length) return undefined;
    const item = this.#items[this.#taken];
    this.#taken += 1;
    if (this.#taken === this.#items.length) {
      this.#items.length = this.#taken = 0;
    } else if (this.#taken >= 1_024 && this.#taken * 2 >= this.#items.length) {
      // What was taken is given back in one go with as much again, so that each item is moved once at most.
      this.#items = this.#items.slice(this.#taken);
      this.#taken = 0;
    }
    return item;
  }
}
