import { CloseCode } from '../machines/index.js';
import { CloseError, messageOf, StreamError } from './errors.js';
import type { Writer } from './writer.js';

/** What a handler gives: the records of one stream, as an async generator makes them. */
export type Records = AsyncIterable<unknown> | Iterable<unknown>;

type Step = IteratorResult<unknown, unknown>;

const over: Step = { done: true, value: undefined };

/**
 * Runs a source to its end: writes what it yields, closes with 1000 when it returns and with 5000 and the reason when
 * it throws, or with the code and text of a {@link CloseError} that it throws. When the signal aborts, the source is
 * told to return at once, so that its `finally` blocks run, and what it still yields is dropped.
 *
 * A record that cannot be written, for its size say, is thrown into the source at its `yield`; the stream goes on
 * where the source catches it. Resolves when the source has finished, its `finally` blocks included.
 *
 * @param warn Is told what a source throws after its stream is over, where nobody else would hear of it.
 */
export async function runSource(
  start: () => Records,
  writer: Writer,
  signal: AbortSignal,
  warn: (message: string, error: unknown) => void,
): Promise<void> {
  const untilAborted = interruptible(signal);
  let iterator: AsyncIterator<unknown> | undefined;
  try {
    iterator = iteratorOf(start());
    let step = await pulled(iterator.next());
    while (step !== undefined && step.done !== true) {
      const failure = await untilAborted(writeRecord(writer, step.value));
      if (signal.aborted) break;
      if (failure === undefined) step = await pulled(iterator.next());
      else if (iterator.throw === undefined) throw failure;
      else step = await pulled(iterator.throw(failure));
    }
    if (!signal.aborted) await writer.close();
  } catch (error) {
    if (signal.aborted) warnUnlessAborted(error);
    else await closeAsFailed(writer, error);
  }
  // A source that has returned or thrown is done and takes no notice; one whose stream ended under it cleans up.
  try {
    await iterator?.return?.();
  } catch (error) {
    warnUnlessAborted(error);
  }

  /** The next step of the source; undefined once its stream is over, which the source may take time to notice. */
  async function pulled(pending: Promise<Step>): Promise<Step | undefined> {
    const step = await untilAborted(pending);
    if (step === undefined) Promise.resolve(pending).catch(warnUnlessAborted);
    return step;
  }

  /** A source that passes its signal on to what it awaits is expected to throw the abort back. */
  function warnUnlessAborted(error: unknown): void {
    if (error === signal.reason || (error instanceof Error && error.name === 'AbortError')) return;
    warn('a source threw after its stream was over', error);
  }
}

function iteratorOf(records: Records): AsyncIterator<unknown> {
  const given = records as Partial<AsyncIterable<unknown> & Iterable<unknown>> | null | undefined;
  if (typeof given?.[Symbol.asyncIterator] === 'function')
    return (given as AsyncIterable<unknown>)[Symbol.asyncIterator]();
  if (typeof given?.[Symbol.iterator] === 'function' && typeof given !== 'string') {
    return awaiting((given as Iterable<unknown>)[Symbol.iterator]());
  }
  throw new StreamError(
    'badArgument',
    `handler: expected an async generator, or another iterable of records, came ${given === null ? 'null' : typeof given}`,
  );
}

/**
 * A plain iterator as an async one, whose values are awaited as `for await` does. An async generator around it would
 * not let it return while a value of it is pending.
 */
function awaiting(iterator: Iterator<unknown>): AsyncIterator<unknown> {
  const settled = async ({ done, value }: Step): Promise<Step> => ({ done: done === true, value: await value });
  return {
    next: async () => settled(iterator.next()),
    ...(iterator.throw === undefined ? {} : { throw: async (error) => settled(iterator.throw?.(error) ?? over) }),
    return: () =>
      new Promise((resolve) => {
        resolve(iterator.return?.() ?? over);
      }),
  };
}

/** Writes bytes and strings as they are and any other value with the codec. Gives back what the source may catch. */
async function writeRecord(writer: Writer, record: unknown): Promise<StreamError | undefined> {
  try {
    if (record instanceof Uint8Array || typeof record === 'string') await writer.write(record);
    else await writer.writeObject(record);
    return undefined;
  } catch (error) {
    if (error instanceof StreamError && (error.code === 'tooLarge' || error.code === 'notEncodable')) return error;
    throw error;
  }
}

async function closeAsFailed(writer: Writer, error: unknown): Promise<void> {
  // A throw is never the source's own end, whatever code it names.
  if (error instanceof CloseError && error.code !== CloseCode.Normal && Number.isSafeInteger(error.code)) {
    await writer.closeWithCode(error.code, error.text);
  } else {
    const text = messageOf(error);
    const isCodeBad = error instanceof CloseError && !Number.isSafeInteger(error.code);
    const why = isCodeBad ? ['the source threw a close code that is no integer'] : [];
    await writer.closeWithCode(CloseCode.InternalServerError, ...why, text);
  }
}

/**
 * Awaits something until the signal aborts; then gives undefined. `Promise.race` with one promise of the abort would
 * keep a reaction on it for every record of the stream.
 */
function interruptible(signal: AbortSignal): <Value>(value: Value | PromiseLike<Value>) => Promise<Value | undefined> {
  let interrupt: (() => void) | undefined;
  signal.addEventListener('abort', () => interrupt?.(), { once: true });
  return (value) =>
    new Promise((resolve, reject) => {
      if (signal.aborted) {
        resolve(undefined);
        return;
      }
      interrupt = () => {
        resolve(undefined);
      };
      Promise.resolve(value).then(resolve, reject);
    });
}
