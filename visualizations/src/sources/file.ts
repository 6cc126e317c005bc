import { createTextLines } from '../../../src/tracing/text-lines.js';
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
        const lines = createTextLines();
        let pending: unknown[] = [];
        const stream = (await content()).pipeThrough(
          new TextDecoderStream() as ReadableWritablePair<string, Uint8Array>,
        );
        for await (const text of stream as unknown as AsyncIterable<string>) {
          if (isStopped()) return;
          for (const line of lines.push(text)) {
            pending.push(...parsedLine(line));
            if (pending.length < linesPerTurn) continue;
            sink.accept(pending);
            pending = [];
            await new Promise((resolve) => setTimeout(resolve));
            if (isStopped()) return;
          }
        }
        sink.accept([...pending, ...lines.end().flatMap(parsedLine)]);
        sink.state('ended');
      };
      read().catch((error: unknown) => {
        sink.state('failed', error instanceof Error ? error.message : String(error));
      });
      return () => stopping.abort();
    },
  };
}

/** A line that is too long to be kept is counted as malformed. */
function parsedLine(line: string | undefined): readonly unknown[] {
  return line === undefined ? ['a line that is too long'] : parsed(line);
}
