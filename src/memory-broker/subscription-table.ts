import { hasWildcard } from './subject.js';

export interface SubscriptionTable<Entry> {
  readonly size: number;
  add(entry: Entry): void;
  remove(entry: Entry): void;
  /** The entries whose subject matches, in the order in which they were added. */
  match(subject: string): readonly Entry[];
}

/** One token deep in the tree of subjects with wildcards; `*` and `>` are children like others. */
interface Node<Entry> {
  readonly children: Map<string, Node<Entry>>;
  readonly entries: Set<Entry>;
}

/**
 * Finds subscriptions by subject in a time that does not grow with their number: plain subjects are keys of a map, only
 * those with wildcards are walked token by token.
 */
export function createSubscriptionTable<Entry extends { readonly subject: string }>(): SubscriptionTable<Entry> {
  const orders = new Map<Entry, number>();
  const plain = new Map<string, Set<Entry>>();
  const root = createNode<Entry>();
  let added = 0;

  const addPlain = (entry: Entry) => {
    const entries = plain.get(entry.subject);
    if (entries === undefined) plain.set(entry.subject, new Set([entry]));
    else entries.add(entry);
  };

  const removePlain = (entry: Entry) => {
    const entries = plain.get(entry.subject);
    entries?.delete(entry);
    if (entries?.size === 0) plain.delete(entry.subject);
  };

  return {
    get size() {
      return orders.size;
    },
    add(entry) {
      orders.set(entry, added);
      added += 1;
      if (hasWildcard(entry.subject)) addBelow(root, entry.subject.split('.'), entry);
      else addPlain(entry);
    },
    remove(entry) {
      if (!orders.delete(entry)) return;
      if (hasWildcard(entry.subject)) removeBelow(root, entry.subject.split('.'), entry);
      else removePlain(entry);
    },
    match(subject) {
      const matches = [...(plain.get(subject) ?? [])];
      if (root.children.size > 0) {
        const tokens = subject.split('.');
        if (!tokens.includes('')) matchBelow(root, tokens, 0, matches);
      }
      return matches.sort((left, right) => (orders.get(left) ?? 0) - (orders.get(right) ?? 0));
    },
  };
}

function createNode<Entry>(): Node<Entry> {
  return { children: new Map(), entries: new Set() };
}

function addBelow<Entry>(root: Node<Entry>, tokens: readonly string[], entry: Entry): void {
  let node = root;
  for (const token of tokens) {
    let child = node.children.get(token);
    if (child === undefined) node.children.set(token, (child = createNode()));
    node = child;
  }
  node.entries.add(entry);
}

/** Nodes that nothing is left below are taken out on the way back, so that a long life leaves no empty branches. */
function removeBelow<Entry>(node: Node<Entry>, tokens: readonly string[], entry: Entry): void {
  const [token, ...rest] = tokens;
  if (token === undefined) {
    node.entries.delete(entry);
    return;
  }
  const child = node.children.get(token);
  if (child === undefined) return;
  removeBelow(child, rest, entry);
  if (child.entries.size === 0 && child.children.size === 0) node.children.delete(token);
}

function matchBelow<Entry>(node: Node<Entry>, tokens: readonly string[], depth: number, matches: Entry[]): void {
  const token = tokens[depth];
  if (token === undefined) {
    addAll(matches, node.entries);
    return;
  }
  const everything = node.children.get('>');
  if (everything !== undefined) addAll(matches, everything.entries);
  const anyToken = node.children.get('*');
  if (anyToken !== undefined) matchBelow(anyToken, tokens, depth + 1, matches);
  // A published `*` or `>` is a plain token, which its own wildcard child, looked at above, has matched already.
  const same = token === '*' || token === '>' ? undefined : node.children.get(token);
  if (same !== undefined) matchBelow(same, tokens, depth + 1, matches);
}

/** A spread would put every entry on the stack, which a crowded subject overflows. */
function addAll<Entry>(matches: Entry[], entries: Iterable<Entry>): void {
  for (const entry of entries) matches.push(entry);
}
