/** Schedules a turn of the broker: to run once, soon, and never synchronously. */
export type Schedule = (turn: () => void) => void;

/**
 * How many turns follow each other as microtasks before the event loop gets one of its own. With the size of a turn it
 * bounds how long a burst keeps timers and sockets waiting.
 */
const microtaskTurnsMax = 128;

/**
 * The default schedule: microtasks, because they are quick and fake timers leave them alone, with a macrotask now and
 * then, so that two clients which answer each other for ever do not starve the event loop.
 */
export function createSchedule(): Schedule {
  let microtaskTurns = 0;
  return (turn) => {
    if (microtaskTurns < microtaskTurnsMax) {
      microtaskTurns += 1;
      void Promise.resolve().then(turn);
    } else {
      microtaskTurns = 0;
      macrotask(turn);
    }
  };
}

/** The platform's own functions are taken when this module loads, before a test can put fake timers in their place. */
const macrotask: Schedule = createMacrotask();

function createMacrotask(): Schedule {
  const { setImmediate } = globalThis as { setImmediate?: (task: () => void) => unknown };
  if (setImmediate !== undefined) return (turn) => void setImmediate(turn);

  // Browsers have no setImmediate, and their setTimeout waits 4 ms when it is nested.
  const { port1, port2 } = new MessageChannel();
  const turns: (() => void)[] = [];
  port1.onmessage = () => turns.shift()?.();
  return (turn) => {
    turns.push(turn);
    port2.postMessage(undefined);
  };
}
