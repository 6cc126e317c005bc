import type { Fields } from './query.js';
import { stateText } from './state-text.js';
import type { SequencedRecord } from './types.js';

const field =
  (name: string) =>
  (record: SequencedRecord): string | number | undefined => {
    const value = (record as unknown as Readonly<Record<string, unknown>>)[name];
    return typeof value === 'string' || typeof value === 'number' ? value : undefined;
  };

/** What a query over the records of a run may ask: to break at a record, to find one. */
export const recordFields: Fields<SequencedRecord> = {
  type: (record) => record.type,
  op: field('op'),
  system: field('system'),
  actor: field('actor'),
  stream: field('stream'),
  subject: field('subject'),
  kind: field('kind'),
  reason: field('reason'),
  code: field('code'),
  text: field('text'),
  from: field('from'),
  to: field('to'),
  bytes: field('bytes'),
  records: field('records'),
  waiting: field('waiting'),
  credit: field('credit'),
  timer: field('timer'),
  delay: field('delay'),
  status: field('status'),
  at: (record) => record.at,
  event: (record) => (record.type === 'step' ? record.event.type : undefined),
  state: (record) => (record.type === 'step' || record.type === 'actor' ? stateText(record.value) : undefined),
  refused: (record) => (record.type === 'step' ? `${record.taken.length === 0}` : undefined),
};
