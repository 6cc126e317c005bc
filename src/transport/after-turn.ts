/** Node's own queue, which runs when no promise is left to settle. Looked up once, so that no fake stands in for it. */
const nextTick = (globalThis as { process?: { nextTick?: (fn: () => void) => void } }).process?.nextTick;

/**
 * Calls back when the promises that are settling now, and all that follow from them, have settled. Where the platform
 * has no such queue, as in browsers, it is the next task.
 */
export const afterTurn: (fn: () => void) => void =
  nextTick === undefined
    ? (fn) => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => {
          port1.close();
          fn();
        };
        port2.postMessage(undefined);
      }
    : (fn) => {
        nextTick(fn);
      };
