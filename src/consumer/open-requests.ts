import { CloseCode, streamIdOf } from '../../machines/index.js';
import { StreamError } from '../errors.js';
import type { ClientHost } from '../host/client-host.js';
import type { HeaderBlock } from '../transport/headers.js';
import type { ResolvedOptions } from '../validation/options.js';
import { encodeBody } from '../values/codec.js';
import { encodeOpenRequest, heartbeatSubject, inboxSubject } from '../wire/index.js';
import type { OpenStream, StreamRequestParts } from './open-stream.js';

/** After what time a request is asked again that nobody took as the link came back. Source: PROTOCOL.md, Timing. */
export const requestRetryMs = 250;

const encoder = new TextEncoder();

/** The body of a contract's request: a value whatever it is, while bytes and strings are otherwise sent as they are. */
export class RequestValue {
  readonly value: unknown;

  constructor(value: unknown) {
    this.value = value;
  }
}

/** What a stream is asked for with. */
export interface OpenRequestParts {
  /** The body of the request, as the application gave it. */
  readonly data: unknown;
  /** How many bytes the stream is granted from the beginning; undefined where delivery is not offered. */
  readonly windowBytes: number | undefined;
  /** How long the reader will read at most. */
  readonly timeoutMs: number | undefined;
  readonly headers: HeaderBlock | undefined;
}

/** The open requests of a consumer: what stands in them, and where they and their answers go. */
export class OpenRequests {
  readonly #consumerId: string;
  readonly #options: ResolvedOptions;
  readonly #host: ClientHost;

  constructor(consumerId: string, options: ResolvedOptions, host: ClientHost) {
    this.#consumerId = consumerId;
    this.#options = options;
    this.#host = host;
  }

  /**
   * The request of a stream, for any stream id that it is asked with. It is encoded for `id` once.
   *
   * @throws {StreamError} `tooLarge` where it does not fit into one message, `notEncodable`.
   */
  build(id: string, parts: OpenRequestParts): StreamRequestParts['requestAs'] {
    const encode = this.#encoderOf(parts);
    const request = encode(id);
    const bytesMax = this.#host.publisher.payloadBytesMax;
    const bytes = sizeOf(request, parts.headers);
    if (bytes > bytesMax) {
      throw new StreamError('tooLarge', `request: expected a message of at most ${bytesMax} bytes, came ${bytes}`);
    }
    return (streamId) => (streamId === id ? request : encode(streamId));
  }

  /** Publishes the request of a stream: the first one, or one that is asked again, under a stream id of its own. */
  publish(id: string, stream: OpenStream, attempt: number): void {
    const { subject, request: parts } = stream;
    if (parts === undefined) return;
    const streamId = streamIdOf(id, attempt);
    stream.streamId = streamId;
    if (attempt > 0)
      this.#host.debug({ code: 'askedAgain', message: `the request is asked again, as ${streamId}`, subject });
    const request = parts.requestAs(streamId);
    // It waited for a link that takes less than the one on which the stream was opened, and no other link may come.
    const bytesMax = this.#host.publisher.payloadBytesMax;
    const bytes = sizeOf(request, parts.headers);
    if (bytes > bytesMax) {
      const text = `the request cannot be published: expected a message of at most ${bytesMax} bytes, came ${bytes}`;
      this.#host.dispatch(id, { type: 'frame.close', code: CloseCode.BadRequest, text });
      return;
    }
    const inbox = inboxSubject(this.#consumerId, streamId);
    this.#host.publish(subject, request, inbox, undefined, parts.headers);
  }

  #encoderOf({ data, windowBytes, timeoutMs }: OpenRequestParts): StreamRequestParts['requestAs'] {
    const { codec, offerExtension, windowRecords, recordBytesMax } = this.#options;
    const { data: body, superjson: bodySuperjson } = this.#encodeBody(data);
    const fields = {
      consumerId: this.#consumerId,
      heartBeatRequestSub: heartbeatSubject(this.#consumerId),
      body,
      ...(offerExtension
        ? {
            extension: {
              version: 1,
              exact: true,
              superjson: codec === undefined,
              ...(bodySuperjson === undefined ? {} : { bodySuperjson }),
              ...(windowBytes === undefined
                ? {}
                : { delivery: { windowRecords, windowBytes, recordBytesMax, joined: true } }),
              ...(timeoutMs === undefined ? {} : { timeoutMs: Math.max(1, Math.ceil(timeoutMs)) }),
            },
          }
        : {}),
    };
    return (streamId) => encodeOpenRequest({ ...fields, streamId });
  }

  /** What a producer reads that knows the extension says more than the body, which any producer reads. */
  #encodeBody(data: unknown): { readonly data: Uint8Array | null; readonly superjson?: unknown } {
    if (data === undefined) return { data: null };
    if (data instanceof Uint8Array) return { data };
    if (typeof data === 'string') return { data: encoder.encode(data) };
    const value = data instanceof RequestValue ? data.value : data;
    return encodeBody(value, this.#options.codec, this.#options.offerExtension);
  }
}

/** As a server counts a message: with its headers. */
function sizeOf(request: Uint8Array, headers: HeaderBlock | undefined): number {
  return request.length + (headers?.encode().length ?? 0);
}
