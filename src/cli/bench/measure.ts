import type { Contender } from './contender.js';

/** How much work is done. */
export interface Amounts {
  readonly opens: number;
  readonly latencies: number;
  readonly records: number;
  /** Of a record. */
  readonly bytes: number;
}

/** What is measured, with its unit. More is better but of a latency. */
export const units = {
  opens: 'streams a second',
  'latency p50': 'µs',
  'latency p99': 'µs',
  throughput: 'records a second',
} as const;

export type Figures = Readonly<Record<keyof typeof units, number>>;

const inFlight = 100;

/** Measures one contender; a fifth of the work before it warms up. */
export async function measure(contender: Contender, { opens, latencies, records, bytes }: Amounts): Promise<Figures> {
  await openAndEnd(contender, Math.ceil(opens / 5), bytes);
  const opening = performance.now();
  await openAndEnd(contender, opens, bytes);
  const opened = opens / ((performance.now() - opening) / 1000);

  const times: number[] = [];
  for (let n = -Math.ceil(latencies / 5); n < latencies; n += 1) {
    const start = performance.now();
    await contender.read({ records: 1, bytes }, () => {
      if (n >= 0) times.push((performance.now() - start) * 1000);
    });
  }
  times.sort((one, other) => one - other);
  const percentile = (share: number): number =>
    times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;

  await readCounting(contender, Math.ceil(records / 5), bytes);
  const reading = performance.now();
  await readCounting(contender, records, bytes);
  const throughput = records / ((performance.now() - reading) / 1000);
  return { opens: opened, 'latency p50': percentile(0.5), 'latency p99': percentile(0.99), throughput };
}

/** Streams of one record, so many at a time. */
async function openAndEnd(contender: Contender, count: number, bytes: number): Promise<void> {
  let left = count;
  const lane = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await readCounting(contender, 1, bytes);
    }
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
}

/** A contender that lost something has not done the work. */
async function readCounting(contender: Contender, records: number, bytes: number): Promise<void> {
  let received = 0;
  await contender.read({ records, bytes }, () => (received += 1));
  if (received !== records) throw new Error(`expected ${records} records, came ${received}`);
}
