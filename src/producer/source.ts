import { StreamError } from '../errors.js';
import { isThenable } from '../host/shielded.js';
import { closeAsFailed } from '../writer/close-as-failed.js';
import type { Writer } from '../writer/writer.js';
import { hearPromisesWithin } from './promises-within.js';
import { isPromiseOfSource, stepsOf, type Source } from './source-steps.js';
import { over, type Steps } from './steps.js';
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
export function runSource(
  start: () => Records,
  writer: Writer,
  signal: StopSignal,
  warn: (message: string, error: unknown) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    void new SourceRun({
      writer,
      signal,
      warn,
      onDone: (failure) => {
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- a source may throw anything
        if (failure !== undefined) reject(failure.error);
        else resolve();
      },
    }).run(start);
  });
}

/** What a source runs for. */
export interface SourceOwner {
  readonly writer: Writer;
  readonly signal: StopSignal;
  warn(message: string, error: unknown): void;
  /** The source has finished, its `finally` blocks included; with what could not be told to the reader. */
  onDone(failure: { readonly error: unknown } | undefined): void;
}

/**
 * One run of a source, as {@link runSource} has it. Very many of them wait for their next value at a time, so it is one
 * object and one asynchronous function: it listens for the abort itself, and lets the source go amid a step.
 */
export class SourceRun {
  readonly #owner: SourceOwner;
  #steps: Steps | undefined;
  /** A flag of our own: Node's getter of `aborted` costs more than the rest of a turn of the loop that asks for it. */
  #hasAborted = false;

  constructor(owner: SourceOwner) {
    this.#owner = owner;
  }

  /** The signal has aborted while the source was running. */
  handleEvent(): void {
    this.#hasAborted = true;
    // Its code does not run amid what aborts the signal.
    void Promise.resolve()
      .then(() => this.#release())
      .then(() => this.#owner.onDone(undefined));
  }

  /** The loop where all records pass. Never rejects. */
  async run(start: () => Records): Promise<void> {
    const { writer, signal } = this.#owner;
    let failure: { readonly error: unknown } | undefined;
    try {
      const given = start();
      const steps = stepsOf(isPromiseOfSource(given) ? await given : given, writer);
      this.#steps = steps;
      if (!signal.aborted) signal.addEventListener('abort', this, { once: true });
      const { isPlain } = steps;
      // Waits only for what takes time: an async source, a promise among the values of a plain one, a record that has to wait.
      for (let pending = signal.aborted ? over : steps.next(); ;) {
        const step: unknown = isPlain ? pending : await pending;
        // As in a loop of the language: such an iterator would never be done.
        if (!isStep(step)) {
          throw new TypeError(`expected an iterator whose steps are objects, came ${String(step)}`);
        }
        const value: unknown = isPlain && isThenable(step.value) ? await step.value : step.value;
        if (step.done === true) break;
        if (this.#isOver()) {
          hearPromisesWithin(value);
          return;
        }
        let refusal: StreamError | undefined;
        try {
          const written = steps.write(writer, value);
          if (written !== undefined) await written;
        } catch (error) {
          if (error instanceof StreamError && error.code === 'notEncodable') hearPromisesWithin(value);
          if (this.#isOver()) return;
          if (!isOfRecord(error)) throw error;
          refusal = error;
        }
        if (this.#isOver()) return;
        if (refusal === undefined) pending = steps.next();
        else if (steps.throw === undefined) throw refusal;
        else pending = steps.throw(refusal);
      }
      if (!signal.aborted) await writer.close();
    } catch (error) {
      failure = await this.#failed(error);
    }
    // Who was told to return while it was running is let go by then.
    if (this.#isOver()) return;
    signal.removeEventListener('abort', this);
    await this.#release();
    this.#owner.onDone(failure);
  }

  #isOver(): boolean {
    return this.#hasAborted;
  }

  async #failed(error: unknown): Promise<{ readonly error: unknown } | undefined> {
    const { writer, signal } = this.#owner;
    if (signal.aborted) {
      this.#warnUnlessAborted(error);
      return undefined;
    }
    try {
      await closeAsFailed(writer, error);
    } catch (failure) {
      return { error: failure };
    }
    return undefined;
  }

  /** A source that has returned or thrown is done and takes no notice; one whose stream ended under it cleans up. */
  async #release(): Promise<void> {
    try {
      await this.#steps?.release(this.#owner.signal.reason);
    } catch (error) {
      this.#warnUnlessAborted(error);
    }
  }

  /** A source that passes its signal on to what it awaits is expected to throw the abort back. */
  #warnUnlessAborted(error: unknown): void {
    if (error === this.#owner.signal.reason || (error instanceof Error && error.name === 'AbortError')) return;
    this.#owner.warn('a source threw after its stream was over', error);
  }
}

/** Whether a write failed for the record itself, so that the stream can go on without it. */
function isOfRecord(error: unknown): error is StreamError {
  return error instanceof StreamError && (error.code === 'tooLarge' || error.code === 'notEncodable');
}

function isStep(given: unknown): given is IteratorResult<unknown> {
  return typeof given === 'object' && given !== null;
}
