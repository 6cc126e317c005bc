import { actorKey } from '../../model/keys.js';
import type { ActorEntry, SystemEntry, View } from '../../model/types.js';

/** A line of the tree: a system, or an actor in it. */
export interface TreeRow {
  readonly key: string;
  /** 1 for systems. */
  readonly level: number;
  readonly system: SystemEntry;
  readonly actor?: ActorEntry;
  /** How many actors are below, and how many of them live. */
  readonly below: number;
  readonly living: number;
  readonly expanded: boolean;
}

export interface TreeChoice {
  /** Rows that somebody has opened (true) or closed, by their keys. */
  readonly opened: ReadonlyMap<string, boolean>;
  readonly showsEnded: boolean;
}

/** A row with more children than this is closed until it is opened: the next system would be out of sight. */
const childrenShown = 50;

/** The lines of the tree, parents before their children, systems by name and actors by when they came. */
export function treeRows(view: View, { opened, showsEnded }: TreeChoice): readonly TreeRow[] {
  const children = new Map<string, ActorEntry[]>();
  for (const actor of view.actors.values()) {
    const parent = actor.parent === undefined ? actor.system : actorKey(actor.system, actor.parent);
    // An actor whose parent is not known any more stands below its system.
    const key = parent === actor.system || view.actors.has(parent) ? parent : actor.system;
    const siblings = children.get(key);
    if (siblings === undefined) children.set(key, [actor]);
    else siblings.push(actor);
  }

  const rows: TreeRow[] = [];
  const add = (key: string, level: number, system: SystemEntry, actor: ActorEntry | undefined): [number, number] => {
    const place = rows.length;
    const own = { key, level, system, ...(actor === undefined ? {} : { actor }) };
    const directly = children.get(key) ?? [];
    const expanded = opened.get(key) ?? directly.length <= childrenShown;
    let below = 0;
    let living = 0;
    rows.push({ ...own, below, living, expanded });
    for (const child of directly) {
      const [more, moreLiving] = add(child.key, level + 1, system, child);
      const lives = child.endedAt === undefined;
      below += 1 + more;
      living += (lives ? 1 : 0) + moreLiving;
      // A tombstone above something that lives stays.
      if (!lives && !showsEnded && moreLiving === 0) rows.length -= 1;
    }
    if (!expanded) rows.length = place + 1;
    rows[place] = { ...own, below, living, expanded };
    return [below, living];
  };
  const systems = [...view.systems.values()].sort((a, b) => a.system.localeCompare(b.system));
  for (const system of systems) add(system.system, 1, system, undefined);
  return rows;
}
