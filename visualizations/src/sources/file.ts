import type { Source } from '../model/types.js';
import { parsed } from './live.js';

/** How many lines are read before the page may draw again. */
const linesPerTurn = 5_000;

/** A recording as a file of JSON lines, or its stream of bytes. Long ones are read piece by piece while the page draws. */
export function fileSource(label: string, content: () => Promise<ReadableStream<Uint8Array>>): Source {
  return {
    label,
    start: (sink) => {
      const stopping = new AbortController();
      const isStopped = (): boolean => stopping.signal.aborted;
      const read = async (): Promise<void> => {
        sink.state('connecting', 'reading');
        let rest = '';
        let pending: unknown[] = [];
        const stream = (await content()).pipeThrough(
          new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>,
        );
        for await (const text of stream as unknown as AsyncIterable<string>) {
          if (isStopped()) return;
          const lines = (rest + text).split('\n');
          rest = lines.pop() ?? '';
          for (const line of lines) {
            pending.push(...parsed(line));
            if (pending.length < linesPerTurn) continue;
            sink.accept(pending);
            pending = [];
            await new Promise((resolve) => setTimeout(resolve));
            if (isStopped()) return;
          }
        }
        sink.accept([...pending, ...parsed(rest)]);
        sink.state('ended');
      };
      read().catch((error: unknown) => {
        sink.state('failed', error instanceof Error ? error.message : String(error));
      });
      return () => stopping.abort();
    },
  };
}
