import type { MessageHeaders } from '../transport/headers.js';
import { decodeValue, type Codec } from '../values/codec.js';

/** An open request, as a handler sees it. */
export interface StreamRequest {
  /** The subject on which the request came; of interest where the handler subscribes to wildcards. */
  readonly subject: string;
  /** The body of the request; empty where the consumer sent none. */
  readonly body: Uint8Array;
  readonly consumerId: string;
  readonly streamId: string;
  /** The headers of the request, by name; empty where there are none, as with a Go consumer. */
  readonly headers: MessageHeaders;
  /** Aborts when the reader is gone, its deadline has passed, or the client is closed. Its reason says which. */
  readonly signal: AbortSignal;
  /** How long the reader will read at most, in milliseconds from the request on, where it said so. */
  readonly timeoutMs?: number;
  /** The body as text, decoded from UTF-8. */
  text(): string;
  /**
   * The body as a value, decoded with the client's codec: of a consumer of this package what it gave, dates, sets and
   * the like included. Throws a `StreamError` `notDecodable` where it is none.
   */
  object<Value = unknown>(): Value;
}

const decoder = new TextDecoder();

export function createStreamRequest(
  addresses: Pick<StreamRequest, 'subject' | 'consumerId' | 'streamId' | 'headers' | 'timeoutMs'>,
  signal: () => AbortSignal,
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
      return signal();
    },
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    body: data,
    text: () => decoder.decode(data),
    object: <Value>() => decodeValue({ data, superjson: bodySuperjson }, codec) as Value,
  };
}
