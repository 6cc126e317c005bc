/** Where something stands in the config of a machine: property names and indexes, from the root on. */
export type ConfigPath = readonly (string | number)[];

/**
 * A path as people read it: the state first, then the place in its config, `stream.open.idle → on.close[0].actions[1]`.
 */
export function placeOf(machineId: string, path: ConfigPath): string {
  let state = machineId;
  let depth = 0;
  while (path[depth] === 'states' && depth + 1 < path.length) {
    state += `.${String(path[depth + 1])}`;
    depth += 2;
  }
  const rest = path.slice(depth).map((key) => (typeof key === 'number' ? `[${key}]` : `.${key}`));
  return rest.length === 0 ? state : `${state} → ${rest.join('').replace(/^\./, '')}`;
}

/** A copy of a config with another value at a path. What does not lie on the path is shared, not copied. */
export function withValueAt<Config>(config: Config, path: ConfigPath, value: unknown): Config {
  const [key, ...rest] = path;
  if (key === undefined) return value as Config;
  const changed = withValueAt((config as Record<string | number, unknown>)[key], rest, value);
  return (Array.isArray(config) ? config.with(key as number, changed) : { ...config, [key]: changed }) as Config;
}

/**
 * A copy of a config without what stands at a path. A list that would be empty goes with its last item: a timer that
 * has no transition left would still run.
 */
export function withoutValueAt<Config>(config: Config, path: ConfigPath): Config {
  const key = path.at(-1);
  const holderPath = path.slice(0, -1);
  const holder = valueAt(config, holderPath);
  if (!Array.isArray(holder)) {
    const others = Object.entries(holder as object).filter(([name]) => name !== key);
    return withValueAt(config, holderPath, Object.fromEntries(others));
  }
  if (holder.length === 1) return withoutValueAt(config, holderPath);
  return withValueAt(
    config,
    holderPath,
    holder.filter((_, index) => index !== key),
  );
}

function valueAt(config: unknown, path: ConfigPath): unknown {
  return path.reduce((value, key) => (value as Record<string | number, unknown>)[key], config);
}
