/**
 * Sets and maps in a machine's context: arrays sorted by id, never changed in place. An array is plain JSON, has one
 * form for one content, which the model checker needs, and is copied by the engine as one block of memory, so that a
 * client with ten thousand streams can still open and close one in microseconds.
 */
export type Entries<Entry extends { readonly id: string }> = readonly Entry[];

/** The place of the id, or where it would have to be. */
function lowerBound(entries: Entries<{ readonly id: string }>, id: string): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((entries[middle] as { readonly id: string }).id < id) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The entry of this id, if there is one. */
export function entryOf<Entry extends { readonly id: string }>(entries: Entries<Entry>, id: string): Entry | undefined {
  const found = entries[lowerBound(entries, id)];
  return found?.id === id ? found : undefined;
}

/** The entries with this one, which replaces an entry of the same id. */
export function withEntry<Entry extends { readonly id: string }>(
  entries: Entries<Entry>,
  entry: Entry,
): Entries<Entry> {
  const place = lowerBound(entries, entry.id);
  const next = entries.slice();
  next.splice(place, entries[place]?.id === entry.id ? 1 : 0, entry);
  return next;
}

/** The entries without this id; the very same array where it is not among them. */
export function withoutEntry<Entry extends { readonly id: string }>(
  entries: Entries<Entry>,
  id: string,
): Entries<Entry> {
  const place = lowerBound(entries, id);
  if (entries[place]?.id !== id) return entries;
  const next = entries.slice();
  next.splice(place, 1);
  return next;
}
