/** The key of an actor in `View.actors`. Ids of actors are unique within their system only. */
export function actorKey(system: string, actor: string): string {
  return `${system}\n${actor}`;
}

/** The key of a transition in `View.coverage`. */
export function transitionKey(machine: string, source: string, index: number): string {
  return `${machine}\n${source}\n${index}`;
}

/** The key of a connection in `View.links`. The order of its systems does not matter. */
export function linkKey(systems: readonly string[]): string {
  return systems.toSorted().join('\n');
}
