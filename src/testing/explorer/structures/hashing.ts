/** Mixes one more integer into a hash; the steps are those of Murmur3, public domain. */
export function mix(hash: number, word: number): number {
  let k = Math.imul(word, 0xcc9e2d51);
  k = (k << 15) | (k >>> 17);
  const h = hash ^ Math.imul(k, 0x1b873593);
  return Math.imul((h << 13) | (h >>> 19), 5) + 0xe6546b64;
}

/** Spreads every bit of a hash over all bits. */
export function finish(hash: number): number {
  let h = hash ^ (hash >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** An odd number for each place of a row: the sum of the words times these tells rows apart by every bit of theirs. */
export function factorsOf(width: number): Int32Array {
  return Int32Array.from({ length: width }, (_, place) => finish(mix(width, place)) | 1);
}
