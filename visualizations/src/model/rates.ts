/** How many buckets of rates an end of a stream remembers, besides the one under way. */
export const rateBuckets = 32;

/** How wide a bucket is, in the unit of the run. */
export function rateBucketWidth(unit: 'ms' | 'tick'): number {
  return unit === 'ms' ? 1_000 : 1;
}

/** How many records an end of a stream has handled, bucket by bucket. */
export interface Rates {
  /** Whole buckets, oldest first, ending with the one before `bucket`. */
  readonly past: readonly number[];
  /** The bucket under way. */
  readonly bucket: number;
  readonly current: number;
}

export const noRates: Rates = { past: new Array<number>(rateBuckets).fill(0), bucket: 0, current: 0 };

/** Rates with so many more records at a time. */
export function addToRates(rates: Rates, unit: 'ms' | 'tick', at: number, records: number): Rates {
  const bucket = Math.floor(at / rateBucketWidth(unit));
  if (bucket <= rates.bucket) {
    return records === 0 ? rates : { past: rates.past, bucket: rates.bucket, current: rates.current + records };
  }
  return { past: pastAt(rates, bucket), bucket, current: records };
}

/** The whole buckets as they look at a later time. */
export function pastRatesAt(rates: Rates, unit: 'ms' | 'tick', at: number): readonly number[] {
  const bucket = Math.floor(at / rateBucketWidth(unit));
  return bucket <= rates.bucket ? rates.past : pastAt(rates, bucket);
}

function pastAt(rates: Rates, bucket: number): readonly number[] {
  const passed = bucket - rates.bucket;
  if (passed > rateBuckets) return noRates.past;
  const past = rates.past.slice(passed);
  past.push(rates.current);
  while (past.length < rateBuckets) past.push(0);
  return past;
}
