/** What a trace does not show, so that nothing can be said of it. */
export class Unseen {
  readonly #notes = new Map<string, number>();
  #leftOut = 0;
  #latest = 0;

  note(what: string): void {
    this.#notes.set(what, (this.#notes.get(what) ?? 0) + 1);
  }

  leftOut(events: number): void {
    this.#leftOut += events;
  }

  noteLateness(late: number): void {
    this.#latest = Math.max(this.#latest, late);
  }

  /** How late a timer was at most, in the unit of the run. */
  get latest(): number {
    return this.#latest;
  }

  /** In one line each. */
  list(): readonly string[] {
    return [
      ...(this.#leftOut === 0 ? [] : [`${this.#leftOut} trace events that were left out, and what came of them`]),
      ...Array.from(this.#notes, ([what, times]) => (times === 1 ? what : `${what} (${times} times)`)),
    ];
  }
}
