import type { Writable } from 'node:stream';

/**
 * Resolves when a stream takes more, or never will. Nothing is left behind, neither a listener nor a promise that waits
 * for the end of the stream, however often somebody waits.
 */
export function drainedOrClosed(stream: Writable): Promise<void> {
  if (stream.destroyed || !stream.writableNeedDrain) return Promise.resolve();
  return new Promise((resolve) => {
    const done = () => {
      stream.off('drain', done);
      stream.off('close', done);
      stream.off('error', done);
      resolve();
    };
    stream.on('drain', done);
    stream.on('close', done);
    stream.on('error', done);
  });
}
