import type { Clock } from '../../../../src/host/clock.js';
import type { TraceLog } from '../trace-log.js';

/** Counts what an end of a stream handles, and writes it down now and then. */
export interface Counts {
  add(bytes: number): void;
  flush(): void;
}

/** At most one record of counts in so many milliseconds. */
const periodMs = 250;

export function createCounts(
  { log, clock, system }: { readonly log: TraceLog; readonly clock: Clock; readonly system: string },
  actor: string,
  stream: string,
): Counts {
  let [records, bytes, writtenAt, isWritten] = [0, 0, -Infinity, true];
  const flush = (): void => {
    if (isWritten) return;
    isWritten = true;
    writtenAt = clock.now();
    log.write({ type: 'counts', system, actor, stream, records, bytes });
  };
  return {
    add: (size) => {
      records += 1;
      bytes += size;
      isWritten = false;
      if (clock.now() - writtenAt >= periodMs) flush();
    },
    flush,
  };
}
