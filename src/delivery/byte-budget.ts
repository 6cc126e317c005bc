/** Whoever waits for a budget. */
export interface BudgetWaiter {
  /** There may be room now. */
  onRoom(): void;
}

/**
 * How many bytes all streams of a client may keep together. A consumer to which nothing is under way is always given
 * room, so that every one gets on, however many there are.
 *
 * A part of it, up to half where there are many consumers, is theirs in equal shares, so that those whose readers read
 * nothing leave the others enough to go on at their pace. The rest goes to who comes first.
 */
export class ByteBudget {
  readonly #bytesMax: number;
  readonly #waiters = new Set<BudgetWaiter>();
  readonly #sharers = new Set<BudgetWaiter>();
  #used = 0;

  constructor(bytesMax: number) {
    this.#bytesMax = bytesMax;
  }

  get used(): number {
    return this.#used;
  }

  /** @param own How much of it the one who asks has taken. */
  hasRoomFor(bytes: number, own = Infinity): boolean {
    const sharers = Math.max(1, this.#sharers.size);
    const reserved = Math.floor((this.#bytesMax / 2) * ((sharers - 1) / sharers));
    return this.#used + bytes <= this.#bytesMax - reserved || own + bytes <= Math.floor(reserved / sharers);
  }

  /** One more has a share, until it is forgotten. */
  join(sharer: BudgetWaiter): void {
    this.#sharers.add(sharer);
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
    this.#sharers.delete(waiter);
    this.#waiters.delete(waiter);
  }
}
