import type { BudgetWaiter, ByteBudget } from './byte-budget.js';

/** A stream of the consumer whose budget this is. */
export interface BudgetedStream extends BudgetWaiter {
  /** Others wait for what this stream keeps: it asks its consumer how much of that has arrived. */
  onShortage(): void;
}

/**
 * How many bytes may be under way to one consumer in all its streams: sent, and not known to have arrived. A server
 * that holds tens of MiB for a connection which nobody reads holds back everybody who publishes to it, and so the
 * streams of all other consumers.
 *
 * Streams take turns in the order in which they came, a record at a time, so that a large record finds its room too.
 * One record of the consumer is always under way, however large it is.
 */
export class ConsumerBudget implements BudgetWaiter {
  readonly #bytesMax: number;
  readonly #whole: ByteBudget;
  readonly #streams = new Set<BudgetedStream>();
  readonly #waiters = new Set<BudgetedStream>();
  #used = 0;
  /** How much of what the streams were asked for has not been given back. */
  #asked = 0;
  #turn: BudgetedStream | undefined;
  /** How often a stream found no room in its turn. */
  #refusals = 0;

  /** @param whole What all consumers share. A consumer to which nothing is under way is always given room. */
  constructor(bytesMax: number, whole: ByteBudget) {
    this.#bytesMax = bytesMax;
    this.#whole = whole;
  }

  get used(): number {
    return this.#used;
  }

  /** As how much a record counts at most: beside one that is larger, other streams still find room. */
  get recordChargeMax(): number {
    return Math.max(1, Math.floor(this.#bytesMax / 2));
  }

  get isUnused(): boolean {
    return this.#streams.size === 0;
  }

  join(stream: BudgetedStream): void {
    this.#streams.add(stream);
    this.#whole.join(this);
  }

  /** A stream is over. Those that waited behind it have their turn. */
  leave(stream: BudgetedStream): void {
    this.#streams.delete(stream);
    this.#waiters.delete(stream);
    if (this.isUnused) this.#whole.forget(this);
    this.#serve();
  }

  /** Whether a stream may send a record of so many bytes. Where it may not, it is told when its turn has come. */
  admits(bytes: number, stream: BudgetedStream): boolean {
    const first = this.#firstWaiter;
    const isFirst = first === undefined || first === stream;
    if (isFirst && this.#hasRoomFor(bytes)) {
      this.#waiters.delete(stream);
      return true;
    }
    this.#waiters.add(stream);
    if (this.#turn === stream) this.#refusals += 1;
    if (isFirst) this.#askStreams();
    return false;
  }

  take(bytes: number): void {
    this.#used += bytes;
    this.#whole.take(bytes);
  }

  give(bytes: number): void {
    if (bytes === 0) return;
    this.#used -= bytes;
    this.#asked -= bytes;
    this.#whole.give(bytes);
    this.#serve();
  }

  onRoom(): void {
    this.#serve();
  }

  get #firstWaiter(): BudgetedStream | undefined {
    for (const waiter of this.#waiters) return waiter;
    return undefined;
  }

  #hasRoomFor(recordBytes: number): boolean {
    if (this.#used === 0) return true;
    const bytes = Math.min(recordBytes, this.recordChargeMax);
    if (this.#used + bytes > this.#bytesMax) return false;
    if (this.#whole.hasRoomFor(bytes, this.#used)) return true;
    this.#whole.await(this);
    return false;
  }

  /** A reader that reads nothing says nothing either. Once for all that is under way: each answer gives some of it back. */
  #askStreams(): void {
    if (this.#asked > 0) return;
    this.#asked = this.#used;
    for (const stream of this.#streams) stream.onShortage();
  }

  #serve(): void {
    if (this.#turn !== undefined) return;
    for (let first = this.#firstWaiter; first !== undefined; first = this.#firstWaiter) {
      const refusals = this.#refusals;
      this.#turn = first;
      first.onRoom();
      this.#turn = undefined;
      if (this.#firstWaiter !== first) continue;
      if (this.#refusals !== refusals) return;
      // It has nothing to send any more.
      this.#waiters.delete(first);
    }
  }
}
