import type { Clock } from '../host/clock.js';

interface Timer {
  readonly fn: () => void;
  due: number;
  handle: unknown;
}

/** A clock whose running timers can be brought forward. */
export class PacedClock implements Clock {
  readonly #clock: Clock;
  readonly #timers = new Set<Timer>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.now();
  }

  /** No timer that runs takes longer than this from now. */
  hasten(ms: number): void {
    for (const timer of this.#timers) {
      if (timer.due <= this.now() + ms) continue;
      this.#clock.clearTimeout(timer.handle);
      this.#arm(timer, ms);
    }
  }

  setTimeout(fn: () => void, ms: number): unknown {
    const timer: Timer = { fn, due: 0, handle: undefined };
    this.#timers.add(timer);
    this.#arm(timer, ms);
    return timer;
  }

  clearTimeout(timer: unknown): void {
    const known = timer as Timer | undefined;
    if (known === undefined || !this.#timers.delete(known)) return;
    this.#clock.clearTimeout(known.handle);
  }

  #arm(timer: Timer, ms: number): void {
    timer.due = this.now() + ms;
    timer.handle = this.#clock.setTimeout(() => {
      this.#timers.delete(timer);
      timer.fn();
    }, ms);
  }
}
