import { CloseCode, type StreamEnd } from '../../machines/index.js';
import { CloseError, messageOf, StreamError } from '../errors.js';
import type { Clock } from '../host/clock.js';
import { Fifo } from '../host/fifo.js';
import { hearRejection } from '../host/shielded.js';
import { asyncIterator } from './async-iterator.js';
import type { ConsumerStream } from './consumer-stream.js';
import { watchReader } from './open-stream-options.js';
import { Settled } from './settled.js';

/** How the records of a contract are read. */
export interface ContractReading {
  readonly clock: Clock;
  readonly onRecord: ((record: unknown) => unknown) | undefined;
  readonly signal: AbortSignal | undefined;
  readonly timeoutMs: number | undefined;
  /** Hears of each record as it comes, in its order. */
  readonly onCame?: (record: unknown) => void;
  /** Hears of each record as its reader is handed it. */
  readonly onRead?: (record: unknown) => void;
}

/** How the records ended for their reader. */
export interface ReadingEnd extends StreamEnd {
  /** How many records were received for the reader, including those that it has not read yet. */
  readonly records: number;
  /** If the reason is `recordsLost`: the number of the first missing record of its stream, counted from 0. */
  readonly firstMissing?: number;
  /** Undefined if everything was read. Reading throws it, unless the reader itself cancelled. */
  readonly error: CloseError | undefined;
}

type ReadingOpening = { readonly started: true } | { readonly started: false; readonly end: ReadingEnd };

interface Waiting {
  resolve(step: IteratorResult<unknown>): void;
  reject(error: unknown): void;
}

type CompletedEnd = StreamEnd & { readonly firstMissing?: undefined };

const over: IteratorReturnResult<undefined> = { done: true, value: undefined };

/** How many records of a stream that is over are taken in before their reader asks: as many as a plain one may hold. */
const takenInMax = 65_536;

/**
 * Hands the records of an iterable to a reader, one at a time and as it asks for them. Leaving takes effect at once,
 * whatever the iterable is busy with. One record is asked for ahead, and those of a stream that is over all at once, as
 * they have come already: so that its end is heard of where nobody reads.
 */
export class ContractReader {
  readonly #reading: ContractReading;
  readonly #startedAt: number;
  readonly #opened = new Settled<ReadingOpening>();
  readonly #closed = new Settled<ReadingEnd>();
  readonly #waiting: Waiting[] = [];
  readonly #streams = new Set<ConsumerStream>();
  readonly #releaseWatch: () => void;
  /** Made where somebody asks for its signal. */
  #controller: AbortController | undefined;
  #iterator: AsyncIterator<unknown> | undefined;
  /** The records that wait to be asked for, oldest first. */
  #held = new Fifo<unknown>();
  /** Goes on with what is read: somebody asked for a record, or the last stream is over. */
  #goOn: () => void = () => undefined;
  /** Whether a stream was opened for the records. */
  #hadStream = false;
  #end: ReadingEnd | undefined;
  /** What iterating throws. */
  #failure: { readonly error: unknown } | undefined;
  #records = 0;
  #hasBegun = false;

  constructor(reading: ContractReading) {
    this.#reading = reading;
    const { clock, signal, timeoutMs } = reading;
    this.#startedAt = clock.now();
    const watched = {
      ...(signal === undefined ? {} : { signal }),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    };
    this.#releaseWatch = watchReader(watched, clock, (reason, text) => this.#leave(reason, text));
  }

  get opened(): Promise<ReadingOpening> {
    return this.#opened.promise;
  }

  get closed(): Promise<ReadingEnd> {
    return this.#closed.promise;
  }

  /** Whether a producer was known to serve the stream. */
  get hasBegun(): boolean {
    return this.#hasBegun;
  }

  #begin(): void {
    this.#hasBegun = true;
    this.#opened.settle({ started: true });
  }

  /** Aborts when the reader has left or has no more time. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    return this.#controller.signal;
  }

  /** Whether nobody is left for whom a stream could be opened, or read. */
  get isOver(): boolean {
    return this.#end !== undefined;
  }

  /** How much of the deadline is left, in milliseconds; undefined where there is none. */
  leftMs(): number | undefined {
    const { clock, timeoutMs } = this.#reading;
    return timeoutMs === undefined ? undefined : Math.max(0, this.#startedAt + timeoutMs - clock.now());
  }

  /** A stream was opened for the records: it is cancelled when the reader leaves. */
  follow(stream: ConsumerStream): void {
    if (this.#end !== undefined) {
      stream.cancel(this.#end.text);
      return;
    }
    this.#streams.add(stream);
    this.#hadStream = true;
    void stream.opened.then((opening) => {
      if (opening.started) this.#begin();
    });
    void stream.closed.then(() => {
      this.#streams.delete(stream);
      this.#goOn();
    });
  }

  /** Begins to read. */
  read(records: AsyncIterable<unknown>): void {
    const { onRecord } = this.#reading;
    void this.#run(records);
    if (onRecord !== undefined) void this.#handAll(onRecord);
  }

  cancel(text = 'the reader left'): void {
    this.#leave('cancelled', text);
  }

  /** Gives back the deadline's timer and the signal's listener. */
  release(): void {
    this.#releaseWatch();
  }

  iterate(): AsyncIterableIterator<never> {
    if (this.#reading.onRecord !== undefined) {
      throw new StreamError('badArgument', 'the stream hands its records to a callback, so it cannot be iterated');
    }
    let left = false;
    return asyncIterator<never>({
      next: async () => {
        if (left) return over;
        try {
          const step = await this.#next();
          if (step.done === true) left = true;
          return step as IteratorResult<never, undefined>;
        } catch (error) {
          left = true;
          throw error;
        }
      },
      return: () => {
        left = true;
        this.cancel();
        return Promise.resolve(over);
      },
    });
  }

  #next(): Promise<IteratorResult<unknown>> {
    if (this.#held.length > 0) {
      const value = this.#handOver(this.#held.shift());
      this.#goOn();
      return Promise.resolve({ done: false, value });
    }
    if (this.#failure !== undefined) {
      // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- an iterable may throw anything
      return Promise.reject(this.#failure.error);
    }
    if (this.#end !== undefined) return Promise.resolve(over);
    return new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
  }

  async #run(records: AsyncIterable<unknown>): Promise<void> {
    try {
      this.#iterator = records[Symbol.asyncIterator]();
      for (;;) {
        const step = await this.#iterator.next();
        if (this.#end !== undefined) return;
        if (step.done === true) break;
        this.#begin();
        this.#reading.onCame?.(step.value);
        const waiting = this.#waiting.shift();
        if (waiting === undefined) await this.#hold(step.value);
        else waiting.resolve({ done: false, value: this.#handOver(step.value) });
      }
      this.#finish(undefined);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** Keeps a record for whoever asks next. Resolves when a further one can be taken. */
  async #hold(record: unknown): Promise<void> {
    this.#held.push(record);
    while (this.#held.length > 0 && this.#end === undefined && !this.#mayTakeIn) {
      await new Promise<void>((resolve) => {
        this.#goOn = resolve;
      });
    }
  }

  get #mayTakeIn(): boolean {
    return this.#hadStream && this.#streams.size === 0 && this.#held.length < takenInMax;
  }

  #handOver(record: unknown): unknown {
    this.#records += 1;
    this.#reading.onRead?.(record);
    return record;
  }

  async #handAll(onRecord: (record: unknown) => unknown): Promise<void> {
    const onError = (error: unknown): void => this.cancel(`the reader's callback threw: ${messageOf(error)}`);
    try {
      for (let step = await this.#next(); step.done !== true; step = await this.#next()) {
        try {
          hearRejection(onRecord(step.value), onError);
        } catch (error) {
          onError(error);
        }
      }
    } catch {
      // The end says it.
    }
  }

  #leave(reason: 'cancelled' | 'timedOut', text: string): void {
    if (this.#end !== undefined) {
      this.#held = new Fifo();
      return;
    }
    this.#held = new Fifo();
    this.#finish(new CloseError(CloseCode.AbnormalClosure, text, reason));
    this.#controller?.abort(this.#end);
    hearRejection(this.#iterator?.return?.(), () => undefined);
    for (const stream of this.#streams) stream.cancel(text);
  }

  #fail(error: unknown): void {
    if (this.#end !== undefined) return;
    const isClose = error instanceof CloseError;
    const close = isClose ? error : new CloseError(CloseCode.AbnormalClosure, messageOf(error), 'cancelled');
    if (!isClose) this.#failure = { error };
    this.#finish(close);
    for (const stream of this.#streams) stream.cancel(close.text);
  }

  /** @param error Undefined where everything was read. */
  #finish(error: CloseError | undefined): void {
    const { reason, code, text, firstMissing }: CloseError | CompletedEnd = error ?? {
      reason: 'completed',
      code: CloseCode.Normal,
      text: '',
    };
    const records = this.#records + this.#held.length;
    this.#end = { reason, code, text, records, error, ...(firstMissing === undefined ? {} : { firstMissing }) };
    // Who left by itself need not be told.
    if (error !== undefined && reason !== 'cancelled') this.#failure ??= { error };
    this.#releaseWatch();
    this.#goOn();
    this.#opened.settle(error === undefined ? { started: true } : { started: false, end: this.#end });
    this.#closed.settle(this.#end);
    for (const waiting of this.#waiting.splice(0)) {
      if (this.#failure === undefined) waiting.resolve(over);
      else waiting.reject(this.#failure.error);
    }
  }
}
