type Pair = readonly [sent: unknown, came: unknown, path: string];

/**
 * The first place at which two graphs of values differ, or undefined where they are isomorphic: the same kinds and
 * values in the same order, and one object in two places of the one exactly where it is one in the other.
 */
export function differenceOf(sent: unknown, came: unknown): string | undefined {
  const [cameOf, sentOf] = [new Map<unknown, unknown>(), new Map<unknown, unknown>()];
  const open: Pair[] = [[sent, came, 'root']];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [a, b, path] = next;
    if (typeof a !== 'object' || a === null) {
      if (!Object.is(a, b)) return `${path}: sent ${String(a)}, came ${String(b)}`;
      continue;
    }
    if (cameOf.has(a) || sentOf.has(b)) {
      if (cameOf.get(a) !== b || sentOf.get(b) !== a) return `${path}: another identity came`;
      continue;
    }
    cameOf.set(a, b);
    sentOf.set(b, a);
    const [tagOfA, tagOfB] = [a, b].map((each) => Object.prototype.toString.call(each));
    if (tagOfA !== tagOfB) return `${path}: sent ${String(tagOfA)}, came ${String(tagOfB)}`;
    const [partsOfA, partsOfB] = [partsOf(a), partsOf(b as object)];
    if (partsOfA.length !== partsOfB.length) return `${path}: sent ${partsOfA.length} parts, came ${partsOfB.length}`;
    partsOfA.forEach((part, index) => open.push([part, partsOfB[index], `${path}.${index}`]));
  }
  return undefined;
}

/** What an object consists of, in order. */
function partsOf(value: object): readonly unknown[] {
  if (value instanceof Date) return [value.getTime()];
  if (value instanceof URL || value instanceof RegExp) return [String(value)];
  if (value instanceof Map) return [...(value as Map<unknown, unknown>)].flat(1);
  if (value instanceof Set) return [...(value as Set<unknown>)];
  if (ArrayBuffer.isView(value)) return [...new Uint8Array(value.buffer, value.byteOffset, value.byteLength)];
  if (value instanceof Error) {
    const hidden = ['cause', 'errors'].filter((name) => Object.hasOwn(value, name));
    return [value.name, value.message, ...hidden.map((name) => Reflect.get(value, name) as unknown)];
  }
  // A list in the order of its indexes, and an object in that of its names.
  return Object.entries(value).flat(1);
}
