/** Gives each distinct text a small integer, in order of first appearance. */
export interface Interning<Value> {
  readonly values: readonly Value[];
  /** The integer of this text. `make` is called once for each distinct text. */
  idOf(text: string, make: () => Value): number;
}

/** Makes an empty interning. Comparing two states is then comparing two integers. */
export function createInterning<Value>(): Interning<Value> {
  const ids = new Map<string, number>();
  const values: Value[] = [];
  return {
    values,
    idOf(text, make) {
      const known = ids.get(text);
      if (known !== undefined) return known;
      const id = values.length;
      ids.set(text, id);
      values.push(make());
      return id;
    },
  };
}
