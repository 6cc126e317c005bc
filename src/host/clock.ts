/** The source of time of a client. All its timers run on it, so that a test can substitute a clock of its own. */
export interface Clock {
  /** Milliseconds since an arbitrary origin; monotonic. */
  now(): number;
  /** Calls `fn` once after `ms` milliseconds, and returns a handle for `clearTimeout`. */
  setTimeout(fn: () => void, ms: number): unknown;
  /** Cancels a timeout that has not fired yet. */
  clearTimeout(handle: unknown): void;
}

/** The clock of the platform. The globals are looked up at each call, so that fake timers put in their place are seen. */
export const systemClock: Clock = {
  now: () => performance.now(),
  setTimeout: (fn, ms) => setTimeout(fn, ms),
  clearTimeout: (handle) => {
    clearTimeout(handle as ReturnType<typeof setTimeout>);
  },
};
