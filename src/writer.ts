import { CloseCode } from '../machines/index.js';
import { encodeValue, type Codec } from './codec.js';
import { StreamError } from './errors.js';
import { encodeDataFrame } from './wire/index.js';

/** Where the frames of a writer go. */
export interface WriterSink {
  /** Takes a data frame that fits into a message. Throws where the stream no longer takes any. */
  record(frame: Uint8Array, dataBytes: number): void;
  /** Takes the close of the stream. */
  close(code: number, text: string): void;
  /** Undefined where more can be written at once, otherwise a promise that resolves when it can. */
  ready(): Promise<void> | undefined;
  /** The most bytes that one message may hold. */
  readonly payloadBytesMax: number;
  /** Whether the reader reads superjson's annotations. */
  readonly readsSuperjson: boolean;
}

const encoder = new TextEncoder();

/**
 * Writes the records of one stream, and its close.
 *
 * A record is published when the turn is over, in the order of the calls; the promise of a write resolves, with the number of bytes
 * of data, when there is room for more. A source that awaits its writes never runs ahead of the connection. Nobody
 * has to await: a write that fails because the stream is over does not end the process.
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

  /**
   * Writes one record, a string as UTF-8. Resolves with the number of bytes of the data, not of their envelope.
   * Rejects with a {@link StreamError}: `tooLarge` where the record does not fit into one message (the stream goes
   * on), `writerClosed` after the close or the end of the stream.
   */
  write(data: Uint8Array | string): Promise<number> {
    return this.#write(() => ({ data: typeof data === 'string' ? encoder.encode(data) : data }));
  }

  /**
   * Writes one value as a record, with the client's codec. Resolves and rejects as `write` does, and rejects with
   * `notEncodable` where the value cannot be told to this reader as what it is.
   */
  writeObject(value: unknown): Promise<number> {
    return this.#write(() => encodeValue(value, this.#codec, this.#sink.readsSuperjson));
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

  #write(encode: () => { readonly data: Uint8Array; readonly superjson?: unknown }): Promise<number> {
    return attempt(() => {
      if (this.#closed) throw new StreamError('writerClosed', 'the writer is closed');
      const { data, superjson } = encode();
      if (!(data instanceof Uint8Array)) {
        throw new StreamError('badArgument', `record: expected a Uint8Array or a string, came ${typeof data}`);
      }
      const frame = encodeDataFrame(data, superjson);
      const most = this.#sink.payloadBytesMax;
      if (frame.length > most) {
        throw new StreamError(
          'tooLarge',
          `record: expected a message of at most ${most} bytes, came ${frame.length} for ${data.length} bytes of data`,
        );
      }
      this.#sink.record(frame, data.length);
      const ready = this.#sink.ready();
      return ready === undefined ? data.length : ready.then(() => data.length);
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
