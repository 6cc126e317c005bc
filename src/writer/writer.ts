import { CloseCode } from '../../machines/index.js';
import { encodeValue, type Codec } from '../values/codec.js';
import { signalOfWrite } from '../validation/arguments.js';
import { StreamError } from '../errors.js';
import type { WireRecord } from '../wire/index.js';
import { createWritable, type WriterStop } from './writable.js';

/** Where the records of a writer go. It has no getters: each object literal with one has a shape of its own to V8. */
export interface WriterSink {
  /**
   * Sends a record, now or when there is room for it. Undefined where it was sent and more can be written at once.
   * Throws where the stream takes no more, or not this one.
   */
  write(record: WireRecord, signal: AbortSignal | undefined): Promise<void> | undefined;
  /** Takes the close of the stream. */
  close(code: number, text: string): void;
  /** Undefined where more can be written at once, otherwise a promise that resolves when it can. */
  ready(): Promise<void> | undefined;
  /** How many bytes can be written at once, roughly. */
  desiredSize(): number;
  /** Whether the reader reads superjson's annotations. */
  readonly readsSuperjson: boolean;
  /** Whether the stream was ended from outside its source; absent where nobody knows. */
  readonly stop?: WriterStop;
}

export interface WriteOptions {
  /** Withdraws the record while it is waiting to be sent; the write then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

const encoder = new TextEncoder();

/**
 * What is looked at before a value that a source yields is written with the codec, strings and bytes too: what is wrong
 * with it in words, or a promise of that.
 */
export type YieldedForm = (value: unknown) => string | undefined | Promise<string | undefined>;

/** From now on what the source of a writer yields is written in this form. */
export let setYieldedForm: (writer: Writer, form: YieldedForm) => void;

/**
 * Writes what a source yields: in the form of the writer, or else bytes and strings as they are and any other value with
 * the codec. Undefined where more can be written at once, so that no promise is made for a record that does not wait.
 * Throws what `writeObject` rejects with.
 */
export let writeYielded: (writer: Writer, value: unknown) => Promise<unknown> | undefined;

/** The record of what a source yields, for one that cannot wait with its values. Throws what `writeObject` rejects with. */
export let encodeYielded: (writer: Writer, value: unknown) => WireRecord;

/** Writes such a record, as {@link writeYielded} writes a value. */
export let writeEncoded: (writer: Writer, record: WireRecord) => Promise<unknown> | undefined;

/**
 * Writes the records of one stream, and its close.
 *
 * Records are published at the end of the current turn of the event loop, in the order of the calls. If the reader
 * grants credit, a record waits for it, and so does the promise of its write; with a plain reader the promise waits for
 * the connection. A source that awaits its writes therefore never runs ahead of its reader. Awaiting is optional: a
 * write that fails because the stream is over raises no unhandled rejection, and pending writes are bounded.
 */
export class Writer {
  readonly #sink: WriterSink;
  readonly #codec: Codec | undefined;
  #form: YieldedForm | undefined;
  #closed = false;

  constructor(sink: WriterSink, codec: Codec | undefined) {
    this.#sink = sink;
    this.#codec = codec;
  }

  /** Whether `close` or `closeWithCode` has been called. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Resolves once {@link desiredSize} is greater than 0, or nothing can be written any more. */
  get ready(): Promise<void> {
    return this.#sink.ready() ?? Promise.resolve();
  }

  /**
   * Roughly how many bytes of records can be written without waiting: the reader's credit, or for a plain reader what
   * may be published before the next flush of the connection. 0 if a write would wait, and after the close.
   */
  get desiredSize(): number {
    return this.#closed ? 0 : this.#sink.desiredSize();
  }

  /**
   * Writes one record, a string as UTF-8. Resolves with the number of bytes of data, without framing.
   *
   * Rejects with a {@link StreamError}: `tooLarge` if the record exceeds the reader's limit or, for a plain reader, does
   * not fit into one message (the stream goes on); `tooMuchWaiting` if too many writes are pending (the stream goes on);
   * `writerClosed` after the close or the end of the stream.
   */
  write(data: Uint8Array | string, options?: WriteOptions): Promise<number> {
    try {
      const signal = this.#takeSignal(options);
      const record = recordOf(data);
      return lengthOnce(this.#sink.write(record, signal), record);
    } catch (error) {
      return rejected(error);
    }
  }

  /**
   * Writes one value as a record, encoded with the client's codec. Resolves and rejects as `write` does, and also
   * rejects with `notEncodable` if the value cannot be encoded for this reader without loss.
   */
  writeObject(value: unknown, options?: WriteOptions): Promise<number> {
    try {
      const signal = this.#takeSignal(options);
      const record = this.#encode(value);
      return lengthOnce(this.#sink.write(record, signal), record);
    } catch (error) {
      return rejected(error);
    }
  }

  /**
   * A web stream to which a source can be piped, with `response.body.pipeTo(writer.writable())` or Node's `pipeline`.
   *
   * Each chunk is written as what a handler yields: bytes and strings as they are, any other value through the codec. A
   * chunk waits for the reader's credit, and so does what is piped. Closing it closes the stream with 1000; aborting it,
   * and a chunk that cannot be written, close it with 5000 and the message, or with the code of a `CloseError`. When the
   * reader leaves, or the stream ends otherwise, it fails at once, and what is piped is cancelled.
   */
  writable(): WritableStream<unknown> {
    return createWritable(this, (chunk) => writeYielded(this, chunk), this.#sink.stop);
  }

  /** Closes the stream as complete, with 1000. */
  close(): Promise<void> {
    return this.closeWithCode(CloseCode.Normal);
  }

  /** Closes the stream with any integer code; the texts are joined with `: `. Rejects if the writer is already closed. */
  closeWithCode(code: number, ...text: readonly string[]): Promise<void> {
    try {
      if (!Number.isSafeInteger(code)) {
        throw new StreamError('badArgument', `close code: expected an integer, came ${String(code)}`);
      }
      this.#refuseIfClosed();
      this.#closed = true;
      this.#sink.close(code, text.join(': '));
      return Promise.resolve();
    } catch (error) {
      return rejected(error);
    }
  }

  /** The signal of a write that may begin. */
  #takeSignal(options: WriteOptions | undefined): AbortSignal | undefined {
    const signal = signalOfWrite(options);
    signal?.throwIfAborted();
    this.#refuseIfClosed();
    return signal;
  }

  #refuseIfClosed(): void {
    if (this.#closed) throw new StreamError('writerClosed', 'the writer is closed');
  }

  #encode(value: unknown): WireRecord {
    return encodeValue(value, this.#codec, this.#sink.readsSuperjson);
  }

  /** Writes a value once its form is judged: later ones wait meanwhile, as their source does. */
  async #writeJudged(judged: Promise<string | undefined>, value: unknown): Promise<void> {
    refuseMisfit(await judged);
    this.#refuseIfClosed();
    await this.#sink.write(this.#encode(value), undefined);
  }

  static {
    setYieldedForm = (writer, form) => {
      writer.#form = form;
    };
    encodeYielded = (writer, value) => {
      if (writer.#form !== undefined) {
        const misfit = writer.#form(value);
        if (misfit instanceof Promise) {
          throw new StreamError(
            'notEncodable',
            'record: expected a schema that answers at once, as an observable does not wait, came one that answers later',
          );
        }
        refuseMisfit(misfit);
        return writer.#encode(value);
      }
      const isRecord = value instanceof Uint8Array || typeof value === 'string';
      return isRecord ? recordOf(value) : writer.#encode(value);
    };
    writeEncoded = (writer, record) => {
      writer.#refuseIfClosed();
      return writer.#sink.write(record, undefined);
    };
    writeYielded = (writer, value) => {
      writer.#refuseIfClosed();
      if (writer.#form !== undefined) {
        const misfit = writer.#form(value);
        if (misfit instanceof Promise) return writer.#writeJudged(misfit, value);
        refuseMisfit(misfit);
        return writer.#sink.write(writer.#encode(value), undefined);
      }
      return writer.#sink.write(encodeYielded(writer, value), undefined);
    };
  }
}

function refuseMisfit(misfit: string | undefined): void {
  if (misfit !== undefined) throw new StreamError('notEncodable', misfit);
}

function recordOf(data: Uint8Array | string): WireRecord {
  if (typeof data === 'string') return { data: encoder.encode(data) };
  if (data instanceof Uint8Array) return { data };
  throw new StreamError('badArgument', `record: expected a Uint8Array or a string, came ${typeof data}`);
}

/** A promise of the length of a record, once it is written. */
function lengthOnce(written: Promise<void> | undefined, { data }: WireRecord): Promise<number> {
  return written === undefined ? Promise.resolve(data.length) : unawaited(written.then(() => data.length));
}

/** The same promise, whose rejection does not end the process where nobody awaits it. */
function unawaited<Result>(promise: Promise<Result>): Promise<Result> {
  promise.catch(() => undefined);
  return promise;
}

function rejected(error: unknown): Promise<never> {
  // The signal of a write may have been aborted with any reason, and a codec may throw anything.
  // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors
  return unawaited(Promise.reject(error));
}
