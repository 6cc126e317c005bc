/** The known name for which an unknown one may be a slip of the pen; undefined where none is near. */
export function similarName(name: string, known: readonly string[]): string | undefined {
  const ranked = known
    .filter((candidate) => areAlike(name, candidate))
    .map((candidate) => ({
      candidate,
      distance: editDistance(name, candidate),
    }));
  return ranked.sort((a, b) => a.distance - b.distance)[0]?.candidate;
}

/** Whether one name may be a slip of the pen for the other: other capitals, one beginning with the other, or two edits. */
function areAlike(name: string, known: string): boolean {
  const [a, b] = [name.toLowerCase(), known.toLowerCase()];
  if (a.length < 3) return a === b;
  return b.startsWith(a) || a.startsWith(b) || editDistance(a, b) <= 2;
}

/** How many letters must be put in, taken out or changed to get from one text to the other (Levenshtein). */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (const [index, letter] of Array.from(from).entries()) {
    const next = [index + 1];
    for (let column = 1; column <= to.length; column += 1) {
      const change = (row[column - 1] ?? 0) + (letter === to[column - 1] ? 0 : 1);
      next.push(Math.min(change, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[to.length] ?? 0;
}
