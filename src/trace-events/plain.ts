import type { Json } from './trace-event.js';

export interface PlainLimits {
  /** How deep objects and arrays are looked into. */
  readonly depth: number;
  /** How many entries of an object or an array are taken. */
  readonly entries: number;
  /** How many characters of a text are taken. */
  readonly characters: number;
}

/**
 * What a value looks like as plain data, whatever it is: bounded, and never with the bytes of a payload. What is left
 * out leaves an ellipsis. Never throws; a getter that does is told as its error.
 */
export function plain(value: unknown, limits: PlainLimits): Json {
  return plainAt(value, limits, limits.depth, []);
}

/** @param holders The objects that the value is in, innermost last. */
function plainAt(value: unknown, limits: PlainLimits, depth: number, holders: object[]): Json {
  switch (typeof value) {
    case 'string':
      return value.length <= limits.characters ? value : `${value.slice(0, limits.characters)}…`;
    case 'boolean':
      return value;
    case 'number':
      return Number.isFinite(value) ? value : String(value);
    case 'bigint':
      return `${value}n`;
    case 'undefined':
      return null;
    case 'object':
      return value === null ? null : plainObject(value, limits, depth, holders);
    default:
      return `(${typeof value})`;
  }
}

function plainObject(value: object, limits: PlainLimits, depth: number, holders: object[]): Json {
  const outer = holders.length;
  try {
    const special = isOrdinary(value) ? undefined : describeSpecial(value, limits);
    if (special !== undefined) return special;
    if (holders.includes(value)) return '(circular)';
    const isList = Array.isArray(value) || value instanceof Set;
    if (depth === 0) return isList ? '[…]' : '{…}';
    holders.push(value);
    if (isList) return plainList(value as readonly unknown[] | ReadonlySet<unknown>, limits, depth, holders);
    if (value instanceof Map) {
      const map = value as ReadonlyMap<unknown, unknown>;
      return plainEntries([...map.keys()], (key) => map.get(key), limits, depth, holders);
    }
    const own = value as Readonly<Record<string, unknown>>;
    return plainEntries(Object.keys(value), (key) => own[key], limits, depth, holders);
  } catch (error) {
    return `(unreadable: ${error instanceof Error ? error.message : String(error)})`;
  } finally {
    holders.length = outer;
  }
}

/** Whether it is what nearly all parts of contexts and events are, and need not be looked at any closer. */
function isOrdinary(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === Array.prototype || prototype === null;
}

function describeSpecial(value: object, limits: PlainLimits): string | undefined {
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return `(${value.byteLength} bytes)`;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? '(invalid date)' : value.toISOString();
  if (value instanceof Error) return `${value.name}: ${value.message}`.slice(0, limits.characters);
  return 'sessionId' in value && 'getSnapshot' in value && 'id' in value ? `(actor ${String(value.id)})` : undefined;
}

function plainList(
  list: readonly unknown[] | ReadonlySet<unknown>,
  limits: PlainLimits,
  depth: number,
  holders: object[],
): Json {
  const items: Json[] = [];
  for (const item of list) {
    if (items.length === limits.entries) {
      items.push(`… ${('size' in list ? list.size : list.length) - limits.entries} more`);
      break;
    }
    items.push(plainAt(item, limits, depth - 1, holders));
  }
  return items;
}

/** Entries without a value are as good as none, as in JSON. */
function plainEntries<Key>(
  keys: readonly Key[],
  valueOf: (key: Key) => unknown,
  limits: PlainLimits,
  depth: number,
  holders: object[],
): Json {
  const told: Record<string, Json> = {};
  let taken = 0;
  for (const [index, key] of keys.entries()) {
    const item = valueOf(key);
    if (item === undefined) continue;
    if (taken === limits.entries) {
      told['…'] = `${keys.length - index} more`;
      break;
    }
    taken += 1;
    define(told, String(key), plainAt(item, limits, depth - 1, holders));
  }
  return told;
}

/** Setting `__proto__` would set the prototype. */
function define(told: Record<string, Json>, key: string, value: Json): void {
  if (key === '__proto__') Object.defineProperty(told, key, { value, enumerable: true });
  else told[key] = value;
}
