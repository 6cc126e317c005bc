/** A token of an id: what every NATS server and client takes as a literal, and a length that no honest peer needs. */
const idToken = /^(?:(?![.*>])[!-~]){1,64}$/;

/** A token of a subject: no separator, wildcard, white space or control character. */
const literalToken = /^[^.*>\s\p{Cc}\p{Cs}]+$/u;

const consumerPrefix = '_SINBOX.';

/**
 * The longest subject, in bytes of UTF-8. A server closes the connection of a client that sends a control line of more
 * than 4,096 bytes, its default `max_control_line`; the verb, the reply subject and the sizes take less than 256.
 */
export const subjectBytesMax = 3_840;

const encoder = new TextEncoder();

/** So many tokens a consumer's name has at most. */
const nameTokensMax = 8;

/**
 * The id of the consumer with this token: the prefix of all its inboxes, with its trailing dot. A name before the token
 * makes all its subjects ones that a server can grant to one user.
 */
export function consumerIdOf(token: string, name?: string): string {
  return `${consumerPrefix}${name === undefined ? '' : `${name}.`}${token}.`;
}

/** Whether a value can be the name of a consumer: up to eight tokens as in {@link isStreamId}, joined by dots. */
export function isConsumerName(value: unknown): value is string {
  if (typeof value !== 'string') return false;
  const tokens = value.split('.');
  return tokens.length <= nameTokensMax && tokens.every(isStreamId);
}

/** The subject to which the frames of a stream are published; also the reply subject of its open request. */
export function inboxSubject(consumerId: string, streamId: string): string {
  return consumerId + streamId;
}

/** The one subscription that takes the frames of all streams of a consumer. */
export function inboxWildcard(consumerId: string): string {
  return `${consumerId}*`;
}

/** The subject on which a consumer takes heartbeat requests. */
export function heartbeatSubject(consumerId: string): string {
  return `_HEARTBEAT.${consumerId.slice(0, -1)}`;
}

/** Whether heartbeats go to a subject. */
export function isHeartbeatSubject(subject: string): boolean {
  return subject.startsWith('_HEARTBEAT.');
}

/** The last token of a subject. */
export function streamIdOfInbox(subject: string): string {
  return subject.slice(subject.lastIndexOf('.') + 1);
}

/** Whether a text is `_SINBOX.`, a name and a dot or nothing, one token as in {@link isStreamId}, and a dot. */
export function isConsumerId(text: string): boolean {
  if (!text.startsWith(consumerPrefix) || !text.endsWith('.')) return false;
  const tokens = text.slice(consumerPrefix.length, -1).split('.');
  return tokens.length <= nameTokensMax + 1 && tokens.every(isStreamId);
}

/** Whether a text is one token of 1 to 64 characters of printable ASCII other than `.`, `*`, `>` and space. */
export function isStreamId(text: string): boolean {
  return idToken.test(text);
}

/** Whether a value is a subject that can be published to: literal tokens, joined by dots, {@link subjectBytesMax}. */
export function isPublishSubject(text: unknown): boolean {
  return typeof text === 'string' && fits(text) && text.split('.').every(isLiteral);
}

/**
 * Whether a value is a subject that can be subscribed to: `*` may stand for any token and `>` for the last ones. A
 * token such as `a*`, which a server takes literally, is refused, for whoever writes it expects a wildcard.
 */
export function isSubscribeSubject(text: unknown): boolean {
  if (typeof text !== 'string' || !fits(text)) return false;
  const tokens = text.split('.');
  return tokens.every(
    (token, index) => token === '*' || (token === '>' && index === tokens.length - 1) || isLiteral(token),
  );
}

/** What the server makes of reply subjects where messages cross from one account into another. */
const importPrefix = '_R_';

/** Whether a value is a reply subject that the server has written anew, for a message from another account. */
export function isImportReply(text: unknown): text is string {
  return isBelow(text, importPrefix);
}

/**
 * Whether a peer that names this subject may be answered there: it is below the prefix on which that peer takes answers,
 * or was written by the server. Without this check anyone could aim a client at a foreign subject.
 */
export function isAnswerSubject(text: unknown, prefix: string): text is string {
  return isBelow(text, prefix) || isImportReply(text);
}

function isBelow(text: unknown, prefix: string): text is string {
  return typeof text === 'string' && text.startsWith(`${prefix}.`) && isPublishSubject(text);
}

function isLiteral(token: string): boolean {
  return literalToken.test(token);
}

function fits(text: string): boolean {
  return text.length <= subjectBytesMax && encoder.encode(text).length <= subjectBytesMax;
}
