import type { TraceEvent, TraceRun } from '../../../src/trace-events/trace-event.js';
import type { SequencedRecord } from './types.js';

export { checkedEvent, MalformedTraceEventError } from '../../../src/tracing/checked-event.js';

/** Whether a record is the header of a run. */
export function isHeader(record: TraceEvent): record is TraceRun {
  return record.type === 'run';
}

export function isSequenced(record: TraceEvent): record is SequencedRecord {
  return record.type !== 'run';
}
