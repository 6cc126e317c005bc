/**
 * What a value is that JSON turns into another one without a word, in words; undefined where JSON carries it. Looks at
 * this one value, not at what it holds. Superjson leaves these to JSON as well.
 */
export function unfitAnywhere(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'an invalid Date' : undefined;
  if (Array.isArray(value)) return hasHoles(value) ? 'a list with holes' : undefined;
  if (isBoxed(value)) return `a ${nameOf(value)} object`;
  return undefined;
}

/** As {@link unfitAnywhere}, for JSON without annotations, where `json` is what the value's `toJSON` makes of it. */
export function unfitForJson(value: unknown, json: unknown): string | undefined {
  const unfit = unfitAnywhere(value instanceof Date ? value : json);
  if (unfit !== undefined) return unfit;
  if (typeof json === 'number' && !Number.isFinite(json)) return String(json);
  if (typeof json === 'bigint' || typeof json === 'function' || typeof json === 'symbol') return `a ${typeof json}`;
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return undefined;
  if (isExotic(json)) return `a ${nameOf(json)}`;
  return isPlain(json) || Object.keys(json).length > 0 ? undefined : `a ${nameOf(json)} without fields`;
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
