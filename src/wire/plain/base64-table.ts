const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const padding = 0x3d;

/** The six bits of each character of the alphabet, and this for all other bytes: it has the one bit that they lack. */
const invalid = 0x80;

const characters = Uint8Array.from(alphabet, (character) => character.charCodeAt(0));
const bits = new Uint8Array(256).fill(invalid);
characters.forEach((character, value) => {
  bits[character] = value;
});

// The tables cover every index that is asked for, and so do the loops' bounds; the assertions below say no more than
// that. A default for each read would cost a branch on the path that every record takes.
/* eslint-disable @typescript-eslint/no-non-null-assertion */

/** Writes `data` as base64 into `out`, from the index `at`. There must be room for `base64Length(data.length)` bytes. */
export function writeBase64ByTable(data: Uint8Array, out: Uint8Array, at: number): void {
  const rest = data.length % 3;
  const whole = data.length - rest;
  let to = at;
  for (let from = 0; from < whole; from += 3) {
    const group = (data[from]! << 16) | (data[from + 1]! << 8) | data[from + 2]!;
    out[to] = characters[group >> 18]!;
    out[to + 1] = characters[(group >> 12) & 63]!;
    out[to + 2] = characters[(group >> 6) & 63]!;
    out[to + 3] = characters[group & 63]!;
    to += 4;
  }
  if (rest === 0) return;
  const group = (data[whole]! << 16) | (rest === 2 ? data[whole + 1]! << 8 : 0);
  out[to] = characters[group >> 18]!;
  out[to + 1] = characters[(group >> 12) & 63]!;
  out[to + 2] = rest === 2 ? characters[(group >> 6) & 63]! : padding;
  out[to + 3] = padding;
}

/**
 * Fills `out` with what the base64 text `text[start…]` says and tells whether the text is valid. The length of `out`
 * says how much padding ends the text: see `decodedLength`.
 */
export function readBase64ByTable(text: Uint8Array, start: number, out: Uint8Array): boolean {
  const rest = out.length % 3;
  const whole = out.length - rest;
  let seen = 0;
  let from = start;
  for (let to = 0; to < whole; to += 3) {
    const a = bits[text[from]!]!;
    const b = bits[text[from + 1]!]!;
    const c = bits[text[from + 2]!]!;
    const d = bits[text[from + 3]!]!;
    seen |= a | b | c | d;
    out[to] = (a << 2) | (b >> 4);
    out[to + 1] = (b << 4) | (c >> 2);
    out[to + 2] = (c << 6) | d;
    from += 4;
  }
  if (rest > 0) {
    const a = bits[text[from]!]!;
    const b = bits[text[from + 1]!]!;
    const c = rest === 2 ? bits[text[from + 2]!]! : 0;
    seen |= a | b | c;
    // The bits that are left over are not looked at, as Go does not unless it is told to be strict.
    out[whole] = (a << 2) | (b >> 4);
    if (rest === 2) out[whole + 1] = (b << 4) | (c >> 2);
  }
  return seen < invalid;
}
