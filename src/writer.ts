import { CloseCode } from '../machines/index.js';
import { encodeValue, type Codec } from './codec.js';
import { signalOfWrite } from './arguments.js';
import { StreamError } from './errors.js';
import type { WireRecord } from './wire/index.js';

/** Where the records of a writer go. */
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
  readonly desiredSize: number;
  /** Whether the reader reads superjson's annotations. */
  readonly readsSuperjson: boolean;
}

export interface WriteOptions {
  /** Takes the record back while it waits for room; the write then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

const encoder = new TextEncoder();

/**
 * Writes the records of one stream, and its close.
 *
 * Records are published when the turn is over, in the order of the calls. Towards a reader that grants credit a record
 * waits until there is some, and the promise of its write with it; towards a plain one the promise waits for the
 * connection. So a source that awaits its writes never runs ahead. Nobody has to await: a write that fails because
 * the stream is over does not end the process, and what waits is bounded.
 */
export class Writer {
  readonly #sink: WriterSink;
  readonly #codec: Codec | undefined;
  #closed = false;

  constructor(sink: WriterSink, codec: Codec | undefined) {
    this.#sink = sink;
    this.#codec = codec;
  }

  /** Whether `close` or `closeWithCode` was called. */
  get closed(): boolean {
    return this.#closed;
  }

  /** Resolves when {@link desiredSize} is more than 0, or nothing can be written any more. */
  get ready(): Promise<void> {
    return this.#sink.ready() ?? Promise.resolve();
  }

  /**
   * How many bytes of records can be written at once, roughly: the reader's credit, or where it grants none what the
   * connection takes before it is asked whether it is through. 0 where a write would wait, and after the close.
   */
  get desiredSize(): number {
    return this.#closed ? 0 : this.#sink.desiredSize;
  }

  /**
   * Writes one record, a string as UTF-8. Resolves with the number of bytes of the data, not of their envelope.
   * Rejects with a {@link StreamError}: `tooLarge` where the record is larger than the reader takes, or than one
   * message towards a plain reader (the stream goes on), `tooMuchWaiting` where writes that nobody awaits pile up (the
   * stream goes on), `writerClosed` after the close or the end of the stream.
   */
  write(data: Uint8Array | string, options?: WriteOptions): Promise<number> {
    return this.#write(() => ({ data: typeof data === 'string' ? encoder.encode(data) : data }), options);
  }

  /**
   * Writes one value as a record, with the client's codec. Resolves and rejects as `write` does, and rejects with
   * `notEncodable` where the value cannot be told to this reader as what it is.
   */
  writeObject(value: unknown, options?: WriteOptions): Promise<number> {
    return this.#write(() => encodeValue(value, this.#codec, this.#sink.readsSuperjson), options);
  }

  /** Closes the stream as complete, with 1000. */
  close(): Promise<void> {
    return this.closeWithCode(CloseCode.Normal);
  }

  /** Closes the stream with any code; the texts are joined with `: `. Rejects where the writer is closed already. */
  closeWithCode(code: number, ...text: readonly string[]): Promise<void> {
    return attempt(() => {
      if (!Number.isSafeInteger(code)) {
        throw new StreamError('badArgument', `close code: expected an integer, came ${String(code)}`);
      }
      if (this.#closed) throw new StreamError('writerClosed', 'the writer is closed');
      this.#closed = true;
      this.#sink.close(code, text.join(': '));
    });
  }

  #write(encode: () => WireRecord, options: WriteOptions | undefined): Promise<number> {
    return attempt(() => {
      const signal = signalOfWrite(options);
      signal?.throwIfAborted();
      if (this.#closed) throw new StreamError('writerClosed', 'the writer is closed');
      const record = encode();
      const { data } = record;
      if (!(data instanceof Uint8Array)) {
        throw new StreamError('badArgument', `record: expected a Uint8Array or a string, came ${typeof data}`);
      }
      const written = this.#sink.write(record, signal);
      return written === undefined ? data.length : written.then(() => data.length);
    });
  }
}

/** A promise of the result, whose rejection does not end the process where nobody awaits it. */
function attempt<Result>(run: () => Result | Promise<Result>): Promise<Result> {
  const promise = new Promise<Result>((resolve) => {
    resolve(run());
  });
  promise.catch(() => undefined);
  return promise;
}
