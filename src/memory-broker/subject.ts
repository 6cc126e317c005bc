/** What separates the words of the NATS protocol, and so cannot be within a subject. */
const protocolWhitespace = /[ \t\r\n]/;

/**
 * Whether a message may be published under this text. As on a nats-server that is not pedantic, wildcard tokens are taken
 * as plain tokens here, and a subject with an empty token is one that nobody can subscribe to.
 */
export function isPublishSubject(text: string): boolean {
  return text !== '' && !protocolWhitespace.test(text);
}

/** Whether a subscription may name this text: tokens that are not empty, with `>` as the last one only. */
export function isSubscribeSubject(text: string): boolean {
  if (protocolWhitespace.test(text)) return false;
  const tokens = text.split('.');
  return tokens.every((token, index) => token !== '' && (token !== '>' || index === tokens.length - 1));
}

/** Whether a subject holds a wildcard token. `a*` and `a>` are plain tokens, as on nats-server. */
export function hasWildcard(subject: string): boolean {
  return subject.split('.').some((token) => token === '*' || token === '>');
}
