/** Whoever waits for a budget. */
export interface BudgetWaiter {
  /** There may be room now. */
  onRoom(): void;
}

/**
 * How many bytes all streams of a client may keep together. A stream that keeps nothing is always given room, so that
 * every stream gets on, however many there are.
 */
export class ByteBudget {
  readonly #bytesMax: number;
  readonly #waiters = new Set<BudgetWaiter>();
  #used = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  get used(): number {
    return this.#used;
  }

  hasRoomFor(bytes: number): boolean {
    return this.#used + bytes <= this.#bytesMax;
  }

  take(bytes: number): void {
    this.#used += bytes;
  }

  /** Gives bytes back, and tells those who wait, in the order in which they came. */
  give(bytes: number): void {
    if (bytes === 0) return;
    this.#used -= bytes;
    if (this.#waiters.size === 0) return;
    const waiters = [...this.#waiters];
    this.#waiters.clear();
    for (const waiter of waiters) waiter.onRoom();
  }

  await(waiter: BudgetWaiter): void {
    this.#waiters.add(waiter);
  }

  forget(waiter: BudgetWaiter): void {
    this.#waiters.delete(waiter);
  }
}
