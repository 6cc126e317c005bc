import type { Clock } from '../../../src/host/clock.js';
import type { TraceEventDraft } from '../../../src/trace-events/draft.js';
import type { TraceEvent } from '../../../src/trace-events/trace-event.js';
import { createTracer, type Tracer } from '../../../src/tracing/tracer.js';

/** Where the parts of a simulation write what happens. */
export interface TraceLog {
  /** Writes a trace event. A machine that is known is not told again. */
  write(draft: TraceEventDraft): void;
  /** Traces the clients of this package; the network writes its trace events itself. */
  readonly tracer: Tracer;
  /** What was written since the last call, oldest first. */
  take(): TraceEvent[];
}

/** Makes the log of one run, which begins with its header. */
export function createTraceLog(label: string, seed: number, clock: Clock): TraceLog {
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
