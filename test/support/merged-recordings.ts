import { createRandom } from '../../src/testing/index.js';
import { traceVersion, type TraceEvent, type TraceRun } from '../../src/tracing/index.js';
import { createOrder } from '../../src/tracing/in-order.js';
import { createProcessMerge } from '../../src/tracing/process-merge.js';
import type { TimedDraft } from '../../src/trace-events/draft.js';

/** What each process tells at once. Milliseconds. */
const batchMs = 100;

/** How long a batch is on its way at most, and how long trace events wait for those of others. Milliseconds. */
const delayMaxMs = 60;
const waitMs = 150;

interface Arrival {
  readonly instance: string;
  readonly now: number;
  readonly events: readonly TraceEvent[];
  readonly isLast: boolean;
}

/**
 * The recordings of several processes as a collector has them that listens to all: each process tells its events in
 * batches, which are on their way for a time that a seed decides, by a clock that is no other's. Those that have not
 * stopped crash behind their last word.
 */
export function mergeRecordings(recordings: readonly (readonly TraceEvent[])[], seed: number): readonly TraceEvent[] {
  const random = createRandom(seed);
  const startOf = ([run]: readonly TraceEvent[]) => (run?.type === 'run' ? (run.startedAt ?? 0) : 0);
  const startedAt = Math.min(...recordings.map(startOf));
  const arrivals = recordings
    .flatMap((recording, index): readonly Arrival[] =>
      arrivalsOf(recording, `process ${index}`, startOf(recording) - startedAt, () => random.next() * delayMaxMs),
    )
    .sort((one, other) => one.now - other.now);
  const merge = createProcessMerge();
  const inOrder = createOrder();
  const run: TraceRun = { type: 'run', version: traceVersion, source: 'live', unit: 'ms', label: 'merged', startedAt };
  const merged: TraceEvent[] = [run];
  let waiting: TimedDraft[] = [];
  const release = (until: number): void => {
    waiting.sort((one, other) => one.at - other.at);
    const ready = waiting.filter(({ at }) => at <= until);
    waiting = waiting.slice(ready.length);
    for (const draft of ready) merged.push({ ...inOrder(draft), seq: merged.length });
  };
  for (const { instance, now, events, isLast } of arrivals) {
    release(now - waitMs);
    waiting.push(...(merge.take({ instance, process: 'process', isOver: false, records: events }, now) ?? []));
    if (isLast) waiting.push(...merge.over(instance, 'crash', now));
  }
  release(Infinity);
  return merged;
}

function arrivalsOf(
  recording: readonly TraceEvent[],
  instance: string,
  offset: number,
  delay: () => number,
): readonly Arrival[] {
  const arrivals: Arrival[] = [];
  let [events, until, sentAt]: [TraceEvent[], number, number] = [[], batchMs, 0];
  let arrivedAt = -Infinity;
  const tell = (isLast: boolean): void => {
    // Batches of one process come in their order.
    arrivedAt = Math.max(arrivedAt, offset + sentAt + delay());
    arrivals.push({ instance, now: arrivedAt, events, isLast });
    events = [];
  };
  for (const event of recording) {
    const at = 'at' in event ? event.at : 0;
    if (at >= until && events.length > 0) {
      tell(false);
      until = at + batchMs;
    }
    events.push(event);
    sentAt = Math.max(sentAt, at);
  }
  tell(true);
  return arrivals;
}
