import type { Clock } from './clock.js';

/** A timer that is so late says that the event loop stood still. */
const stoodStillMs = 250;

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
      const due = this.#clock.now() + delayMs;
      timer.handle = this.#clock.setTimeout(() => {
        const touchedAt = this.#touchedAt;
        const now = this.#clock.now();
        if (touchedAt > from) arm(touchedAt, Math.max(0, touchedAt + ms - now));
        // The event loop stood still, and timers come first: what came meanwhile is heard before it is said to be missing.
        else if (now - due >= stoodStillMs) arm(from, 0);
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
