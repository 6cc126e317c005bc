import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** What a process holds, in bytes. */
export interface Memory {
  /** What can still be reached: objects, and the buffers outside of the heap. */
  readonly heldBytes: number;
  readonly rssBytes: number;
}

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** Collects what cannot be reached any more, and measures the rest of this process. */
export function measureMemory(): Memory {
  collect();
  const { heapUsed, external, rss } = process.memoryUsage();
  return { heldBytes: heapUsed + external, rssBytes: rss };
}
