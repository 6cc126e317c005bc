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
 * A stream ended otherwise than by its source's own end.
 *
 * `code` and `text` are those of the close frame, or for the library's own ends what a close frame would have said.
 * `reason` tells these ends apart; it is `closed` where the peer sent the close frame. The message has the Go
 * package's format: `nats stream: close 5000 (internal server error): text`.
 */
export class CloseError extends Error {
  override readonly name = 'CloseError';
  readonly code: number;
  readonly text: string;
  readonly reason: EndReason;
  /** Where the reason is `recordsLost`: the number of the first record that is missing, counted from 0. */
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

/** What can go wrong in a call of this library, apart from how a stream ends. */
export type StreamErrorCode =
  /** An option or an argument has a value that cannot be used. */
  | 'badArgument'
  /** The client was closed, or drains. */
  | 'clientClosed'
  /** The writer was closed, or its stream is over. */
  | 'writerClosed'
  /** The server refused or ended a subscription, for want of permission say, or it was given up. */
  | 'subscriptionLost'
  /** The record is larger than its reader takes, or the message than the server takes (`max_payload`). */
  | 'tooLarge'
  /** So many streams wait to be opened already. */
  | 'tooManyOpening'
  /** Writes that nobody awaits pile up. */
  | 'tooMuchWaiting'
  /** A value cannot be encoded for this peer. */
  | 'notEncodable'
  /** A record cannot be decoded into a value. */
  | 'notDecodable';

/** A call of this library failed. The code is stable, the message says what was expected and what came. */
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
