import { StreamError } from '../errors.js';
import { isThenable } from '../host/shielded.js';
import { closeAsFailed } from '../writer/close-as-failed.js';
import type { Writer } from '../writer/writer.js';
import { hearPromisesWithin } from './promises-within.js';
import { isPromiseOfSource, stepsOf, type Source } from './source-steps.js';
import type { Steps } from './steps.js';
import type { StopSignal } from './stop-signal.js';

/** What a handler returns: the source of one stream's records, such as an async generator, or a promise of one. */
export type Records = Source | PromiseLike<Source>;

/**
 * Runs a source to its end: writes what it yields, closes with 1000 when it returns and with 5000 and the reason when
 * it throws, or with the code and text of a `CloseError` that it throws. When the signal aborts, the source is
 * told to return at once, so that its `finally` blocks run, and what it still yields is dropped; one that is given only
 * then is not started.
 *
 * A record that cannot be written, for its size say, is thrown into the source at its `yield`; the stream goes on
 * where the source catches it. Resolves when the source has finished, its `finally` blocks included.
 *
 * @param warn Is told what a source throws after its stream is over, where nobody else would hear of it.
 */
export async function runSource(
  start: () => Records,
  writer: Writer,
  signal: StopSignal,
  warn: (message: string, error: unknown) => void,
): Promise<void> {
  let steps: Steps | undefined;
  try {
    const given = start();
    steps = stepsOf(isPromiseOfSource(given) ? await given : given, writer);
    if (!signal.aborted) await writeAll(steps, writer, signal, warnUnlessAborted);
    if (!signal.aborted) await writer.close();
  } catch (error) {
    if (signal.aborted) warnUnlessAborted(error);
    else await closeAsFailed(writer, error);
  }
  // A source that has returned or thrown is done and takes no notice; one whose stream ended under it cleans up.
  try {
    await steps?.release(signal.reason);
  } catch (error) {
    warnUnlessAborted(error);
  }

  /** A source that passes its signal on to what it awaits is expected to throw the abort back. */
  function warnUnlessAborted(error: unknown): void {
    if (error === signal.reason || (error instanceof Error && error.name === 'AbortError')) return;
    warn('a source threw after its stream was over', error);
  }
}

/**
 * Writes what a source yields until it returns, or its stream is over. One promise for the whole source: one of the abort
 * for each of its records would cost more than the record.
 *
 * @param onLateError Hears what the source throws after its stream is over.
 */
function writeAll(
  steps: Steps,
  writer: Writer,
  signal: StopSignal,
  onLateError: (error: unknown) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    // A flag of our own: Node's getter of `aborted` costs more than the rest of a turn of the loop that asks for it.
    let hasAborted = false;
    const onAbort = () => {
      hasAborted = true;
      resolve();
    };
    signal.addEventListener('abort', onAbort, { once: true });
    writeEach(steps, writer, () => hasAborted).then(
      () => {
        signal.removeEventListener('abort', onAbort);
        resolve();
      },
      (error: unknown) => {
        signal.removeEventListener('abort', onAbort);
        if (hasAborted) onLateError(error);
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- a source may throw anything
        else reject(error);
      },
    );
  });
}

/**
 * The loop alone, where all records pass. Waits only for what takes time: an async source, a promise among the values
 * of a plain one, a record that has to wait.
 */
async function writeEach(steps: Steps, writer: Writer, isOver: () => boolean): Promise<void> {
  const { isPlain } = steps;
  let pending = steps.next();
  for (;;) {
    const step: unknown = isPlain ? pending : await pending;
    // As in a loop of the language: such an iterator would never be done.
    if (!isStep(step)) {
      throw new TypeError(`expected an iterator whose steps are objects, came ${String(step)}`);
    }
    const value: unknown = isPlain && isThenable(step.value) ? await step.value : step.value;
    if (step.done === true) return;
    if (isOver()) {
      hearPromisesWithin(value);
      return;
    }
    let refusal: StreamError | undefined;
    try {
      const written = steps.write(writer, value);
      if (written !== undefined) await written;
    } catch (error) {
      if (error instanceof StreamError && error.code === 'notEncodable') hearPromisesWithin(value);
      if (isOver()) return;
      if (!isOfRecord(error)) throw error;
      refusal = error;
    }
    if (isOver()) return;
    if (refusal === undefined) pending = steps.next();
    else if (steps.throw === undefined) throw refusal;
    else pending = steps.throw(refusal);
  }
}

/** Whether a write failed for the record itself, so that the stream can go on without it. */
function isOfRecord(error: unknown): error is StreamError {
  return error instanceof StreamError && (error.code === 'tooLarge' || error.code === 'notEncodable');
}

function isStep(given: unknown): given is IteratorResult<unknown> {
  return typeof given === 'object' && given !== null;
}
