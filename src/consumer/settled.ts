/** A value that comes once. Its promise is made where somebody asks for it. */
export class Settled<Value> {
  #value: { readonly is: Value } | undefined;
  #promise: Promise<Value> | undefined;
  #resolve: ((value: Value) => void) | undefined;

  /** @param value The value where it is there already. */
  constructor(value?: Value) {
    if (value !== undefined) this.#value = { is: value };
  }

  /** Resolves with the value, when it is there. The same promise each time. */
  get promise(): Promise<Value> {
    if (this.#promise === undefined) {
      const value = this.#value;
      this.#promise =
        value === undefined ? new Promise((resolve) => (this.#resolve = resolve)) : Promise.resolve(value.is);
    }
    return this.#promise;
  }

  /** Gives the value; a later one is none. */
  settle(value: Value): void {
    if (this.#value !== undefined) return;
    this.#value = { is: value };
    this.#resolve?.(value);
    this.#resolve = undefined;
  }
}
