import type { AnyRecord, RunRecord } from '../../../src/tracing/record.js';
import type { SequencedRecord } from './types.js';

export { checkedRecord, MalformedRecordError } from '../../../src/tracing/checked-record.js';

/** Whether a record is the header of a run. */
export function isHeader(record: AnyRecord): record is RunRecord {
  return record.type === 'run';
}

export function isSequenced(record: AnyRecord): record is SequencedRecord {
  return record.type !== 'run';
}
