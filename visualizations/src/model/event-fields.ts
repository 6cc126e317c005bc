import type { Fields } from './query.js';
import { stateText } from './state-text.js';
import type { SequencedEvent } from './types.js';

const field =
  (name: string) =>
  (event: SequencedEvent): string | number | undefined => {
    const value = (event as unknown as Readonly<Record<string, unknown>>)[name];
    return typeof value === 'string' || typeof value === 'number' ? value : undefined;
  };

/** What a query over the events of a run may ask: to break at a event, to find one. */
export const eventFields: Fields<SequencedEvent> = {
  type: (event) => event.type,
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
  events: field('events'),
  waiting: field('waiting'),
  credit: field('credit'),
  timer: field('timer'),
  delay: field('delay'),
  status: field('status'),
  at: (event) => event.at,
  event: (event) => (event.type === 'step' ? event.event.type : undefined),
  state: (event) => (event.type === 'step' || event.type === 'actor' ? stateText(event.value) : undefined),
  refused: (event) => (event.type === 'step' ? `${event.taken.length === 0}` : undefined),
};
