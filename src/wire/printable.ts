/** Whatever is no letter, mark, digit, punctuation, symbol or plain space: it hides, or moves what stands around it. */
const unprintable = /[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu;

/**
 * A text of a stranger as it may stand in a line of a terminal, a log or a message: control characters, line breaks,
 * marks that turn the direction of writing, invisible characters and lone surrogates become U+FFFD.
 */
export function printable(text: string): string {
  return text.replace(unprintable, '\ufffd');
}

/**
 * A value as JSON in one line that means the same and moves no cursor: what {@link printable} replaces is escaped where
 * `JSON.stringify` leaves it as it is.
 */
export function printableJson(value: unknown): string {
  return JSON.stringify(value).replace(unprintable, (character) =>
    Array.from({ length: character.length }, (_, index) => {
      return `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`;
    }).join(''),
  );
}
