import type { MessageHeaders } from '../transport/headers.js';
import { decodeValue, type Codec } from '../values/codec.js';
import type { Stop } from './stop-signal.js';

/** An open request, as its handler sees it. */
export interface StreamRequest {
  /** The subject on which the request arrived, without wildcards. */
  readonly subject: string;
  /** The body of the request; empty if the consumer sent none. */
  readonly body: Uint8Array;
  /** The id of the consumer: `_SINBOX.`, its token, and a dot. */
  readonly consumerId: string;
  /** The id of the stream, unique within its consumer. */
  readonly streamId: string;
  /** The headers of the request; empty if there are none, as with a Go consumer. */
  readonly headers: MessageHeaders;
  /** Aborts when the reader is gone, its deadline has passed, or the client is closed. Its reason says which. */
  readonly signal: AbortSignal;
  /** The reader's deadline, in milliseconds from the request; absent if it has none. */
  readonly timeoutMs?: number;
  /**
   * The largest record that the stream takes, in bytes: with delivery `recordBytesMax` of the smaller end, else what fits
   * into a message in base64, which a server may change with its `max_payload`.
   */
  readonly recordBytesMax: number;
  /** The body as text, decoded from UTF-8. */
  text(): string;
  /**
   * The body decoded with the client's codec. From a consumer of this package it is the value that was passed, including
   * dates, sets and the like.
   *
   * @throws {StreamError} `notDecodable` if the codec cannot decode the body.
   */
  object<Value = unknown>(): Value;
}

const decoder = new TextDecoder();

/** What was asked for, as it came. */
export interface AskedFor extends Pick<StreamRequest, 'subject' | 'consumerId' | 'streamId' | 'headers'> {
  readonly timeoutMs: number | undefined;
  readonly body: Uint8Array | null;
  /** What superjson calls `meta`, of the body. */
  readonly bodySuperjson: unknown;
}

/** What may change of a stream while its handler holds the request. */
export interface LiveStream {
  readonly stop: Stop;
  readonly recordBytesMax: number;
}

/** The request of a stream that is served. */
export class AskedStream implements StreamRequest {
  readonly subject: string;
  readonly consumerId: string;
  readonly streamId: string;
  readonly headers: MessageHeaders;
  readonly body: Uint8Array;
  declare readonly timeoutMs?: number;
  readonly #stream: LiveStream;
  readonly #bodySuperjson: unknown;
  readonly #codec: Codec | undefined;

  constructor(asked: AskedFor, stream: LiveStream, codec: Codec | undefined) {
    this.subject = asked.subject;
    this.consumerId = asked.consumerId;
    this.streamId = asked.streamId;
    this.headers = asked.headers;
    this.body = asked.body ?? new Uint8Array();
    if (asked.timeoutMs !== undefined) this.timeoutMs = asked.timeoutMs;
    this.#stream = stream;
    this.#bodySuperjson = asked.bodySuperjson;
    this.#codec = codec;
  }

  get signal(): AbortSignal {
    return this.#stream.stop.signal;
  }

  get recordBytesMax(): number {
    return this.#stream.recordBytesMax;
  }

  text(): string {
    return decoder.decode(this.body);
  }

  object<Value = unknown>(): Value {
    return decodeValue({ data: this.body, superjson: this.#bodySuperjson }, this.#codec) as Value;
  }
}
