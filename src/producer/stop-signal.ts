/** What this package asks of an `AbortSignal`. */
export interface StopSignal {
  readonly aborted: boolean;
  readonly reason: unknown;
  addEventListener(type: 'abort', listener: () => void, options?: { readonly once?: boolean }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/**
 * Whether a stream was stopped from outside its source, and why. The platform's signal of it is made when somebody asks
 * for it: most handlers never do, and it costs as much as all else that a short stream needs.
 */
export class Stop implements StopSignal {
  #controller: AbortController | undefined;
  #listeners: Set<() => void> | undefined;
  #aborted = false;
  #reason: unknown;

  get aborted(): boolean {
    return this.#aborted;
  }

  get reason(): unknown {
    return this.#reason;
  }

  /** The same as the platform has it. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#aborted) this.#controller.abort(this.#reason);
    }
    return this.#controller.signal;
  }

  addEventListener(_type: 'abort', listener: () => void): void {
    if (!this.#aborted) (this.#listeners ??= new Set()).add(listener);
  }

  removeEventListener(_type: 'abort', listener: () => void): void {
    this.#listeners?.delete(listener);
  }

  /** Stops the stream, once: a later reason is not told. */
  abort(reason: unknown): void {
    if (this.#aborted) return;
    this.#aborted = true;
    this.#reason = reason;
    // The application's listeners come first, as they were added first: its source began before anybody waited for it.
    this.#controller?.abort(reason);
    const listeners = this.#listeners;
    if (listeners !== undefined) for (const listener of listeners) listener();
    this.#listeners = undefined;
  }
}
