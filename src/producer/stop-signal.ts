/** Who hears that a signal aborts: a function, or an object that is called as the platform calls one. */
type AbortListener = (() => void) | { handleEvent(): void };

/** What this package asks of an `AbortSignal`. */
export interface StopSignal {
  readonly aborted: boolean;
  readonly reason: unknown;
  addEventListener(type: 'abort', listener: AbortListener, options?: { readonly once?: boolean }): void;
  removeEventListener(type: 'abort', listener: AbortListener): void;
}

/**
 * Whether a stream was stopped from outside its source, and why. The platform's signal of it is made when somebody asks
 * for it: most handlers never do, and it costs as much as all else that a short stream needs.
 */
export class Stop implements StopSignal {
  #controller: AbortController | undefined;
  #listeners: readonly AbortListener[] | undefined;
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

  addEventListener(_type: 'abort', listener: AbortListener): void {
    if (this.#aborted) return;
    this.#listeners = this.#listeners === undefined ? [listener] : [...this.#listeners, listener];
  }

  removeEventListener(_type: 'abort', listener: AbortListener): void {
    const left = this.#listeners?.filter((other) => other !== listener);
    this.#listeners = left?.length === 0 ? undefined : left;
  }

  /** Stops the stream, once: a later reason is not told. */
  abort(reason: unknown): void {
    if (this.#aborted) return;
    this.#aborted = true;
    this.#reason = reason;
    // The application's listeners come first, as they were added first: its source began before anybody waited for it.
    this.#controller?.abort(reason);
    const listeners = this.#listeners;
    this.#listeners = undefined;
    for (const listener of listeners ?? []) {
      if (typeof listener === 'function') listener();
      else listener.handleEvent();
    }
  }
}
