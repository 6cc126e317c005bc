import { StreamError } from '../errors.js';
import { hearRejection, isThenable } from '../host/shielded.js';
import type { WireRecord } from '../wire/index.js';
import { encodeYielded, writeEncoded, writeYielded, type Writer } from '../writer/writer.js';
import { hearPromisesWithin } from './promises-within.js';

/** A web `ReadableStream`, by its shape: pages may hand over one of another window, and some have no async iterator. */
export interface ReadableStreamSource {
  getReader(): {
    read(): Promise<{ readonly done: boolean; readonly value?: unknown }>;
    cancel(reason?: unknown): Promise<void>;
    releaseLock(): void;
  };
}

/** What can be subscribed to: an RxJS observable, a platform's own, an XState actor. */
export interface ObservableSource {
  subscribe(observer: { next(value: unknown): void; error(error: unknown): void; complete(): void }): unknown;
}

/** What the records of one stream come from. A Node `Readable` is an async iterable. */
export type Source = AsyncIterable<unknown> | Iterable<unknown> | ReadableStreamSource | ObservableSource;

/** How one source is read, whatever it is. */
export interface Steps {
  /** The next value, or a promise of it where `isPlain` is false. */
  next(): IteratorResult<unknown> | PromiseLike<IteratorResult<unknown>>;
  /** Throws a refused record into the source, which goes on where it catches it. Absent where it cannot be told. */
  readonly throw?: (error: unknown) => IteratorResult<unknown> | PromiseLike<IteratorResult<unknown>>;
  /** Whether the values are those of a plain iterator: they come at once, and promises among them are awaited. */
  readonly isPlain: boolean;
  /** Writes a value that came. Undefined where it does not have to wait. */
  readonly write: (writer: Writer, value: unknown) => Promise<unknown> | undefined;
  /** Lets the source clean up; what it holds is given back at once, also amid a step. Does nothing where it is over. */
  release(reason: unknown): unknown;
}

/** How many bytes of records of an observable wait for their reader at most: it cannot be asked to wait. */
const observedBytesMax = 64 * 1024 * 1024;

/** What a waiting record costs beside its bytes, roughly: empty ones are not free either. */
const overheadBytes = 64;

/**
 * How to read what a handler gave. Throws a `StreamError` `badArgument` for what is no source; bytes and strings are
 * none, though they can be iterated: their characters are hardly meant to be records.
 */
export function stepsOf(given: unknown, writer: Writer): Steps {
  if (isObject(given) && !isText(given) && !isBinary(given)) {
    // Both have async iterators too, in most places, which give nothing back while a step is under way.
    if (typeof given['getReader'] === 'function') return readerSteps(given as unknown as ReadableStreamSource);
    const { [Symbol.asyncIterator]: asyncIterator, [Symbol.iterator]: iterator } = given as unknown as Iterables;
    if (typeof asyncIterator === 'function') {
      const steps = asyncIterator.call(given);
      return isNodeReadable(given) ? readableSteps(given, steps) : iteratorSteps(steps, false);
    }
    if (typeof iterator === 'function') {
      hearPromisesOf(given);
      return iteratorSteps(iterator.call(given), true);
    }
    const observable = observableOf(given);
    if (observable !== undefined) return observableSteps(observable, writer);
  }
  throw new StreamError(
    'badArgument',
    'handler: expected an async generator, another iterable of records, a ReadableStream, an observable, or a promise ' +
      `of one of these, came ${describe(given)}`,
  );
}

/** Whether a value is a promise, and nothing that can be read as it is: some libraries' streams are both. */
export function isPromiseOfSource(given: unknown): given is PromiseLike<unknown> {
  if (!isThenable(given)) return false;
  const readable = given as unknown as Partial<Iterables>;
  return typeof readable[Symbol.asyncIterator] !== 'function' && typeof readable[Symbol.iterator] !== 'function';
}

/**
 * Hears of the promises of a collection before their turn. Each is awaited in it; one that rejects before, or after
 * another one has ended the stream, would be an unhandled rejection meanwhile, which ends the process.
 */
function hearPromisesOf(given: object): void {
  if (!Array.isArray(given) && !(given instanceof Set)) return;
  for (const value of given as Iterable<unknown>) {
    // Thenables of other makes may begin their work only when they are asked, and do it again each time.
    if (value instanceof Promise) hearRejection(value, () => undefined);
  }
}

function iteratorSteps(iterator: AsyncIterator<unknown> | Iterator<unknown>, isPlain: boolean): Steps {
  return {
    next: () => iterator.next(),
    ...(iterator.throw === undefined ? {} : { throw: (error: unknown) => iterator.throw?.(error) ?? over }),
    isPlain,
    write: writeYielded,
    // One that has returned or thrown is done and takes no notice.
    release: () => iterator.return?.(),
  };
}

/** Reads a web stream. Its async iterator would cancel it only when the read that is under way is over. */
function readerSteps(stream: ReadableStreamSource): Steps {
  const reader = stream.getReader();
  let isOver = false;
  return {
    next: async () => {
      try {
        const { done, value } = await reader.read();
        if (!done) return { done, value };
      } catch (error) {
        isOver = true;
        throw error;
      }
      isOver = true;
      return over;
    },
    isPlain: false,
    write: writeYielded,
    release: async (reason) => {
      if (!isOver) await reader.cancel(reason);
      reader.releaseLock();
    },
  };
}

interface NodeReadable {
  on(event: 'error', listener: (error: unknown) => void): unknown;
  destroy(): unknown;
}

/** Reads a Node stream. Its async iterator would destroy it only when the step that is under way is over. */
function readableSteps(stream: NodeReadable, iterator: AsyncIterator<unknown>): Steps {
  let isOver = false;
  // What it says of itself after its stream is over would end the process where nobody listens.
  stream.on('error', () => undefined);
  return {
    next: async () => {
      try {
        const step = await iterator.next();
        if (step.done === true) isOver = true;
        return step;
      } catch (error) {
        // So it ends when it is destroyed amid a step.
        if (isOver && (error as { readonly code?: unknown } | null)?.code === 'ERR_STREAM_PREMATURE_CLOSE') return over;
        isOver = true;
        throw error;
      }
    },
    isPlain: false,
    write: writeYielded,
    release: () => {
      if (isOver) return undefined;
      isOver = true;
      stream.destroy();
      return iterator.return?.();
    },
  };
}

/**
 * Subscribes to an observable with the first step. It cannot be asked to wait, so what it tells is encoded at once and
 * waits here; beyond {@link observedBytesMax} it fails, after the records that wait.
 */
function observableSteps(observable: ObservableSource, writer: Writer): Steps {
  let told: WireRecord[] = [];
  let taken: readonly WireRecord[] = [];
  let takenCount = 0;
  let waitingBytes = 0;
  let end: { readonly error?: unknown; readonly isFailure: boolean } | undefined;
  let wake: (() => void) | undefined;
  let subscription: { readonly given: unknown } | undefined;
  /** What unsubscribing came to, for whoever releases the source. */
  let unsubscribed: Promise<unknown> | undefined;
  // The platform's own observables take a signal, and give no subscription back.
  const controller = new AbortController();

  const unsubscribe = (): void => {
    controller.abort();
    if (subscription === undefined) return;
    const { given } = subscription;
    subscription = undefined;
    unsubscribed = unsubscribeFrom(given);
    // The observable may have set it off itself, amid what it tells: a failure must not be thrown back at it.
    hearRejection(unsubscribed, () => undefined);
  };
  const finish = (how: typeof end): void => {
    end ??= how;
    wake?.();
  };
  const fail = (error: unknown): void => {
    finish({ error, isFailure: true });
    unsubscribe();
  };
  const observer = {
    next: (value: unknown): void => {
      if (end !== undefined) return;
      let record: WireRecord;
      try {
        // Whoever tells it does not know when the bytes are read, and may use their buffer again.
        record = encodeYielded(writer, value instanceof Uint8Array ? Uint8Array.from(value) : value);
      } catch (error) {
        hearPromisesWithin(value);
        fail(error);
        return;
      }
      const size = record.data.length + overheadBytes;
      if (waitingBytes + size > observedBytesMax && waitingBytes > 0) {
        const text = `the observable tells more than its reader takes: ${waitingBytes} bytes wait already`;
        fail(new StreamError('tooMuchWaiting', text));
        return;
      }
      told.push(record);
      waitingBytes += size;
      wake?.();
    },
    error: (error: unknown): void => {
      finish({ error, isFailure: true });
    },
    complete: (): void => {
      finish({ isFailure: false });
    },
  };
  const subscribe = (): void => {
    // Through its type it takes one argument; others are of no meaning to libraries, and the platform's takes a signal.
    const { subscribe: method } = observable as { readonly subscribe: (...args: unknown[]) => unknown };
    const given = method.call(observable, observer, { signal: controller.signal });
    subscription = { given };
    hearRejection(given, (error) => {
      // Where it is given up already, whoever releases the source is told.
      if (subscription === undefined) return;
      subscription = undefined;
      fail(error);
    });
    // It may have been given up while it told its first values.
    if (end !== undefined) unsubscribe();
  };

  let hasBegun = false;
  return {
    next: async () => {
      if (!hasBegun) {
        hasBegun = true;
        subscribe();
      }
      for (;;) {
        if (takenCount === taken.length) {
          taken = told;
          told = [];
          takenCount = 0;
        }
        const record = taken[takenCount];
        if (record !== undefined) {
          takenCount += 1;
          waitingBytes -= record.data.length + overheadBytes;
          return { done: false, value: record };
        }
        if (end?.isFailure === true) throw end.error;
        if (end !== undefined) return over;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    isPlain: false,
    write: (to, record) => writeEncoded(to, record as WireRecord),
    release: () => {
      finish({ isFailure: false });
      unsubscribe();
      return unsubscribed;
    },
  };
}

/** Gives a subscription back, of whatever make; one that is a promise as soon as it is there. */
async function unsubscribeFrom(given: unknown): Promise<unknown> {
  if (typeof given === 'function') return (given as () => unknown)();
  const method = isObject(given) ? given['unsubscribe'] : undefined;
  if (typeof method === 'function') return (method as () => unknown).call(given);
  return isThenable(given) ? unsubscribeFrom(await given) : undefined;
}

/** What a value says that it can be observed by: the interop method under either of its names, or `subscribe` itself. */
function observableOf(given: Readonly<Record<PropertyKey, unknown>>): ObservableSource | undefined {
  const { observable = '@@observable' } = Symbol as { readonly observable?: symbol | string };
  for (const name of [observable, '@@observable']) {
    const method = given[name];
    if (typeof method !== 'function') continue;
    const observed: unknown = (method as () => unknown).call(given);
    if (isObject(observed) && typeof observed['subscribe'] === 'function') {
      return observed as unknown as ObservableSource;
    }
  }
  return typeof given['subscribe'] === 'function' ? (given as unknown as ObservableSource) : undefined;
}

interface Iterables {
  readonly [Symbol.asyncIterator]: () => AsyncIterator<unknown>;
  readonly [Symbol.iterator]: () => Iterator<unknown>;
}

const over: IteratorReturnResult<undefined> = { done: true, value: undefined };

function isObject(value: unknown): value is Readonly<Record<PropertyKey, unknown>> {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}

function isNodeReadable(value: object): value is NodeReadable {
  const { on, pipe, destroy } = value as Readonly<Record<string, unknown>>;
  return typeof on === 'function' && typeof pipe === 'function' && typeof destroy === 'function';
}

function isText(value: object): boolean {
  return value instanceof String;
}

function isBinary(value: object): boolean {
  return ArrayBuffer.isView(value) || value instanceof ArrayBuffer;
}

/** What came, in the words of a refusal. */
function describe(given: unknown): string {
  if (given === null) return 'null';
  if (typeof given !== 'object') return typeof given;
  const { constructor } = given as { readonly constructor?: unknown };
  const name = typeof constructor === 'function' && constructor.name !== '' ? constructor.name : 'object';
  return name === 'Object' ? 'object' : name;
}
