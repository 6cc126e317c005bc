import { CloseCode } from '../../machines/index.js';
import { CloseError, messageOf } from '../errors.js';
import { isThenable } from '../host/shielded.js';
import type { MessageHeaders } from '../transport/headers.js';

/** Who asks for a stream, before there is one. */
export interface StreamAsk {
  /** The subject on which the request came. */
  readonly subject: string;
  readonly consumerId: string;
  readonly streamId: string;
  /**
   * The headers of the request. Whoever asks has written them, but for what the server adds where a request crosses
   * from another account, such as `Nats-Request-Info` of an import with `share: true`.
   */
  readonly headers: MessageHeaders;
  /** The body of the request; empty where the consumer sent none. */
  readonly body: Uint8Array;
  /** How long the reader will read at most, in milliseconds from the request on, where it said so. */
  readonly timeoutMs?: number;
}

/**
 * Says whether a request is served. `false` refuses it with 4003; a thrown `CloseError`, or a promise that rejects with
 * one, with its code and text; any other error with 5000 and its message. Whatever else it gives accepts the request.
 */
export type Accept = (ask: StreamAsk) => unknown;

/** Why a request is not served. */
export interface Refusal {
  readonly code: number;
  readonly text: string;
}

/** Undefined where the request is served: at once where `accept` says so at once. Never throws or rejects. */
export function refusalOf(accept: Accept, ask: StreamAsk): Refusal | undefined | Promise<Refusal | undefined> {
  try {
    const said = accept(ask);
    return isThenable(said) ? Promise.resolve(said).then(fromAnswer, fromError) : fromAnswer(said);
  } catch (error) {
    return fromError(error);
  }
}

function fromAnswer(said: unknown): Refusal | undefined {
  return said === false ? { code: CloseCode.Refused, text: 'the producer does not accept the request' } : undefined;
}

function fromError(error: unknown): Refusal {
  // A stream that was refused is not complete, whatever is thrown.
  return error instanceof CloseError && error.code !== CloseCode.Normal
    ? { code: error.code, text: error.text }
    : { code: CloseCode.InternalServerError, text: messageOf(error) };
}
