import type { StreamRow, StreamTableEnd } from '../../tracing/stream-table.js';

/**
 * How a stream is doing: it ended otherwise than its reader wanted, or lost its other end (`wrong`); it lives, and no
 * record can come now (`waiting`); it lives (`live`); it is over (`ended`).
 */
export type Condition = 'wrong' | 'waiting' | 'live' | 'ended';

const goodEnds: ReadonlySet<string> = new Set(['completed', 'cancelled', 'timedOut']);

/** The states in which records come, or may come at any time. */
const flowing = { consumer: /^active\.listening/, producer: /^(active\.flowing|finishing)/ } as const;

export function conditionOf({ consumer, producer, endedAt }: StreamRow): Condition {
  const end = consumer?.end ?? producer?.end;
  if (end !== undefined) return goodEnds.has(end.reason) ? 'ended' : 'wrong';
  if (consumer?.state === 'crashed' || producer?.state === 'crashed') return 'wrong';
  if (endedAt !== undefined) return 'ended';
  const flows = (side: StreamTableEnd | undefined, states: RegExp) => side === undefined || states.test(side.state);
  return flows(consumer, flowing.consumer) && flows(producer, flowing.producer) ? 'live' : 'waiting';
}
