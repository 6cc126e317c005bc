import type { CloseError, ConsumerStream } from '../../src/index.js';
import { numberOf } from './numbered.js';

/** What a reader of numbered records has got. */
export interface Tally {
  records: number;
  /** How many numbers were passed over; those that come later count as repeated. */
  missing: number;
  /** How many came after a greater or an equal number. */
  repeated: number;
  /** What the stream threw at its reader, where it did not end quietly. */
  error?: CloseError;
}

/**
 * Reads numbered records to the end of the stream, and counts.
 *
 * @param onRecord Is called after each record with how many have come; the reader waits where it gives a promise.
 */
export async function tallyOf(
  stream: ConsumerStream,
  onRecord?: (records: number) => Promise<void> | undefined,
): Promise<Tally> {
  const tally: Tally = { records: 0, missing: 0, repeated: 0 };
  let next = 0;
  try {
    for await (const record of stream) {
      const number = numberOf(record);
      if (number < next) tally.repeated += 1;
      else {
        tally.missing += number - next;
        next = number + 1;
      }
      tally.records += 1;
      const waiting = onRecord?.(tally.records);
      if (waiting !== undefined) await waiting;
    }
  } catch (error) {
    tally.error = error as CloseError;
  }
  return tally;
}

/** A line of the test's report, below its title. */
export function tell(text: string): void {
  console.log(`      ${text}`);
}

/**
 * Durations for streams that have to live through whatever happens to their connections: heartbeats are frequent, since
 * they repeat what was lost, and a machine that is busy for seconds makes nobody look dead.
 */
export const hardyTiming = {
  heartbeatIntervalMs: 250,
  heartbeatRequestTimeoutMs: 250,
  missedHeartbeatsMax: 60,
  silenceTimeoutMs: 30_000,
  openTimeoutMs: 30_000,
  cancellationBufferMs: 500,
} as const;
