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
    return new LivenessTimer(this.#clock, this, fn, ms);
  }

  clearTimeout(timer: unknown): void {
    (timer as LivenessTimer | undefined)?.clear();
  }
}

/** A timer of such a clock: the one that was set, and what runs of it. */
class LivenessTimer {
  readonly #clock: Clock;
  readonly #liveness: LivenessClock;
  readonly #fn: () => void;
  readonly #ms: number;
  #from = 0;
  #due = 0;
  #handle: unknown;

  constructor(clock: Clock, liveness: LivenessClock, fn: () => void, ms: number) {
    this.#clock = clock;
    this.#liveness = liveness;
    this.#fn = fn;
    this.#ms = ms;
    this.#arm(clock.now(), ms);
  }

  clear(): void {
    this.#clock.clearTimeout(this.#handle);
  }

  #arm(from: number, delayMs: number): void {
    this.#from = from;
    this.#due = this.#clock.now() + delayMs;
    this.#handle = this.#clock.setTimeout(() => this.#fire(), delayMs);
  }

  #fire(): void {
    const { touchedAt } = this.#liveness;
    const now = this.#clock.now();
    if (touchedAt > this.#from) this.#arm(touchedAt, Math.max(0, touchedAt + this.#ms - now));
    // The event loop stood still, and timers come first: what came meanwhile is heard before it is said to be missing.
    else if (now - this.#due >= stoodStillMs) this.#arm(this.#from, 0);
    else this.#fn();
  }
}
