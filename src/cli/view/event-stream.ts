import type { ServerResponse } from 'node:http';
import type { TraceEvent } from '../../tracing/index.js';
import type { Numbered, RunLog } from '../../tracing/run-log.js';

/** How many trace events one message holds at most. */
const recordsPerEvent = 1000;

/** Trace events of a run that goes on, for any number of pages. */
export interface LiveRecords {
  readonly append: (records: readonly TraceEvent[]) => void;
  /** Sends everything so far and what follows as server-sent events, until the page leaves. */
  readonly serve: (response: ServerResponse, lastEventId: string | undefined) => void;
  /** How many pages are served. */
  readonly pages: number;
  close(): void;
}

/** One trace event or more as a server-sent event. The id says where a page goes on that comes again. */
export function toEvent(records: readonly TraceEvent[], id?: string): string {
  return `${id === undefined ? '' : `id: ${id}\n`}data: ${JSON.stringify(records)}\n\n`;
}

/**
 * Each page is sent as much as it takes: what it has not taken yet stays in the log, and where the log has dropped it
 * the page gets the header and what lives anew.
 */
export function createLiveRecords(log: RunLog): LiveRecords {
  const pages = new Map<ServerResponse, () => void>();

  const serve = (response: ServerResponse, lastEventId: string | undefined): void => {
    let [run, seq] = (/^(\d+)-(\d+)$/
      .exec(lastEventId ?? '')
      ?.slice(1)
      .map(Number) ?? [-1, -1]) as [number, number];
    let isBlocked = false;

    const next = (): readonly Numbered[] | undefined => (run === log.run ? log.after(seq, recordsPerEvent) : undefined);
    const pump = (): void => {
      while (!isBlocked && !response.destroyed) {
        let records: readonly TraceEvent[] | undefined = next();
        if (records === undefined) {
          const start = log.start();
          // Nothing has been told yet.
          if (start.events.length === 0) return;
          ({ events: records, seq } = start);
          run = log.run;
        } else {
          const last = records.at(-1);
          if (last === undefined) return;
          seq = 'seq' in last ? last.seq : seq;
        }
        isBlocked = !response.write(toEvent(records, `${run}-${seq}`));
      }
    };
    response.on('drain', () => {
      isBlocked = false;
      pump();
    });
    response.on('close', () => pages.delete(response));
    pages.set(response, pump);
    pump();
  };

  return {
    serve,
    append: (records) => {
      log.append(records);
      for (const pump of pages.values()) pump();
    },
    get pages() {
      return pages.size;
    },
    close: () => {
      for (const response of pages.keys()) response.end();
    },
  };
}
