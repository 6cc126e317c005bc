import type { EndReason } from '../../machines/index.js';
import { messageOf } from '../errors.js';

/**
 * Bytes that no other thread shares: what the platform's compressors and decoders take. Compilers before 5.7 have no name
 * for them but this.
 */
export type OwnBytes = ReturnType<Uint8ArrayConstructor['of']>;

/**
 * The records of a stream as a web stream, each a chunk. It holds none itself, so that the reader's pace is that of the
 * stream: a record is taken when a chunk is asked for.
 */
export function createReadable(
  stream: {
    readonly buffered: number;
    readonly closed: Promise<{ readonly error: Error | undefined; readonly reason: EndReason }>;
    cancel(text?: string): void;
  },
  records: AsyncIterator<Uint8Array>,
): ReadableStream<OwnBytes> {
  let isPulling = false;
  let isOver = false;
  return new ReadableStream<OwnBytes>(
    {
      start: (controller) => {
        // A pipe whose other side is slow hears of the end before it asks for more.
        void stream.closed.then(({ error, reason }) => {
          // Where a chunk waits, or one is asked for, the end comes after it.
          if (isOver || isPulling || stream.buffered > 0 || controller.desiredSize !== 0) return;
          isOver = true;
          if (error === undefined || reason === 'cancelled') controller.close();
          else controller.error(error);
        });
      },
      pull: async (controller) => {
        isPulling = true;
        const step = await records.next();
        isPulling = false;
        if (isOver) return;
        if (step.done !== true) {
          controller.enqueue(step.value as OwnBytes);
          return;
        }
        isOver = true;
        controller.close();
      },
      cancel: (reason) => {
        isOver = true;
        stream.cancel(reason === undefined ? undefined : messageOf(reason));
      },
    },
    { highWaterMark: 0 },
  );
}
