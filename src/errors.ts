import { CloseCode, type EndReason } from '../machines/index.js';

const names = new Map<number, string>([
  [CloseCode.Normal, 'normal'],
  [CloseCode.GoingAway, 'going away'],
  [CloseCode.UnsupportedData, 'unsupported data'],
  [CloseCode.AbnormalClosure, 'abnormal closure'],
  [CloseCode.BadRequest, 'bad request'],
  [CloseCode.Refused, 'refused'],
  [CloseCode.Unread, 'unread'],
  [CloseCode.TooManyStreams, 'too many streams'],
  [CloseCode.InternalServerError, 'internal server error'],
]);

/**
 * A stream ended before its source was complete.
 *
 * `code` and `text` are those of the close frame; for ends that the library detects itself, they are what a close frame
 * would have said. `reason` tells all these ends apart, and is `closed` if the producer sent the close frame. The
 * message has the Go package's format: `nats stream: close 5000 (internal server error): text`.
 */
export class CloseError extends Error {
  override readonly name = 'CloseError';
  readonly code: number;
  readonly text: string;
  readonly reason: EndReason;
  /** If the reason is `recordsLost`: the number of the first missing record, counted from 0. */
  readonly firstMissing: number | undefined;

  constructor(code: number, text = '', reason: EndReason = 'closed', firstMissing?: number) {
    const name = names.get(code);
    super(`nats stream: close ${code}${name === undefined ? '' : ` (${name})`}${text === '' ? '' : `: ${text}`}`);
    this.code = code;
    this.text = text;
    this.reason = reason;
    this.firstMissing = firstMissing;
  }
}

/** The ways in which a call of this library can fail, as opposed to how a stream ends. */
export type StreamErrorCode =
  /** An option or an argument is invalid. */
  | 'badArgument'
  /** The client is closed or draining. */
  | 'clientClosed'
  /** The writer is closed, or its stream is over. */
  | 'writerClosed'
  /** The server refused or ended a subscription, for lack of permission for example, or the application stopped it. */
  | 'subscriptionLost'
  /** The record exceeds the reader's limit, or the message exceeds the server's `max_payload`. */
  | 'tooLarge'
  /** `openingMax` streams are opening already. */
  | 'tooManyOpening'
  /** Too many writes that nobody awaits are pending. */
  | 'tooMuchWaiting'
  /** A value cannot be encoded for this peer. */
  | 'notEncodable'
  /** A record cannot be decoded into a value. */
  | 'notDecodable';

/** A call of this library failed. `code` is stable; the message says what was expected and what came. */
export class StreamError extends Error {
  override readonly name = 'StreamError';
  readonly code: StreamErrorCode;

  constructor(code: StreamErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** What an unknown thrown value says of itself; where it has no message, what it is. Never throws. */
export function messageOf(error: unknown): string {
  try {
    if (typeof error !== 'object' || error === null) return String(error);
    const { message, errors } = error as { readonly message?: unknown; readonly errors?: unknown };
    if (typeof message === 'string' && message !== '') return message;
    if (error instanceof AggregateError && Array.isArray(errors) && errors.length > 0) {
      return errors.map(messageOf).join('; ');
    }
    if (error instanceof Error) return error.name;
    return JSON.stringify(error);
  } catch {
    return 'an error that cannot be read';
  }
}
