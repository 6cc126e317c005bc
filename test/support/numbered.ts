/** A record of a test: its number in the stream, then filling that depends on the number. At least four bytes. */
export function numberedRecord(index: number, bytes = 8): Uint8Array {
  const record = new Uint8Array(bytes).fill(index % 251, 4);
  new DataView(record.buffer).setUint32(0, index);
  return record;
}

/** The number of a record. Throws where the record is not the one of that number and length. */
export function numberOf(record: Uint8Array): number {
  const index = new DataView(record.buffer, record.byteOffset, record.byteLength).getUint32(0);
  if (Buffer.compare(record, numberedRecord(index, record.length)) !== 0) {
    throw new Error(`record ${index}: expected its own filling, came ${Buffer.from(record).toString('hex', 0, 64)}`);
  }
  return index;
}

/** The first `count` numbered records, one a turn of the loop where `everyMs` is undefined, else one in so much time. */
export async function* numberedRecords(
  count: number,
  { bytes, everyMs, signal }: { bytes?: number; everyMs?: number; signal?: AbortSignal } = {},
): AsyncGenerator<Uint8Array> {
  for (let index = 0; index < count; index += 1) {
    yield numberedRecord(index, bytes);
    if (everyMs !== undefined) await pause(everyMs, signal);
  }
}

/** Waits, but not beyond the abort of the signal. */
export async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal?.addEventListener('abort', end, { once: true });
    if (signal?.aborted === true) end();
  });
}
