import type { StreamRequest } from '../../../producer/stream-request.js';

/** The source of a stream, which yields and ends when the trace says so. */
export interface ReplayedSource {
  /** The states that the model's sources have. */
  readonly state: 'running' | 'ended' | 'cancelled';
  finish(): void;
}

/**
 * Makes a source that hands over nothing by itself: the trace writes its records, since in the model a source awaits no
 * write.
 *
 * @param onStart is told of the source at once.
 */
export function replayedSource(
  { signal }: StreamRequest,
  onStart: (source: ReplayedSource) => void,
): AsyncIterable<Uint8Array> {
  let isFinished = false;
  const end = new Promise<IteratorResult<Uint8Array, undefined>>((resolve) => {
    onStart({
      get state() {
        return isFinished ? 'ended' : signal.aborted ? 'cancelled' : 'running';
      },
      finish: () => {
        isFinished = true;
        resolve({ done: true, value: undefined });
      },
    });
  });
  return { [Symbol.asyncIterator]: () => ({ next: () => end }) };
}
