import type { ConsumerStream, ConsumerStreamEnd } from '../../src/consumer/consumer-stream.js';

/** All items of an iterable, to its end. Throws what it throws. */
export async function readAll<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const read: Item[] = [];
  for await (const item of items) read.push(item);
  return read;
}

/** The first item of an iterable, which is left then; undefined where it has none. */
export async function readOne<Item>(items: AsyncIterable<Item>): Promise<Item | undefined> {
  for await (const item of items) return item;
  return undefined;
}

/** What a call or a promise fails with. Throws where it does not fail. */
export async function failureOf(run: (() => unknown) | PromiseLike<unknown>): Promise<unknown> {
  let result: unknown;
  try {
    result = await (typeof run === 'function' ? run() : run);
  } catch (error) {
    return error;
  }
  throw new Error(`expected a failure, came ${String(result)}`);
}

export interface Reading {
  /** The records so far, as text. */
  readonly records: string[];
  /** How the stream ended, once it has. */
  readonly end: ConsumerStreamEnd | undefined;
  /** What the loop threw, once it has. */
  readonly error: unknown;
  /** Whether the loop is over. */
  readonly done: boolean;
}

/** Reads a stream in the background, so that a test can look at what came so far. */
export function readInBackground(stream: ConsumerStream): Reading {
  const reading: { records: string[]; end: ConsumerStreamEnd | undefined; error: unknown; done: boolean } = {
    records: [],
    end: undefined,
    error: undefined,
    done: false,
  };
  void stream.closed.then((end) => {
    reading.end = end;
  });
  const read = async () => {
    for await (const record of stream.text()) reading.records.push(record);
  };
  void read()
    .catch((error: unknown) => {
      reading.error = error;
    })
    .finally(() => {
      reading.done = true;
    });
  return reading;
}
