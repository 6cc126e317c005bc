import { createTextLines } from '../../../src/tracing/text-lines.js';
import type { Sink, Source } from '../model/types.js';
import { parsed } from './live.js';

/** The bytes of a recording, and how many there are, where that is known. */
export interface Content {
  readonly stream: ReadableStream<Uint8Array>;
  readonly bytes: number | undefined;
}

/** How long it is read before the page may draw again, and how many lines are taken at once. */
const turnMs = 200;
const linesAtOnce = 1_000;

/**
 * A recording as a file of JSON lines, read piece by piece while the page draws. `until`: no further than to this time of
 * the run, so that of one that is too long to be kept whole an earlier part is.
 */
export function fileSource(label: string, content: () => Promise<Content>, until = Infinity): Source {
  return {
    label,
    until,
    reopened: (next) => fileSource(label, content, next),
    start: (sink) => {
      const stopping = new AbortController();
      const isStopped = (): boolean => stopping.signal.aborted;
      const read = async (): Promise<void> => {
        sink.state('connecting', 'reading', 0);
        const { stream, bytes } = await content();
        const reader = stream.getReader();
        const decoder = new TextDecoder();
        const lines = createTextLines();
        let pending: unknown[] = [];
        let [read, turn] = [0, performance.now()];
        let isOver = false;
        while (!isOver && !isStopped()) {
          const { done, value } = await reader.read();
          if (isStopped()) break;
          read += value?.length ?? 0;
          const cut = done ? lines.end() : lines.push(decoder.decode(value, { stream: true }));
          for (const line of cut) {
            pending.push(...parsedLine(line));
            if (pending.length < linesAtOnce) continue;
            isOver = take(sink, pending, until);
            pending = [];
            if (isOver) break;
            if (performance.now() - turn < turnMs) continue;
            if (bytes !== undefined) sink.state('connecting', 'reading', Math.min(1, read / bytes));
            await new Promise((resolve) => setTimeout(resolve));
            if (isStopped()) break;
            turn = performance.now();
          }
          if (!done || isOver || isStopped()) continue;
          take(sink, pending, until);
          isOver = true;
        }
        if (isOver) sink.state('ended');
        await reader.cancel();
      };
      read().catch((error: unknown) => {
        sink.state('failed', error instanceof Error ? error.message : String(error));
      });
      return () => stopping.abort();
    },
  };
}

/** The recording that the command serves. */
export async function fetched(url: string): Promise<Content> {
  const { ok, status, body, headers } = await fetch(url);
  if (status === 403) throw new Error('the server refuses: the token in the URL may be old');
  if (!ok || body === null) throw new Error(`the server answers with ${status}`);
  const bytes = Number(headers.get('content-length'));
  return { stream: body, bytes: bytes > 0 ? bytes : undefined };
}

/** Hands on what is not later than a time. Whether something was. */
function take(sink: Sink, values: readonly unknown[], until: number): boolean {
  const end = until === Infinity ? -1 : values.findIndex((value) => timeOf(value) > until);
  sink.accept(end < 0 ? values : values.slice(0, end));
  return end >= 0;
}

function timeOf(value: unknown): number {
  const { at } = (value ?? {}) as { readonly at?: unknown };
  return typeof at === 'number' ? at : -Infinity;
}

/** A line that is too long to be kept is counted as malformed. */
function parsedLine(line: string | undefined): readonly unknown[] {
  return line === undefined ? ['a line that is too long'] : parsed(line);
}
