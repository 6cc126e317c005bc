import { isBinary } from './binary-transformer.js';

/**
 * What a value is that JSON turns into another one without a word, in words; undefined where JSON carries it. Looks at
 * this one value, not at what it holds.
 */
export function unfitAnywhere(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (Array.isArray(value)) return hasHoles(value) ? 'a list with holes' : undefined;
  if (value instanceof Date && Number.isNaN(value.getTime())) return 'an invalid Date';
  if (isBoxed(value)) return `a ${nameOf(value)} object`;
  return isBuiltIn(value) && Object.keys(value).length > 0 ? `a ${nameOf(value)} with fields of its own` : undefined;
}

/** What an object is, in words, whose fields are not all that it is; undefined where they are. */
export function unfitObject(value: object): string | undefined {
  if (isExotic(value)) return `a ${nameOf(value)}`;
  return isPlain(value) || Object.keys(value).length > 0 ? undefined : `a ${nameOf(value)} without fields`;
}

/** Throws what a value that cannot be carried is refused with. */
export function refuse(unfit: string, name = ''): never {
  const place = name === '' ? '' : ` at ${JSON.stringify(name)}`;
  throw new TypeError(`expected values that JSON can carry, came ${unfit}${place}`);
}

/** As {@link unfitAnywhere}, for JSON without annotations, where `json` is what the value's `toJSON` makes of it. */
export function unfitForJson(value: unknown, json: unknown): string | undefined {
  // A Buffer's own toJSON would make a list of numbers of it, which no reader takes for bytes.
  if (isBinary(value)) return `a ${nameOf(value)}`;
  const unfit = unfitAnywhere(value instanceof Date ? value : json);
  if (unfit !== undefined) return unfit;
  if (typeof json === 'number' && !Number.isFinite(json)) return String(json);
  if (typeof json === 'bigint' || typeof json === 'function' || typeof json === 'symbol') return `a ${typeof json}`;
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return undefined;
  return unfitObject(json);
}

function hasHoles(list: readonly unknown[]): boolean {
  for (let index = 0; index < list.length; index += 1) {
    // Most elements are not undefined, and asking for the key of each would be slow.
    if (list[index] === undefined && !(index in list)) return true;
  }
  return false;
}

function isBoxed(value: object): boolean {
  return value instanceof Number || value instanceof String || value instanceof Boolean || value instanceof BigInt;
}

/** Kinds of which only what they are of themselves is carried, not what was added to one of them. */
function isBuiltIn(value: object): boolean {
  return (
    value instanceof Date ||
    value instanceof Map ||
    value instanceof Set ||
    value instanceof RegExp ||
    value instanceof URL
  );
}

function isExotic(value: object): boolean {
  return (
    value instanceof Map ||
    value instanceof Set ||
    value instanceof RegExp ||
    value instanceof Error ||
    value instanceof ArrayBuffer ||
    ArrayBuffer.isView(value)
  );
}

/** Whether its prototype is that of a literal, of whatever realm, or none. */
function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value) as object | null;
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function nameOf(value: object): string {
  const { constructor } = value as { readonly constructor?: unknown };
  return typeof constructor === 'function' && constructor.name !== '' ? constructor.name : 'value of a class';
}
