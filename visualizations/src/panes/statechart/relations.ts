import { actorKey } from '../../model/keys.js';
import type { ActorEntry, View } from '../../model/types.js';

/** Those beside an actor that may be shown in its place. */
export interface Relations {
  /** Its parent, itself, both ends of its stream, and its living children. */
  readonly tabs: readonly ActorEntry[];
  /** Its living children. */
  readonly living: readonly ActorEntry[];
  /** How many children there was no room for. */
  readonly others: number;
}

/** How many children are named. */
const childrenMax = 6;

const alone: Relations = { tabs: [], living: [], others: 0 };

/** @param key The selected actor, as `actorKey` names it; none has no relations. */
export function relationsOf(view: View, key: string): Relations {
  const selected = view.actors.get(key);
  if (selected === undefined) return alone;
  const { stream, system, parent } = selected;
  if (stream !== undefined) {
    const ends = view.streams.get(stream)?.ends ?? [];
    const found = ends.flatMap(({ key }) => view.actors.get(key) ?? []).filter(({ machine }) => machine !== undefined);
    return { ...alone, tabs: found.some(({ key }) => key === selected.key) ? found : [selected, ...found] };
  }
  const living: ActorEntry[] = [];
  for (const candidate of view.actors.values()) {
    const isChild = candidate.parent === selected.actor && candidate.system === system;
    // The streams of a client have a table of their own.
    if (isChild && candidate.endedAt === undefined && candidate.stream === undefined) living.push(candidate);
  }
  const above = parent === undefined ? undefined : view.actors.get(actorKey(system, parent));
  return {
    tabs: [...(above === undefined ? [] : [above]), selected, ...living.slice(0, childrenMax)],
    living,
    others: Math.max(0, living.length - childrenMax),
  };
}
