import { StreamError } from '../errors.js';
import { hearRejection, isThenable } from '../host/shielded.js';
import { writeYielded, type Writer } from '../writer/writer.js';
import { observableOf, observableSteps, type ObservableSource } from './observable-steps.js';
import { isObject, over, type Steps } from './steps.js';

/** The default reader of a web stream, by its shape. */
export interface ReaderSource {
  read(): Promise<{ readonly done: boolean; readonly value?: unknown }>;
  cancel(reason?: unknown): Promise<void>;
  releaseLock(): void;
}

/** A web `ReadableStream`, by its shape: pages may hand over one of another window, and some have no async iterator. */
export interface ReadableStreamSource {
  getReader(): ReaderSource;
}

/** What the records of one stream come from. A Node `Readable` is an async iterable. */
export type Source =
  AsyncIterable<unknown> | Iterable<unknown> | ReadableStreamSource | ReaderSource | ObservableSource;

/**
 * How to read what a handler gave. Throws a `StreamError` `badArgument` for what is no source; bytes and strings are
 * none, though they can be iterated: their characters are hardly meant to be records.
 */
export function stepsOf(given: unknown, writer: Writer): Steps {
  if (isObject(given) && !isText(given) && !isBinary(given)) {
    // Both have async iterators too, in most places, which give nothing back while a step is under way.
    if (typeof given['getReader'] === 'function') {
      return readerSteps((given as unknown as ReadableStreamSource).getReader());
    }
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
    if (isReader(given)) return readerSteps(given);
  }
  throw new StreamError(
    'badArgument',
    'handler: expected an async generator, another iterable of records, a ReadableStream or its reader, an observable, or a ' +
      `promise of one of these, came ${describe(given)}`,
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
  return iterator.throw === undefined ? new IteratorSteps(iterator, isPlain) : new ThrowableSteps(iterator, isPlain);
}

/** The steps of an iterator. A class, since very many of them wait for their next value at a time. */
class IteratorSteps implements Steps {
  protected readonly iterator: AsyncIterator<unknown> | Iterator<unknown>;
  readonly isPlain: boolean;

  constructor(iterator: AsyncIterator<unknown> | Iterator<unknown>, isPlain: boolean) {
    this.iterator = iterator;
    this.isPlain = isPlain;
  }

  next(): IteratorResult<unknown> | PromiseLike<IteratorResult<unknown>> {
    return this.iterator.next();
  }

  write(writer: Writer, value: unknown): Promise<unknown> | undefined {
    return writeYielded(writer, value);
  }

  /** One that has returned or thrown is done and takes no notice. */
  release(): unknown {
    return this.iterator.return?.();
  }
}

class ThrowableSteps extends IteratorSteps {
  throw(error: unknown): IteratorResult<unknown> | PromiseLike<IteratorResult<unknown>> {
    return this.iterator.throw?.(error) ?? over;
  }
}

/** Reads a web stream. Its async iterator would cancel it only when the read that is under way is over. */
function readerSteps(reader: ReaderSource): Steps {
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

interface Iterables {
  readonly [Symbol.asyncIterator]: () => AsyncIterator<unknown>;
  readonly [Symbol.iterator]: () => Iterator<unknown>;
}

function isNodeReadable(value: object): value is NodeReadable {
  const { on, pipe, destroy } = value as Readonly<Record<string, unknown>>;
  return typeof on === 'function' && typeof pipe === 'function' && typeof destroy === 'function';
}

/** One that reads into a buffer of the caller's is none: nobody here knows how large it should be. */
function isReader(value: object): value is ReaderSource {
  const { read, cancel, releaseLock } = value as Readonly<Record<string, unknown>>;
  return [read, cancel, releaseLock].every((method) => typeof method === 'function') && !isByob(value);
}

function isByob(value: object): boolean {
  return describe(value) === 'ReadableStreamBYOBReader';
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
