/** How a stream may end for its reader without anything being wrong. */
const goodEnds: ReadonlySet<string> = new Set(['completed', 'cancelled', 'timedOut']);

/**
 * Whether an end of a stream ended well. A producer whose reader has left closes with 1001, which is no fault where the
 * reader wanted it so: `others` are the reasons at the other ends.
 */
export function isGoodEnd(reason: string, others: readonly (string | undefined)[] = []): boolean {
  return goodEnds.has(reason) || others.some((other) => other !== undefined && goodEnds.has(other));
}
