/** The part of sinon's clock (`sinon.useFakeTimers()`) that a test clock needs to share its time. */
export interface FakeTimers {
  readonly now: number;
  setTimeout(fn: () => void, ms: number): unknown;
  clearTimeout(handle: never): void;
  /** Goes to the next timer and fires it. */
  next(): unknown;
}

/** The time of a test clock, which passes only in steps. */
export interface VirtualTime {
  /** Milliseconds since the time was made. */
  now(): number;
  /**
   * Goes towards a later instant, until it is reached or something ran that may have changed what comes next.
   * Tells whether something ran.
   */
  step(toMs: number): boolean;
}

export function createOwnTime(): VirtualTime {
  let nowMs = 0;
  return {
    now: () => nowMs,
    step(toMs) {
      nowMs = toMs;
      return false;
    },
  };
}

/** A time that fake timers keep: a step fires their next timer, or reaches the instant where none is due before it. */
export function createSharedTime(fakeTimers: FakeTimers): VirtualTime {
  const originMs = fakeTimers.now;
  const now = (): number => fakeTimers.now - originMs;
  return {
    now,
    step(toMs) {
      // Fake timers do not tell when their next one is due, so a timer of ours marks the instant among them. It is
      // armed last, hence what they have at that instant comes first. They count whole milliseconds.
      const mark = { reached: false };
      const handle = fakeTimers.setTimeout(() => (mark.reached = true), Math.ceil(toMs - now()));
      try {
        fakeTimers.next();
      } finally {
        if (!mark.reached) fakeTimers.clearTimeout(handle as never);
      }
      return !mark.reached;
    },
  };
}
