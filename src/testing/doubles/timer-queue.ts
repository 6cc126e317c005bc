/** One armed timer of a test clock. */
export interface Timer {
  readonly fn: () => void;
  /** When it fires, on the clock. */
  readonly dueMs: number;
  /** The delay it was armed with, as it was given. */
  readonly delayMs: number;
  /** Counts the timers of a clock in the order of arming. */
  readonly serial: number;
  /** How many timers before it, each armed by the one before and due at once, led to it. */
  readonly chainLength: number;
}

export interface TimerQueue {
  /** The timer that fires next. */
  first(): Timer | undefined;
  add(timer: Timer): void;
  /** Takes a timer out; one that is not in is passed over. */
  remove(timer: Timer): void;
  /** All timers in the order in which they fire. */
  all(): readonly Timer[];
}

/** Timers by deadline, those of one deadline in the order of arming. */
export function createTimerQueue(): TimerQueue {
  const timers: Timer[] = [];

  /** Where a timer is, or where it belongs: the number of timers that fire before it. */
  const indexOf = ({ dueMs, serial }: Timer): number => {
    let low = 0;
    let high = timers.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = timers[middle];
      if (other !== undefined && (other.dueMs < dueMs || (other.dueMs === dueMs && other.serial < serial))) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  };

  return {
    first: () => timers[0],
    add: (timer) => void timers.splice(indexOf(timer), 0, timer),
    remove(timer) {
      const index = indexOf(timer);
      if (timers[index] === timer) timers.splice(index, 1);
    },
    all: () => [...timers],
  };
}
