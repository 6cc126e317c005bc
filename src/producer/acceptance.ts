import { CloseCode } from '../../machines/index.js';
import { CloseError, messageOf } from '../errors.js';
import { isThenable } from '../host/shielded.js';
import type { MessageHeaders } from '../transport/headers.js';

/** An open request as `accept` sees it, before a stream exists. */
export interface StreamAsk {
  /** The subject on which the request arrived. */
  readonly subject: string;
  /** The id of the consumer: `_SINBOX.`, its token, and a dot. */
  readonly consumerId: string;
  /** The id of the stream, unique within its consumer. */
  readonly streamId: string;
  /**
   * The headers of the request. The requester controls them, except for `Nats-Request-Info` of a request from another
   * account: there the server names that account in JSON, in the field `acc`, and with `share: true` the user.
   */
  readonly headers: MessageHeaders;
  /** The body of the request; empty if the consumer sent none. */
  readonly body: Uint8Array;
  /** The reader's deadline, in milliseconds from the request; absent if it has none. */
  readonly timeoutMs?: number;
  /**
   * The body decoded with the client's codec, as the handler's `request.object()` gives it.
   *
   * @throws {StreamError} `notDecodable` if the codec cannot decode the body.
   */
  object<Value = unknown>(): Value;
}

/**
 * Decides whether a request is served. Returning `false` refuses it with 4003; throwing a `CloseError`, with its code
 * and text; throwing anything else, with 5000 and the message. A promise counts for what it settles to. Any other
 * result accepts the request.
 */
export type Accept = (ask: StreamAsk) => unknown;

/** Why a request is not served. */
export interface Refusal {
  readonly code: number;
  readonly text: string;
}

/** What is decided of a request: why it is not served, or what `accept` gave for one that is. */
export type Decision = { readonly refusal: Refusal } | { readonly given: unknown };

/** At once where `accept` says so at once. Never throws or rejects. */
export function decisionOf(accept: Accept, ask: StreamAsk): Decision | Promise<Decision> {
  try {
    const said = accept(ask);
    return isThenable(said) ? Promise.resolve(said).then(fromAnswer, fromError) : fromAnswer(said);
  } catch (error) {
    return fromError(error);
  }
}

function fromAnswer(said: unknown): Decision {
  if (said !== false) return { given: said };
  return { refusal: { code: CloseCode.Refused, text: 'the producer does not accept the request' } };
}

function fromError(error: unknown): Decision {
  // A stream that was refused is not complete, whatever is thrown.
  const isClose = error instanceof CloseError && error.code !== CloseCode.Normal;
  const { code, text } = isClose ? error : { code: CloseCode.InternalServerError, text: messageOf(error) };
  return { refusal: { code, text } };
}
