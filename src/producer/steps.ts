import type { Writer } from '../writer/writer.js';

/** How one source is read, whatever it is. */
export interface Steps {
  /** The next value, or a promise of it where `isPlain` is false. */
  next(): IteratorResult<unknown> | PromiseLike<IteratorResult<unknown>>;
  /** Throws a refused record into the source, which goes on where it catches it. Absent where it cannot be told. */
  throw?(error: unknown): IteratorResult<unknown> | PromiseLike<IteratorResult<unknown>>;
  /** Whether the values are those of a plain iterator: they come at once, and promises among them are awaited. */
  readonly isPlain: boolean;
  /** Writes a value that came. Undefined where it does not have to wait. */
  write(writer: Writer, value: unknown): Promise<unknown> | undefined;
  /** Lets the source clean up; what it holds is given back at once, also amid a step. Does nothing where it is over. */
  release(reason: unknown): unknown;
}

/** The step of a source that is over. */
export const over: IteratorReturnResult<undefined> = { done: true, value: undefined };

/** Whether a value may have the methods of a source. */
export function isObject(value: unknown): value is Readonly<Record<PropertyKey, unknown>> {
  return (typeof value === 'object' && value !== null) || typeof value === 'function';
}
