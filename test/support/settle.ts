// Taken when this module loads, before a test puts fake timers in its place.
const { setImmediate } = globalThis;

/** Lets everything that is under way come to rest: all microtasks, and what they set off in the next turns. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 4; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}
