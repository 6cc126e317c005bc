import type { Clock } from '../host/clock.js';
import type { Warning } from '../host/warnings.js';
import { kindOf, refuse, requireFunction, requireKnownNames } from '../validation/argument-checks.js';
import type { RecordDraft } from './draft.js';
import type { RunRecord } from './record.js';

export interface RecorderOptions {
  /** What the lifelines of this recorder's clients begin with, such as a service's name. Their roles alone unless told. */
  readonly system?: string;
  /** What the run is, for people. `live` unless told. */
  readonly label?: string;
  readonly source?: RunRecord['source'];
  /** What makes a simulated run again. */
  readonly seed?: number;
  /** Where the times come from, and on which batches and counts are sent. The platform's unless told. */
  readonly clock?: Clock;
  /** How many records wait for a listener at most; beyond, they are left out and a `gap` tells so. 10,000 unless told. */
  readonly recordsMax?: number;
  /** How long records are gathered for a listener. Milliseconds, 40 unless told; 0 hands each over at once. */
  readonly flushMs?: number;
  /**
   * How often the counts of streams are told. Milliseconds, 250 unless told. Where more than 400 ends of streams have
   * handled something: a fourth as often, and 1,000 in a second at most, until each comes every four seconds.
   */
  readonly countsIntervalMs?: number;
  /** How many messages of records and of credit are told in a second at most, for each client. 100 unless told; 0 for none. */
  readonly dataMessagesPerSecond?: number;
  /** Whether messages on the wire are told. True unless told. */
  readonly messages?: boolean;
  /** How deep contexts and events are looked into. 4 unless told. */
  readonly depthMax?: number;
  /** How many entries of an object or an array are told. 20 unless told. */
  readonly entriesMax?: number;
  /** How many characters of a text are told. 200 unless told. */
  readonly charactersMax?: number;
  /** Whether a record is told. Runs for each record, so it has to be quick. Records for which it throws are told. */
  readonly filter?: (record: RecordDraft) => boolean;
  /** Is told what a listener throws or rejects with, and what `filter` throws first. */
  readonly onWarning?: (warning: Warning) => void;
}

const numbers = [
  'recordsMax',
  'flushMs',
  'countsIntervalMs',
  'dataMessagesPerSecond',
  'depthMax',
  'entriesMax',
  'charactersMax',
] as const;

/** @throws {StreamError} `badArgument` that says what was expected and what came. */
export function checkOptions(options: RecorderOptions): void {
  const others = ['system', 'label', 'source', 'seed', 'clock', 'messages', 'filter', 'onWarning'];
  requireKnownNames('options', options, [...others, ...numbers]);
  for (const name of numbers) {
    const value: unknown = options[name];
    if (value === undefined || (typeof value === 'number' && value >= 0)) continue;
    refuse(`${name}: expected a number of at least 0, came ${typeof value === 'number' ? value : kindOf(value)}`);
  }
  requireFunction('filter', options.filter);
  requireFunction('onWarning', options.onWarning);
}
