import type { Schedule } from './schedule.js';

/** One connection from its start to its loss. What it sent and the broker has not taken by then is lost with it. */
export interface Session {
  isAlive: boolean;
}

export interface OperationQueue {
  /** Has the broker take an operation after all that were submitted before, unless the session ends first. */
  submit(session: Session, operate: () => void): void;
}

interface Operation {
  readonly session: Session;
  readonly operate: () => void;
}

/** Small enough that what handlers await gets on between turns, large enough that a burst is not a turn for each message. */
const operationsPerTurnMax = 32;

/** What clients send, in the one order in which the broker takes it. Operations that come during a turn wait for the next. */
export function createOperationQueue(schedule: Schedule): OperationQueue {
  // Two lists, one read and one written, make a queue whose every step is constant in time.
  let taken: (Operation | undefined)[] = [];
  let next = 0;
  let arriving: Operation[] = [];
  let isScheduled = false;

  const scheduleTurn = () => {
    if (isScheduled || (next === taken.length && arriving.length === 0)) return;
    isScheduled = true;
    schedule(turn);
  };

  const turn = () => {
    isScheduled = false;
    if (next === taken.length) {
      taken = arriving;
      arriving = [];
      next = 0;
    }
    const end = Math.min(next + operationsPerTurnMax, taken.length);
    try {
      while (next < end) {
        const operation = taken[next];
        // A slot that has been read holds on to no payload while the rest of its list waits.
        taken[next] = undefined;
        next += 1;
        if (operation?.session.isAlive === true) operation.operate();
      }
    } finally {
      scheduleTurn();
    }
  };

  return {
    submit(session, operate) {
      arriving.push({ session, operate });
      scheduleTurn();
    },
  };
}
