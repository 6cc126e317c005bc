import { closeAsFailed, type Closable } from './close-as-failed.js';

/** The end of a stream from outside its source. */
export interface WriterStop {
  readonly aborted: boolean;
  readonly reason: unknown;
  addEventListener(type: 'abort', listener: () => void, options?: { readonly once?: boolean }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/**
 * A web stream whose chunks a writer writes. It fails as soon as its reader leaves, not only with the next chunk: a
 * pipe that waits for its source then cancels it.
 *
 * @param write Writes one chunk, and waits until there is room for it.
 */
export function createWritable(
  writer: Closable & { readonly closed: boolean; close(): Promise<void> },
  write: (chunk: unknown) => Promise<unknown> | undefined,
  stop: WriterStop | undefined,
): WritableStream<unknown> {
  let unwatch = (): void => undefined;
  /** Nobody else would tell the reader: what fails amid a chunk is over, for the platform, without a close or an abort. */
  const fail = async (error: unknown): Promise<void> => {
    unwatch();
    if (!writer.closed && stop?.aborted !== true) await closeAsFailed(writer, error);
  };
  return new WritableStream<unknown>({
    start: (controller) => {
      if (stop === undefined) return;
      const onStop = (): void => controller.error(stop.reason);
      if (stop.aborted) onStop();
      else stop.addEventListener('abort', onStop, { once: true });
      unwatch = () => stop.removeEventListener('abort', onStop);
    },
    write: async (chunk) => {
      try {
        await write(chunk);
      } catch (error) {
        try {
          await fail(error);
        } catch {
          // The stream ended meanwhile: there is nobody left to tell.
        }
        throw error;
      }
    },
    close: async () => {
      unwatch();
      await writer.close();
    },
    abort: (reason) => fail(reason ?? 'the writable was aborted'),
  });
}
