import type { Json } from './record.js';

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

function plainAt(value: unknown, limits: PlainLimits, depth: number, holders: readonly unknown[]): Json {
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

function plainObject(value: object, limits: PlainLimits, depth: number, holders: readonly unknown[]): Json {
  try {
    if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) return `(${value.byteLength} bytes)`;
    if (value instanceof Date) return Number.isNaN(value.getTime()) ? '(invalid date)' : value.toISOString();
    if (value instanceof Error) return `${value.name}: ${value.message}`.slice(0, limits.characters);
    if ('sessionId' in value && 'getSnapshot' in value && 'id' in value) return `(actor ${String(value.id)})`;
    if (holders.includes(value)) return '(circular)';
    const isList = Array.isArray(value) || value instanceof Set;
    if (depth === 0) return isList ? '[…]' : '{…}';
    const next = (item: unknown) => plainAt(item, limits, depth - 1, [...holders, value]);
    if (isList) {
      const items: Json[] = [];
      for (const item of value as Iterable<unknown>) {
        if (items.length === limits.entries) {
          items.push(`… ${(value instanceof Set ? value.size : (value as unknown[]).length) - limits.entries} more`);
          break;
        }
        items.push(next(item));
      }
      return items;
    }
    const entries = value instanceof Map ? [...value].map(([key, item]) => [String(key), item] as const) : ownOf(value);
    const taken = entries.slice(0, limits.entries).map(([key, item]) => [key, next(item)] as const);
    if (entries.length > taken.length) taken.push(['…', `${entries.length - taken.length} more`]);
    return Object.fromEntries<Json>(taken);
  } catch (error) {
    return `(unreadable: ${error instanceof Error ? error.message : String(error)})`;
  }
}

function ownOf(value: object): readonly (readonly [string, unknown])[] {
  return Object.entries(value).filter(([, item]) => item !== undefined);
}
