/** How many subjects are remembered, so that who writes to ever new ones fills no memory. */
const rememberedMax = 1_024;

/** The subjects that were added last. */
export class RecentSubjects {
  readonly #subjects = new Set<string>();

  /** Whether the subject was not there before. */
  add(subject: string): boolean {
    const isNew = !this.#subjects.delete(subject);
    this.#subjects.add(subject);
    for (const oldest of this.#subjects) {
      if (this.#subjects.size <= rememberedMax) break;
      this.#subjects.delete(oldest);
    }
    return isNew;
  }

  has(subject: string): boolean {
    return this.#subjects.has(subject);
  }
}
