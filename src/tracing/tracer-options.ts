import type { Clock } from '../host/clock.js';
import type { Warning } from '../host/warnings.js';
import { kindOf, refuse, requireFunction, requireKnownNames } from '../validation/argument-checks.js';
import type { TraceEventDraft } from '../trace-events/draft.js';
import type { TraceRun } from '../trace-events/trace-event.js';

/** What {@link createTracer} can be told. */
export interface TracerOptions {
  /**
   * What the lifelines of this tracer's clients begin with, such as a service's name.
   *
   * @default their roles alone
   */
  readonly system?: string;
  /**
   * What the run is, for people.
   *
   * @default `system`, or else 'live'
   */
  readonly label?: string;
  /**
   * Where the run comes from.
   *
   * @default 'live'
   */
  readonly source?: TraceRun['source'];
  /** What makes a simulated run again. */
  readonly seed?: number;
  /**
   * Where the times come from, and on which batches and counts are sent.
   *
   * @default the platform's
   */
  readonly clock?: Clock;
  /**
   * How many trace events wait for a listener at most; beyond, they are left out and a `gap` tells so.
   *
   * @default 10_000
   */
  readonly eventsMax?: number;
  /**
   * The former name of `eventsMax`.
   *
   * @deprecated Use `eventsMax`.
   */
  readonly recordsMax?: number;
  /**
   * How long trace events are gathered for a listener; 0 hands each over at once. Milliseconds.
   *
   * @default 40
   */
  readonly flushMs?: number;
  /**
   * How often the counts of streams are told. Where more than 400 ends of streams have handled something: a fourth as
   * often, and 1,000 in a second at most, until each comes every four seconds. Milliseconds.
   *
   * @default 250
   */
  readonly countsIntervalMs?: number;
  /**
   * How many messages of records and of credit are told in a second at most, for each client; 0 for none.
   *
   * @default 100
   */
  readonly dataMessagesPerSecond?: number;
  /**
   * Whether messages on the wire are told.
   *
   * @default true
   */
  readonly messages?: boolean;
  /**
   * How deep contexts and events are looked into.
   *
   * @default 4
   */
  readonly depthMax?: number;
  /**
   * How many entries of an object or an array are told.
   *
   * @default 20
   */
  readonly entriesMax?: number;
  /**
   * How many characters of a text are told.
   *
   * @default 200
   */
  readonly charactersMax?: number;
  /** Whether an event is told. Runs for each one, so it has to be quick. Events for which it throws are told. */
  readonly filter?: (event: TraceEventDraft) => boolean;
  /** Is told what a listener throws or rejects with, and what `filter` throws first. */
  readonly onWarning?: (warning: Warning) => void;
}

const numbers = [
  'eventsMax',
  'recordsMax',
  'flushMs',
  'countsIntervalMs',
  'dataMessagesPerSecond',
  'depthMax',
  'entriesMax',
  'charactersMax',
] as const;

/** @throws {StreamError} `badArgument` that says what was expected and what came. */
export function checkOptions(options: TracerOptions): void {
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

/**
 * How many events may wait, under the present name of the option or the former one.
 *
 * @throws {StreamError} `badArgument` where both are given.
 */
export function eventsMaxOf(options: {
  readonly eventsMax?: number;
  readonly recordsMax?: number;
}): number | undefined {
  const { eventsMax, recordsMax } = options;
  if (eventsMax !== undefined && recordsMax !== undefined) {
    refuse('recordsMax: expected no former name beside eventsMax, came both');
  }
  return eventsMax ?? recordsMax;
}
