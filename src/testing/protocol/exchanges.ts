import type { Faults, Order } from '../explorer/description/system-config.js';

/** What decides how long messages of a heartbeat exchange are under way, and how many exchanges begin meanwhile. */
export interface ExchangeOptions {
  /** How many streams each consumer opens. */
  readonly streams: number;
  /** The longest one-way delay in ticks. */
  readonly delay: number;
  readonly order: Order;
  /** The heartbeat interval in ticks. */
  readonly interval: number;
  readonly faults: Faults;
}

/** Told apart in any case: one exchange that was given up, the one in its place, and the next. */
export const exchangesMin = 3;

/**
 * How many heartbeat exchanges with one consumer can be under way at once, those included that were given up and whose
 * messages still travel. Fewer numbers than that would let an old answer pass for the one that is awaited, and more make
 * more states without need.
 */
export function exchangesUnderWay({ streams, delay, order, interval, faults }: ExchangeOptions): number {
  const { duplicate = 0, late = { max: 0, ticks: 0 } } = faults;
  const duplicates = typeof duplicate === 'object' ? duplicate.max : duplicate;
  const lateTicks = late.max * late.ticks;
  // Requests have one subject and answers have another, so either keep their order where subjects do. An answer in order
  // is overtaken by no later one: only its duplicate can arrive when another exchange is under way.
  if (order !== 'none' && lateTicks === 0) return Math.max(exchangesMin, duplicates + 2);
  // Without order, the messages of an exchange may travel for their whole life, while others begin: one that introduces
  // each other stream, one for each stream that a doubled request introduces again, and the rounds that fall due.
  const others = streams + duplicates - 1;
  const life = delay * (2 + duplicates) + lateTicks;
  const rounds = 1 + Math.floor(life / interval);
  return Math.max(exchangesMin, 1 + others + rounds);
}
