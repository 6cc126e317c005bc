import { isPublishSubject, isSubscribeSubject, subjectBytesMax } from '../wire/index.js';

/**
 * What is wrong with a text as a NATS subject, in words; undefined where it is one.
 *
 * @param wildcards Whether `*` may stand for a token, and `>` for the last ones.
 */
export function subjectMistake(text: string, wildcards: boolean): string | undefined {
  if (wildcards ? isSubscribeSubject(text) : isPublishSubject(text)) return undefined;
  if (text === '') return 'it is empty';
  const space = /\s/u.exec(text);
  if (space !== null) return `it has white space, at character ${space.index + 1}`;
  if (/[\p{Cc}\p{Cs}]/u.test(text)) return 'it has a character that cannot be printed';
  if (text.startsWith('.')) return 'it begins with a dot, before which there is no token';
  if (text.endsWith('.')) return 'it ends with a dot, after which there is no token';
  if (text.includes('..')) return `its token ${text.split('.').indexOf('') + 1} is empty: two dots follow each other`;
  const tokens = text.split('.');
  const wild = tokens.find((token) => /[*>]/.test(token) && token.length > 1);
  if (wild !== undefined) return `its token '${wild}' has more than a wildcard: * and > are tokens of their own`;
  if (!wildcards && tokens.some((token) => token === '*' || token === '>')) {
    return 'it has a wildcard, and a message goes to one subject';
  }
  if (tokens.includes('>')) return 'its > is not the last token, and stands for all that follow';
  return `it has more than ${subjectBytesMax} bytes`;
}
