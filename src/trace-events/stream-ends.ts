/** How one end of a stream was over. */
export interface ToldEnd {
  readonly reason: string;
  readonly code: number;
  readonly text: string;
}

/** How streams end, as the commands of their actors say it, each once: a producer may say more after its end. */
export class StreamEnds {
  readonly #ended = new Set<string>();
  /** Sources that were stopped, with why, until their streams say how they ended. */
  readonly #cancelled = new Map<string, string>();

  /** @param actor What tells it from all others. */
  onCommand(actor: string, type: string, params: unknown): ToldEnd | undefined {
    const { reason = 'closed', code = 0, text = '' } = (params ?? {}) as Partial<ToldEnd>;
    switch (type) {
      case 'reader.end':
        return this.#once(actor, { reason, code, text });
      case 'wire.finish':
      case 'wire.close':
        this.#cancelled.delete(actor);
        return this.#once(actor, { reason: code === 1000 ? 'completed' : 'closed', code, text });
      case 'source.cancel':
        this.#cancelled.set(actor, text);
        return undefined;
      default:
        return undefined;
    }
  }

  /** The actor is over. Gives its end where no command has said it. */
  onGone(actor: string): ToldEnd | undefined {
    const text = this.#cancelled.get(actor);
    const end = text === undefined ? undefined : this.#once(actor, { reason: 'cancelled', code: 1006, text });
    this.#cancelled.delete(actor);
    this.#ended.delete(actor);
    return end;
  }

  clear(): void {
    this.#ended.clear();
    this.#cancelled.clear();
  }

  #once(actor: string, end: ToldEnd): ToldEnd | undefined {
    if (this.#ended.has(actor)) return undefined;
    this.#ended.add(actor);
    return end;
  }
}
