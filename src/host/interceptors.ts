import type { HeadersInput, MessageHeaders } from '../transport/headers.js';

/**
 * A function around a stream, as in Connect: it is given what comes next, and gives what is called instead. What it does
 * before it calls `next` comes before the stream begins; it may change what it hands on, throw, call `next` several times
 * or not at all, and read, change, add or leave out records.
 *
 * Of several the first is the outermost: it sees a request first, and records and ends last. Those of a client are
 * around those of one call.
 */
export type Interceptor<Asked> = (
  next: (asked: Asked) => AsyncIterable<unknown>,
) => (asked: Asked) => AsyncIterable<unknown> | PromiseLike<AsyncIterable<unknown>>;

/** An open request, as the interceptors of a producer see it; what they hand on is what the handler gets. */
export interface InterceptedRequest {
  /** The subject on which the request arrived, without wildcards. */
  readonly subject: string;
  /** The subject of the contract with its parameters in braces; absent without a contract. */
  readonly pattern?: string;
  /** The parameters of the subject; absent without a contract. */
  readonly params?: Readonly<Record<string, string>>;
  /** The request of a contract, parsed where the producer checks; absent without a contract. */
  readonly data?: unknown;
  /** The id of the consumer: `_SINBOX.`, its token, and a dot. */
  readonly consumerId: string;
  /** The id of the stream, unique within its consumer. */
  readonly streamId: string;
  /** The headers of the request. */
  readonly headers: MessageHeaders;
  /** Aborts when the reader is gone, its deadline has passed, or the client is closed. */
  readonly signal: AbortSignal;
  /** The reader's deadline, in milliseconds from the request; absent if it has none. */
  readonly timeoutMs?: number;
}

/** A stream that is about to be opened, as the interceptors of a consumer see it; what they hand on is what is asked. */
export interface InterceptedOpen {
  /** The subject, with its parameters filled in. */
  readonly subject: string;
  /** The subject of the contract, with its parameters in braces. */
  readonly pattern: string;
  /** The parameters of the subject. */
  readonly params: Readonly<Record<string, string>>;
  /** The request, as the contract's schema takes it. */
  readonly data: unknown;
  /** The headers of the request. */
  readonly headers: HeadersInput;
  /** Aborts when the reader is gone or its deadline has passed. The stream ends when the one that is handed on aborts. */
  readonly signal: AbortSignal;
}

/** What interceptors come to around what is called in the end. */
export function intercepted<Asked>(
  interceptors: readonly Interceptor<Asked>[],
  innermost: (asked: Asked) => AsyncIterable<unknown>,
): (asked: Asked) => AsyncIterable<unknown> {
  return interceptors.reduceRight<(asked: Asked) => AsyncIterable<unknown>>((next, interceptor) => {
    const around = interceptor(next);
    return (asked) => awaited(around(asked));
  }, innermost);
}

/** An iterable as it is, and that of a promise once it is there. */
function awaited(given: AsyncIterable<unknown> | PromiseLike<AsyncIterable<unknown>>): AsyncIterable<unknown> {
  return Symbol.asyncIterator in given ? given : whenThere(given);
}

async function* whenThere(given: PromiseLike<AsyncIterable<unknown>>): AsyncGenerator<unknown, void> {
  yield* await given;
}
