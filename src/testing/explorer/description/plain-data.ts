/** JSON data, of which states, events, messages and notes must consist. */
export type Plain = null | boolean | number | string | readonly Plain[] | { readonly [key: string]: Plain };

function nameOf(value: object): string {
  const prototype = Object.getPrototypeOf(value) as { readonly constructor?: { readonly name?: string } } | null;
  return `a ${prototype?.constructor?.name ?? 'object without a prototype'}`;
}

function describeScalar(value: unknown): string {
  return typeof value === 'number' ? String(value) : `a ${typeof value}`;
}

/** Deeper than this, and a value is taken to refer back to itself. */
const depthMax = 100;

/** The texts of values that were made from them and can never change. */
const texts = new WeakMap<object, string>();

function writeObject(value: object, path: string, depth: number): string {
  const known = texts.get(value);
  if (known !== undefined) return known;
  if (depth > depthMax) throw new Error(`${path} is too deep or refers back to itself, so it is not plain data`);
  let text = '';
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) {
      text += `${index === 0 ? '' : ','}${write(item, path, depth + 1, index)}`;
    }
    return `[${text}]`;
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    throw new Error(`${path} is ${nameOf(value)}, which is not plain data`);
  }
  for (const key of Object.keys(value).sort()) {
    const field = (value as Record<string, unknown>)[key];
    // A field that is undefined is a field that is absent, as in JSON.
    if (field === undefined) continue;
    text += `${text === '' ? '' : ','}${JSON.stringify(key)}:${write(field, path, depth + 1, key)}`;
  }
  return `{${text}}`;
}

function write(value: unknown, path: string, depth: number, key?: string | number): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'number':
      if (Number.isFinite(value)) return String(value);
      break;
    case 'object':
      if (value === null) return 'null';
      return writeObject(value, key === undefined ? path : pathTo(path, key), depth);
  }
  throw new Error(
    `${key === undefined ? path : pathTo(path, key)} is ${describeScalar(value)}, which is not plain data`,
  );
}

function pathTo(path: string, key: string | number): string {
  return typeof key === 'number' ? `${path}[${key}]` : `${path}.${key}`;
}

/**
 * The one text of a value: JSON with sorted keys. Equal texts mean equal values.
 *
 * @param path how an error names the value.
 * @throws Error that names the first part that is not plain data: a Map, a Date, a function, NaN, a cycle …
 */
export function canonicalText(value: unknown, path: string): string {
  return write(value, path, 0);
}

function freeze(value: unknown): void {
  if (typeof value !== 'object' || value === null || texts.has(value)) return;
  Object.values(value).forEach(freeze);
  Object.freeze(value);
}

/** Freezes a value as it is, its keys in their order, so that its text is written once. Returns the value. */
export function frozenAs<Value>(value: Value, path: string): Value {
  if (typeof value !== 'object' || value === null || texts.has(value)) return value;
  const text = canonicalText(value, path);
  freeze(value);
  texts.set(value, text);
  return value;
}

/** Whether two plain values are alike to their fields. Quicker than texts where they share most of their parts. */
export function isAlike(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (typeof one !== 'object' || typeof other !== 'object' || one === null || other === null) return false;
  if (Array.isArray(one) !== Array.isArray(other)) return false;
  const keys = Object.keys(one);
  if (keys.length !== Object.keys(other).length) return false;
  return keys.every((key) => key in other && isAlike((one as Fields)[key], (other as Fields)[key]));
}

type Fields = Readonly<Record<string, unknown>>;

/** Reads a canonical text into a value that nobody can change: an assign that mutates its context throws. */
export function frozenFrom(text: string): unknown {
  const value: unknown = JSON.parse(text);
  freeze(value);
  if (typeof value === 'object' && value !== null) texts.set(value, text);
  return value;
}
