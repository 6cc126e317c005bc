import type { Clock } from '../host/clock.js';
import type { Warning } from '../host/warnings.js';
import { kindOf, refuse, requireFunction, requireKnownNames, requireOneOf } from '../validation/argument-checks.js';
import type { TraceEventDraft } from '../trace-events/draft.js';
import type { TraceRun } from '../trace-events/trace-event.js';

/** Options of {@link createTracer}. */
export interface TracerOptions {
  /**
   * A prefix of the lifelines of this tracer's clients, such as the name of the service.
   *
   * @default none: the role alone
   */
  readonly system?: string;
  /**
   * A title of the run, for people.
   *
   * @default `system`, or 'live' without one
   */
  readonly label?: string;
  /**
   * Where the run comes from.
   *
   * @default 'live'
   */
  readonly source?: TraceRun['source'];
  /**
   * The random seed that reproduces a simulated run.
   *
   * @default none
   */
  readonly seed?: number;
  /**
   * The clock for timestamps and for sending batches and counts.
   *
   * @default the platform's timers
   */
  readonly clock?: Clock;
  /**
   * How many trace events are buffered per listener; more are dropped, and a `gap` event says how many.
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
   * How long trace events are batched for a listener, in milliseconds; 0 delivers each one at once.
   *
   * @default 40
   */
  readonly flushMs?: number;
  /**
   * Interval between counts of a stream's records and bytes, in milliseconds. While more than 400 stream ends are busy,
   * it is four times as long, or longer so that at most 1,000 counts are sent in a second, up to four seconds.
   *
   * @default 250
   */
  readonly countsIntervalMs?: number;
  /**
   * How many messages with records or credit are traced per second and client; 0 for none.
   *
   * @default 100
   */
  readonly dataMessagesPerSecond?: number;
  /**
   * Whether messages on the wire are traced.
   *
   * @default true
   */
  readonly messages?: boolean;
  /**
   * To what depth contexts and events are included.
   *
   * @default 4
   */
  readonly depthMax?: number;
  /**
   * How many entries of an object or an array are included.
   *
   * @default 20
   */
  readonly entriesMax?: number;
  /**
   * How many characters of a string are included.
   *
   * @default 200
   */
  readonly charactersMax?: number;
  /**
   * Whether to include an event. Runs for every event, so it has to be fast. Events for which it throws are included.
   *
   * @default includes every event
   */
  readonly filter?: (event: TraceEventDraft) => boolean;
  /**
   * Called with whatever a listener throws or rejects with, and with the first error of `filter`.
   *
   * @default warnings are dropped
   */
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
  requireOneOf('source', options.source, ['live', 'simulated', 'explored']);
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
