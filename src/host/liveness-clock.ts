import type { Clock } from './clock.js';

/**
 * The clock of one consumer stream, on which a sign of life restarts the running timer without touching it.
 *
 * Every record restarts the silence timer (PROTOCOL.md, Consumer stream: active), and re-arming a timer for each of a
 * hundred thousand records a second would cost more than the records. `touch` only notes the time; a timer that is
 * due looks whether it was touched meanwhile, and if so waits for the rest. What the machine sees is the same.
 */
export class LivenessClock implements Clock {
  readonly #clock: Clock;
  #touchedAt = -Infinity;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  now(): number {
    return this.#clock.now();
  }

  /** When the last sign of life was, on this clock; -Infinity where there was none. */
  get touchedAt(): number {
    return this.#touchedAt;
  }

  /** A sign of life: the timer that runs starts again from now. */
  touch(): void {
    this.#touchedAt = this.#clock.now();
  }

  setTimeout(fn: () => void, ms: number): unknown {
    const timer: { handle: unknown } = { handle: undefined };
    const arm = (from: number, delayMs: number) => {
      timer.handle = this.#clock.setTimeout(() => {
        const touchedAt = this.#touchedAt;
        if (touchedAt > from) arm(touchedAt, Math.max(0, touchedAt + ms - this.#clock.now()));
        else fn();
      }, delayMs);
    };
    arm(this.#clock.now(), ms);
    return timer;
  }

  clearTimeout(timer: unknown): void {
    this.#clock.clearTimeout((timer as { handle: unknown } | undefined)?.handle);
  }
}
