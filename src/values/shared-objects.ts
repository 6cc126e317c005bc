type Equalities = Readonly<Record<string, readonly string[]>>;

/** Superjson's annotation of what is held in several places: paths by path, after the paths of the root where it is one. */
export type SharedPaths = Equalities | readonly [readonly string[]] | readonly [readonly string[], Equalities];

/**
 * Leaves of superjson's annotation what its reader can apply. It writes one for equal bigints and NaN too, which are no
 * objects, and its reader moves the elements of sets and the keys of maps when it replaces them, so that every later
 * path leads astray. Such an element or key stays the copy that the data hold.
 *
 * @throws {TypeError} where there is no copy, since the set or the map is held by its own element or key.
 */
export function applicableSharedPaths(root: unknown, json: unknown, shared: SharedPaths): SharedPaths | undefined {
  const kept = (paths: readonly string[]) =>
    paths.filter((path) => {
      const { isFixed, json: written } = placeOf(root, json, path);
      if (!isFixed && written === null) {
        throw new TypeError('expected values that JSON can carry, came a set or a map that its element or key holds');
      }
      return isFixed;
    });
  const keptOf = (equalities: Equalities = {}): Equalities =>
    Object.fromEntries(
      Object.entries(equalities)
        .filter(([path]) => typeof placeOf(root, json, path).value === 'object')
        .map(([path, paths]) => [path, kept(paths)] as const)
        .filter(([, paths]) => paths.length > 0),
    );
  if (isTuple(shared)) {
    const [ofRoot, others] = [kept(shared[0]), keptOf(shared[1])];
    return Object.keys(others).length === 0 ? [ofRoot] : [ofRoot, others];
  }
  const others = keptOf(shared);
  return Object.keys(others).length === 0 ? undefined : others;
}

interface Place {
  readonly value: unknown;
  /** What stands for the value in the plain JSON part. */
  readonly json: unknown;
  /** Whether its holder is not a set, and no map has it as a key. */
  readonly isFixed: boolean;
}

function placeOf(root: unknown, rootJson: unknown, path: string): Place {
  let [value, json, isFixed] = [root, rootJson, true];
  const steps = stepsOf(path);
  for (let index = 0; index < steps.length; index += 1) {
    const step = steps[index] ?? '';
    json = (json as Record<string, unknown> | null)?.[step];
    if (value instanceof Map) {
      // A row of a map takes two steps: which row, and whether its key or its value.
      index += 1;
      const side = Number(steps[index]);
      value = [...(value as Map<unknown, unknown>)][Number(step)]?.[side];
      json = (json as readonly unknown[] | undefined)?.[side];
      isFixed = side !== 0;
    } else if (value instanceof Set) {
      value = [...(value as Set<unknown>)][Number(step)];
      isFixed = false;
    } else {
      value = (value as Record<string, unknown> | null | undefined)?.[step];
      isFixed = true;
    }
  }
  return { value, json, isFixed };
}

/** Steps are joined by dots; a dot or a backslash within one has a backslash before it. */
function stepsOf(path: string): string[] {
  const steps = [''];
  for (const [part] of path.matchAll(/\\.|[^\\]/gsu)) {
    if (part === '.') steps.push('');
    else steps.push(`${steps.pop() ?? ''}${part.startsWith('\\') ? part.slice(1) : part}`);
  }
  return steps;
}

function isTuple(shared: SharedPaths): shared is Exclude<SharedPaths, Equalities> {
  return Array.isArray(shared);
}
