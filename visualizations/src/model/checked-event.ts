import type { TraceEvent, TraceRun } from '../../../src/trace-events/trace-event.js';
import type { SequencedEvent } from './types.js';

export { checkedEvent, MalformedTraceEventError } from '../../../src/tracing/checked-event.js';

/** Whether an event is the header of a run. */
export function isHeader(event: TraceEvent): event is TraceRun {
  return event.type === 'run';
}

export function isSequenced(event: TraceEvent): event is SequencedEvent {
  return event.type !== 'run';
}
