import type { Clock } from '../../../src/host/clock.js';

/** What a reader asks a source for: the body of its open request, as JSON. */
export interface Workload {
  /** How long after one record the next one is made, in milliseconds. */
  readonly everyMs: number;
  /** How many records there are; without it the source never ends by itself. */
  readonly records?: number;
  /** The size of a record. */
  readonly bytes: number;
}

export const defaultWorkload: Workload = { everyMs: 500, bytes: 120 };

const encoder = new TextEncoder();
const decoder = new TextDecoder();

export function encodeWorkload(workload: Workload): Uint8Array {
  return encoder.encode(JSON.stringify(workload));
}

/** Reads a body. What is missing or no number is as in the default. */
export function decodeWorkload(body: Uint8Array): Workload {
  let given: Partial<Record<keyof Workload, unknown>> = {};
  try {
    given = (JSON.parse(decoder.decode(body)) ?? {}) as typeof given;
  } catch {
    // A request without a body, or with another one, is served like any other.
  }
  const number = (name: keyof Workload, otherwise: number) =>
    typeof given[name] === 'number' ? given[name] : otherwise;
  const workload = {
    everyMs: number('everyMs', defaultWorkload.everyMs),
    bytes: number('bytes', defaultWorkload.bytes),
  };
  return typeof given.records === 'number' ? { ...workload, records: given.records } : workload;
}

/** The record of this number: its number as text, filled up to the size. */
export function recordOf(index: number, { bytes }: Workload): Uint8Array {
  return encoder.encode(`${index} `.padEnd(bytes, '.').slice(0, bytes));
}

/** Resolves after so many milliseconds, or at once when the signal aborts. */
export function pause(clock: Clock, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal?.aborted === true) {
      resolve();
      return;
    }
    const done = () => {
      clock.clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = clock.setTimeout(done, ms);
    signal?.addEventListener('abort', done);
  });
}
