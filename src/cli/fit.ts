import { stringWidth } from './string-width.js';

/** Where a text that is too long is cut; `…` stands for what is left out. */
export type Cut = 'start' | 'middle' | 'end';

const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** What takes one column each, and is most of what is printed. */
const isPlain = (text: string): boolean => /^[ -~]*$/.test(text);

/** How many columns of a terminal a text takes. */
export function widthOf(text: string): number {
  return isPlain(text) ? text.length : stringWidth(text);
}

/** A text of one line, cut to at most so many columns. No character is cut in two. */
export function fit(text: string, columns: number, cut: Cut = 'end'): string {
  if (widthOf(text) <= columns) return text;
  if (columns < 1) return '';
  const characters = Array.from(segmenter.segment(text), ({ segment }) => segment);
  const room = columns - 1;
  const endRoom = cut === 'end' ? 0 : cut === 'start' ? room : Math.floor(room / 2);
  const end = takeUpTo(endRoom, characters.toReversed()).reverse();
  const start = takeUpTo(room - widthOf(end.join('')), cut === 'start' ? [] : characters);
  return `${start.join('')}…${end.join('')}`;
}

/** A text with spaces up to so many columns, and cut to them where it is longer. */
export function fill(text: string, columns: number, side: 'left' | 'right' = 'left', cut: Cut = 'end'): string {
  const fitting = fit(text, columns, cut);
  const spaces = ' '.repeat(Math.max(0, columns - widthOf(fitting)));
  return side === 'left' ? fitting + spaces : spaces + fitting;
}

function takeUpTo(columns: number, characters: readonly string[]): string[] {
  const taken: string[] = [];
  let left = columns;
  for (const character of characters) {
    left -= widthOf(character);
    if (left < 0) break;
    taken.push(character);
  }
  return taken;
}
