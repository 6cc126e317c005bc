import type { Writable } from 'node:stream';

/** Where records are printed. */
export interface Output {
  /** Resolves when there is room for more, and at once where nobody reads any more. */
  write(bytes: Uint8Array | string): Promise<void>;
  /** Aborts when nobody reads any more, as when the command's output goes to `head`. */
  readonly signal: AbortSignal;
}

export function createOutput(stream: Writable): Output {
  const gone = new AbortController();
  let wake: () => void = () => undefined;
  stream.on('drain', () => {
    wake();
  });
  stream.on('error', (error: NodeJS.ErrnoException) => {
    gone.abort(error);
    wake();
  });
  return {
    signal: gone.signal,
    async write(bytes) {
      if (gone.signal.aborted || stream.write(bytes)) return;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    },
  };
}
