/** Resolves when what was under way in promises has come to rest. */
export type Settle = () => Promise<void>;

/**
 * Waits for two turns of the real event loop. The microtask queue is empty after one; the second is for those who, like
 * the in-memory broker, give way to the event loop once in the middle of a burst. Fake timers have no part in it.
 */
export const settleMicrotasks: Settle = async () => {
  await turnOfEventLoop();
  await turnOfEventLoop();
};

/** The platform's own functions are taken when this module loads, before a test can put fake timers in their place. */
const turnOfEventLoop: Settle = createTurnOfEventLoop();

function createTurnOfEventLoop(): Settle {
  const { setImmediate } = globalThis as { setImmediate?: (task: () => void) => unknown };
  if (setImmediate !== undefined) return () => new Promise((resolve) => void setImmediate(resolve));

  // Browsers have no setImmediate, and their setTimeout waits 4 ms when it is nested.
  const { MessageChannel } = globalThis;
  return () =>
    new Promise((resolve) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => {
        port1.close();
        resolve();
      };
      port2.postMessage(undefined);
    });
}
