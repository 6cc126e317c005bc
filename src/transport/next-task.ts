/** Looked up once, so that no fake of a test stands in for it. */
const setImmediate = (globalThis as { setImmediate?: (fn: () => void) => void }).setImmediate;

/** Resolves in the next task, after what the event loop has waiting already. Browsers have no such call, but ports. */
export const nextTask: () => Promise<void> =
  setImmediate === undefined
    ? () =>
        new Promise((resolve) => {
          const { port1, port2 } = new MessageChannel();
          port1.onmessage = () => {
            port1.close();
            resolve();
          };
          port2.postMessage(undefined);
        })
    : () =>
        new Promise((resolve) => {
          setImmediate(resolve);
        });
