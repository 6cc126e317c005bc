/** A part of a value that JSON would lose or change. */
export interface NotPlain {
  /** Where in the value: `.streams[2].at`, or nothing for the value itself. */
  readonly place: string;
  /** What is there, with its article: `a Map`. */
  readonly what: string;
}

/**
 * What in a value is not plain data: JSON would drop it, change it or fail. A state is known by the JSON of its context,
 * so two contexts that differ in such a part would pass for one.
 */
export function notPlainPartsOf(value: unknown): readonly NotPlain[] {
  return partsOf(value, '', []);
}

function partsOf(value: unknown, place: string, around: readonly object[]): readonly NotPlain[] {
  if (typeof value !== 'object' || value === null) {
    const what = primitiveProblemOf(value);
    return what === undefined ? [] : [{ place, what }];
  }
  if (around.includes(value)) return [{ place, what: 'a reference to what it is part of' }];
  const within = [...around, value];
  if (Array.isArray(value)) {
    // Not flatMap or map, which pass over the holes of a sparse list.
    return Array.from(value, (item: unknown, index) => partsOf(item, `${place}[${index}]`, within)).flat();
  }
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return [{ place, what: `a ${classNameOf(value)}` }];
  const symbols = Object.getOwnPropertySymbols(value).map((symbol) => ({
    place,
    what: `a property named by ${String(symbol)}`,
  }));
  const properties = Object.entries(Object.getOwnPropertyDescriptors(value)).flatMap(([name, descriptor]) => {
    const inner = `${place}.${name}`;
    if (descriptor.get !== undefined || descriptor.set !== undefined) return [{ place: inner, what: 'an accessor' }];
    if (!descriptor.enumerable) return [{ place: inner, what: 'a property that is not enumerable' }];
    return partsOf(descriptor.value, inner, within);
  });
  return [...symbols, ...properties];
}

function primitiveProblemOf(value: unknown): string | undefined {
  if (typeof value === 'number') {
    return Number.isFinite(value) && !Object.is(value, -0) ? undefined : Object.is(value, -0) ? '-0' : String(value);
  }
  if (value === undefined) return 'undefined';
  if (typeof value === 'function') return 'a function';
  if (typeof value === 'symbol' || typeof value === 'bigint') return `a ${typeof value}`;
  return undefined;
}

function classNameOf(value: object): string {
  const { constructor } = value as { readonly constructor?: unknown };
  return typeof constructor === 'function' && constructor.name !== '' ? constructor.name : 'class instance';
}
