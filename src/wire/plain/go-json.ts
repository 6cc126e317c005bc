/** What Go's encoding/json escapes inside strings beyond what `JSON.stringify` does. None of it occurs outside them. */
const escapedByGo = /[<>&\u2028\u2029]/g;

const escapes: Readonly<Record<string, string>> = {
  '<': '\\u003c',
  '>': '\\u003e',
  '&': '\\u0026',
  '\u2028': '\\u2028',
  '\u2029': '\\u2029',
};

/**
 * The JSON text that Go's `json.Marshal` writes: no white space, and `<`, `>`, `&`, U+2028 and U+2029 escaped.
 *
 * A lone surrogate keeps the escape that `JSON.stringify` gives it. No Go string can hold one; Go reads it as U+FFFD,
 * while a peer in JavaScript reads what was written. Keys stay in the order of the object: Go sorts those of its maps,
 * see {@link compareCodePoints}, and leaves those of its structs.
 *
 * @throws TypeError where there is no JSON text for the value: undefined, a function, a symbol, a bigint, a cycle.
 */
export function stringifyGoJson(value: unknown): string {
  // The declared result of JSON.stringify leaves out that it is undefined for a value without a JSON text.
  const text = JSON.stringify(value) as string | undefined;
  if (text === undefined) throw new TypeError(`expected a value that JSON can carry, came ${typeof value}`);
  return text.replace(escapedByGo, (character) => escapes[character] ?? character);
}

/**
 * The order in which Go sorts the keys of a map: by their bytes in UTF-8, which is by code points. JavaScript's `<`
 * compares UTF-16 units and puts U+10000 before U+E000. Negative where `a` comes first, 0 where they are equal.
 */
export function compareCodePoints(a: string, b: string): number {
  const shorter = Math.min(a.length, b.length);
  for (let index = 0; index < shorter; index += 1) {
    const unitOfA = a.charCodeAt(index);
    const unitOfB = b.charCodeAt(index);
    if (unitOfA !== unitOfB) return rankOf(unitOfA) - rankOf(unitOfB);
  }
  return a.length - b.length;
}

/** A UTF-16 unit with the surrogates, which begin the highest code points, moved behind all others. */
function rankOf(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
