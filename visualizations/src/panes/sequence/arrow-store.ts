import type { Arrow } from './rows.js';

/** How many rows an arrow may span and still be found by looking back; those that span more are kept apart. */
const lookBack = 120;
const none: readonly Arrow[] = [];

/** Arrows, found by the rows that they cross. */
export class ArrowStore {
  /** By the row in which they start. */
  readonly #byRow = new Map<number, Arrow[]>();
  readonly #long: Arrow[] = [];

  add(arrow: Arrow): void {
    const same = this.#byRow.get(arrow.startRow);
    if (same === undefined) this.#byRow.set(arrow.startRow, [arrow]);
    else same.push(arrow);
  }

  /** The arrow ends in a later row than it did. */
  extend(arrow: Arrow, endRow: number): void {
    arrow.endRow = endRow;
    if (endRow - arrow.startRow > lookBack) this.#long.push(arrow);
  }

  startingIn(row: number): readonly Arrow[] {
    return this.#byRow.get(row) ?? none;
  }

  /** The arrows that cross the rows from one to another, both included. */
  between(from: number, to: number): readonly Arrow[] {
    const found = this.#long.filter((arrow) => arrow.startRow < from - lookBack && arrow.endRow >= from);
    for (let row = Math.max(0, from - lookBack); row <= to; row += 1) {
      for (const arrow of this.startingIn(row)) if (arrow.endRow >= from) found.push(arrow);
    }
    return found;
  }
}
