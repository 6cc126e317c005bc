/**
 * How deep lists and objects may be nested in a value, in both directions. It leaves the engine's own recursion in
 * JSON, which ends somewhere above 2,000 levels, half of the stack.
 */
export const depthMax = 1_000;

const [quote, backslash, openList, closeList, openObject, closeObject] = [0x22, 0x5c, 0x5b, 0x5d, 0x7b, 0x7d];

/** @throws {RangeError} where the depth is not within the limit. */
export function checkDepth(depth: number): void {
  if (depth > depthMax) {
    throw new RangeError(`expected values nested to a depth of at most ${depthMax}, came a depth of ${depth}`);
  }
}

/** How deep lists and objects are nested in a JSON text. Of what is no JSON the depth means nothing. */
export function depthOfJson(text: Uint8Array): number {
  // Each level has a bracket at its beginning and one at its end, so most records need not be looked at.
  if (text.length < 2 * depthMax) return 0;
  let [depth, deepest] = [0, 0];
  for (let index = 0; index < text.length; index += 1) {
    const byte = text[index];
    if (byte === quote) index = endOfString(text, index + 1);
    else if (byte === openList || byte === openObject) {
      depth += 1;
      if (depth > deepest) deepest = depth;
    } else if (byte === closeList || byte === closeObject) depth -= 1;
  }
  return deepest;
}

function endOfString(text: Uint8Array, start: number): number {
  let index = start;
  while (index < text.length && text[index] !== quote) index += text[index] === backslash ? 2 : 1;
  return index;
}
