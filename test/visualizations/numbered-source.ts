/** A handler whose stream has so many records. */
export function numberedSource(count: number): () => Generator<string> {
  return function* () {
    for (let number = 0; number < count; number += 1) yield `${number}`;
  };
}
