/** What is known of an actor that is told again. */
interface Known {
  readonly startedAt: number;
  readonly endedAt?: number | undefined;
}

/** Times of the same moment may be rounded. */
const sameTime = 0.002;

/**
 * Whether an actor that is told is the one of its name that is known, and goes on: it lives still, or was thought to have
 * ended. Another one of the same name came later.
 */
export function isSameLife({ startedAt, endedAt }: Known, since: number | undefined): boolean {
  if (since === undefined) return endedAt === undefined;
  return since <= startedAt + sameTime || (endedAt !== undefined && since < endedAt && startedAt > since);
}
