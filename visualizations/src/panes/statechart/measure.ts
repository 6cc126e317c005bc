/**
 * How wide text is, without a document: layouts are made at build time and in workers. Names of states are set in the
 * page's sans-serif face, events in its monospaced one. The widths are those of a wide face, so text never overflows.
 */

/** The sizes in which the statechart is set, in pixels. */
export const fontSizes = { state: 13, event: 11, note: 10.5 } as const;

const monospaceAdvance = 0.602;

/** Advances of DejaVu Sans, one of the widest faces in use, in units of the font size. */
const narrow = new Set("iljtfIrJ.,:;'|!()[] ");
const wide = new Set('mwMW@%');

export function sansWidth(text: string, size: number): number {
  let width = 0;
  for (const letter of text) {
    if (narrow.has(letter)) width += 0.38;
    else if (wide.has(letter)) width += 0.95;
    else width += letter >= 'A' && letter <= 'Z' ? 0.74 : 0.64;
  }
  return Math.ceil(width * size);
}

export function monospaceWidth(text: string, size: number): number {
  return Math.ceil(text.length * monospaceAdvance * size);
}
