/** Cuts a text, as it comes piece by piece, into lines. */
export interface TextLines {
  /** The lines that this text completes, without their newlines; undefined for one that is too long. */
  push(text: string): readonly (string | undefined)[];
  /** The last line, where the text did not end with a newline. */
  end(): readonly (string | undefined)[];
}

/**
 * The longest line, in characters: sixteen times what a statechart of a thousand states takes. A file that is no
 * recording may have no newline at all, and must not be held in memory for it.
 */
export const lineCharactersMax = 4 * 1024 * 1024;

/** Each character is looked at once, however long the line and however small the pieces. */
export function createTextLines(charactersMax = lineCharactersMax): TextLines {
  let line = '';
  let isTooLong = false;

  const add = (text: string): void => {
    isTooLong ||= line.length + text.length > charactersMax;
    if (isTooLong) line = '';
    else line += text;
  };

  const take = (): string | undefined => {
    const taken = isTooLong ? undefined : line;
    line = '';
    isTooLong = false;
    return taken;
  };

  return {
    push: (text) => {
      const parts = text.split('\n');
      const rest = parts.pop() ?? '';
      const lines = parts.map((part) => {
        add(part);
        return take();
      });
      add(rest);
      return lines;
    },
    end: () => (line === '' && !isTooLong ? [] : [take()]),
  };
}
