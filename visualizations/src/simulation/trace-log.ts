import type { Clock } from '../../../src/host/clock.js';
import type { TraceEventDraft } from '../../../src/trace-events/draft.js';
import type { TraceEvent } from '../../../src/trace-events/trace-event.js';
import { createTracer, type Tracer } from '../../../src/tracing/tracer.js';

/** Where the parts of a simulation write what happens. */
export interface RecordLog {
  /** Writes a record. A machine that is known is not told again. */
  write(draft: TraceEventDraft): void;
  /** Records the clients of this package; the records of the network are the network's own. */
  readonly tracer: Tracer;
  /** What was written since the last call, oldest first. */
  take(): TraceEvent[];
}

/** Makes the log of one run, which begins with its header. */
export function createRecordLog(label: string, seed: number, clock: Clock): RecordLog {
  const tracer = createTracer({
    source: 'simulated',
    label,
    seed,
    clock,
    messages: false,
    flushMs: 0,
    eventsMax: Infinity,
  });
  const machines = new Set<string>();
  let waiting: TraceEvent[] = [];
  tracer.listen((events) => {
    waiting.push(...events);
  });
  return {
    tracer,
    write: (draft) => {
      if (draft.type === 'machine') {
        if (machines.has(draft.machine)) return;
        machines.add(draft.machine);
      }
      tracer.write(draft);
    },
    take: () => {
      const taken = waiting;
      waiting = [];
      return taken;
    },
  };
}
