import type { Series } from './series.js';

/** Columns as the plots take them. Times are in seconds, or in ticks. */
export interface ChartData {
  readonly throughput: readonly [number[], number[], number[], number[]];
  readonly roundTrips: readonly [number[], (number | null)[], (number | null)[]];
}

/** How many units of the run make one of the plot's. */
export function plotUnit(unit: 'ms' | 'tick'): number {
  return unit === 'ms' ? 1_000 : 1;
}

/**
 * Records received and sent, and kilobytes received, each a second or a tick; and round trips in milliseconds or ticks,
 * those that were lost as points on the line of 0. The bin under way is left out: it is not full yet.
 */
export function chartData(series: Series, unit: 'ms' | 'tick', isOver: boolean): ChartData {
  const scale = plotUnit(unit);
  const count = isOver ? series.lastBin + 1 : series.lastBin;
  const width = series.binWidth / scale;
  const column = (values: Float64Array, factor = 1): number[] =>
    Array.from(values.subarray(0, count), (value) => (value * factor) / width);
  const times = Array.from({ length: count }, (_, bin) => bin * width);
  const sorted = series.roundTrips.toSorted((a, b) => a.at - b.at);
  return {
    throughput: [
      times,
      column(series.bins.received),
      column(series.bins.sent),
      column(series.bins.receivedBytes, 1e-3),
    ],
    roundTrips: [
      sorted.map(({ at }) => at / scale),
      sorted.map(({ duration }) => duration ?? null),
      sorted.map(({ duration }) => (duration === undefined ? 0 : null)),
    ],
  };
}

export interface Summary {
  readonly now: number;
  readonly most: number;
  readonly kilobytesNow: number;
  readonly median: number | undefined;
  readonly slowest: number | undefined;
  readonly lost: number;
}

/** The charts in numbers: the newest full bin, the highest, and the round trips. */
export function summaryOf({ throughput, roundTrips }: ChartData): Summary {
  const [, received, , kilobytes] = throughput;
  const durations = roundTrips[1].filter((duration) => duration !== null).sort((a, b) => a - b);
  return {
    now: received.at(-1) ?? 0,
    most: received.reduce((most, rate) => Math.max(most, rate), 0),
    kilobytesNow: kilobytes.at(-1) ?? 0,
    median: durations[durations.length >> 1],
    slowest: durations.at(-1),
    lost: roundTrips[2].filter((lost) => lost !== null).length,
  };
}
