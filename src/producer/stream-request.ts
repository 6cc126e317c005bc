import type { MessageHeaders } from '../transport/headers.js';
import { decodeValue, type Codec } from '../values/codec.js';

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

export function createStreamRequest(
  addresses: Pick<StreamRequest, 'subject' | 'consumerId' | 'streamId' | 'headers' | 'timeoutMs'>,
  live: { readonly signal: () => AbortSignal; readonly recordBytesMax: () => number },
  body: Uint8Array | null,
  bodySuperjson: unknown,
  codec: Codec | undefined,
): StreamRequest {
  const { subject, consumerId, streamId, headers, timeoutMs } = addresses;
  const data = body ?? new Uint8Array();
  return {
    subject,
    consumerId,
    streamId,
    headers,
    get signal() {
      return live.signal();
    },
    get recordBytesMax() {
      return live.recordBytesMax();
    },
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    body: data,
    text: () => decoder.decode(data),
    object: <Value>() => decodeValue({ data, superjson: bodySuperjson }, codec) as Value,
  };
}
