/**
 * Persistent sets and maps for a machine's context: up to a certain size an array sorted by id, beyond it a tree of such
 * arrays. Both are plain JSON and canonical, equal contents having equal forms, which the model checker needs; adding or
 * removing one of a hundred thousand entries copies a few short arrays.
 */
export type Entries<Entry extends { readonly id: string }> = readonly Entry[] | EntryTree<Entry>;

/** More entries than one array holds, partitioned by the hash of their ids. */
export interface EntryTree<Entry extends { readonly id: string }> {
  /** How many entries there are. */
  readonly size: number;
  readonly parts: readonly Entries<Entry>[];
}

/** So many entries are kept in one array, and no fewer in a tree. */
const arrayMax = 32;

/** How many bits of the hash each level of the tree looks at. */
const levelBits = 4;
const partsCount = 1 << levelBits;
/** Below this level the hash has no bits left, so ids of one hash share an array, however many they are. */
const levelsMax = 32 / levelBits;

/** 32 bits that depend on every character: FNV-1a, with its bits mixed so that the lowest ones do as well. */
function hashOf(id: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < id.length; at += 1) hash = Math.imul(hash ^ id.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return hash ^ (hash >>> 16);
}

/** Which part of a tree an id belongs to. */
function partOf(hash: number, level: number): number {
  return (hash >>> (level * levelBits)) & (partsCount - 1);
}

function isArray<Entry extends { readonly id: string }>(entries: Entries<Entry>): entries is readonly Entry[] {
  return Array.isArray(entries);
}

/** The place of the id, or where it would have to be. */
function lowerBound(entries: readonly { readonly id: string }[], id: string): number {
  let low = 0;
  let high = entries.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((entries[middle] as { readonly id: string }).id < id) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** How many there are. */
export function sizeOf(entries: Entries<{ readonly id: string }>): number {
  return isArray(entries) ? entries.length : entries.size;
}

/** All of them in one list: sorted by id where they are few, in an order of the tree's own where they are many. */
export function listOf<Entry extends { readonly id: string }>(entries: Entries<Entry>): readonly Entry[] {
  if (isArray(entries)) return entries;
  const list: Entry[] = [];
  collect(entries, list);
  return list;
}

function collect<Entry extends { readonly id: string }>(entries: Entries<Entry>, into: Entry[]): void {
  if (isArray(entries)) for (const entry of entries) into.push(entry);
  else for (const part of entries.parts) collect(part, into);
}

/** The entry of this id, if there is one. */
export function entryOf<Entry extends { readonly id: string }>(entries: Entries<Entry>, id: string): Entry | undefined {
  let array = entries;
  if (!isArray(array)) {
    const hash = hashOf(id);
    for (let level = 0; !isArray(array); level += 1) array = array.parts[partOf(hash, level)] ?? [];
  }
  const found = array[lowerBound(array, id)];
  return found?.id === id ? found : undefined;
}

/** The entries with this one, which replaces an entry of the same id. */
export function withEntry<Entry extends { readonly id: string }>(
  entries: Entries<Entry>,
  entry: Entry,
): Entries<Entry> {
  return isArray(entries) ? joined(entries, entry, 0) : added(entries, entry, hashOf(entry.id), 0);
}

function added<Entry extends { readonly id: string }>(
  entries: Entries<Entry>,
  entry: Entry,
  hash: number,
  level: number,
): Entries<Entry> {
  if (isArray(entries)) return joined(entries, entry, level);
  const at = partOf(hash, level);
  const before = entries.parts[at] ?? [];
  const after = added(before, entry, hash, level + 1);
  return { size: entries.size + sizeOf(after) - sizeOf(before), parts: entries.parts.with(at, after) };
}

/** A short array with one more entry, which may make it a tree. */
function joined<Entry extends { readonly id: string }>(
  entries: readonly Entry[],
  entry: Entry,
  level: number,
): Entries<Entry> {
  const place = lowerBound(entries, entry.id);
  const next = entries.slice();
  next.splice(place, entries[place]?.id === entry.id ? 1 : 0, entry);
  return next.length <= arrayMax || level >= levelsMax ? next : split(next, level);
}

function split<Entry extends { readonly id: string }>(entries: readonly Entry[], level: number): EntryTree<Entry> {
  const parts = Array.from({ length: partsCount }, (): Entry[] => []);
  // In their order, so that each part is sorted.
  for (const entry of entries) parts[partOf(hashOf(entry.id), level)]?.push(entry);
  const isDeep = (part: readonly Entry[]) => part.length > arrayMax && level + 1 < levelsMax;
  return { size: entries.length, parts: parts.map((part) => (isDeep(part) ? split(part, level + 1) : part)) };
}

/** The entries without this id; the very same ones where it is not among them. */
export function withoutEntry<Entry extends { readonly id: string }>(
  entries: Entries<Entry>,
  id: string,
): Entries<Entry> {
  return removed(entries, id, isArray(entries) ? 0 : hashOf(id), 0);
}

function removed<Entry extends { readonly id: string }>(
  entries: Entries<Entry>,
  id: string,
  hash: number,
  level: number,
): Entries<Entry> {
  if (isArray(entries)) {
    const place = lowerBound(entries, id);
    if (entries[place]?.id !== id) return entries;
    const next = entries.slice();
    next.splice(place, 1);
    return next;
  }
  const at = partOf(hash, level);
  const before = entries.parts[at] ?? [];
  const after = removed(before, id, hash, level + 1);
  if (after === before) return entries;
  const tree = { size: entries.size - 1, parts: entries.parts.with(at, after) };
  // No tree is kept for what an array holds: equal contents are to have equal forms.
  return tree.size > arrayMax ? tree : listOf(tree).toSorted((a, b) => (a.id < b.id ? -1 : 1));
}
