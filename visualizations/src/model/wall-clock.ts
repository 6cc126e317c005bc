import { localTime } from '../../../src/trace-events/local-time.js';
import { formatTime } from './format.js';

/** What of a header says which time it was. */
interface Started {
  readonly unit: 'ms' | 'tick';
  readonly startedAt?: number;
}

/**
 * What the clock on the wall of whoever looks showed at a moment of a run, with its zone: `02:13:07.123 UTC+01:00`.
 * Undefined where the run did not happen in real time, or does not say when.
 */
export function wallTime(header: Started, at: number): string | undefined {
  const text = wholeWallTime(header, at);
  return text === undefined ? undefined : `${text.slice(11, 23)} UTC${text.slice(23)}`;
}

/** The same with its day, as RFC 3339 has it. */
export function wholeWallTime({ unit, startedAt }: Started, at: number): string | undefined {
  const moment = (startedAt ?? NaN) + at;
  return unit === 'ms' && Math.abs(moment) <= lastMoment ? localTime(moment) : undefined;
}

/** A moment as people tell it to each other: by the clock where there is one, else from the start of the run. */
export function momentName(header: Started, at: number): string {
  return wallTime(header, at) ?? formatTime(at, header.unit);
}

/** A moment from the start of the run, and by the clock where there is one. */
export function bothTimes(header: Started, at: number): string {
  const wall = wallTime(header, at);
  return wall === undefined ? formatTime(at, header.unit) : `${formatTime(at, header.unit)} · ${wall}`;
}

/** Dates of JavaScript reach no further, not even by a time zone. */
const lastMoment = 8.64e15 - 86_400_000;
