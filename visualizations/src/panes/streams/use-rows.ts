import { useEffect, useState } from 'preact/hooks';
import { streamRow, type StreamRow } from '../../model/stream-row.js';
import type { PaneProps } from '../../model/types.js';
import { useSampled } from '../drawing/use-sampled.js';
import { sortRows } from './columns.js';

export interface TableQuery {
  readonly sort: string;
  readonly descending: boolean;
}

export interface TableRows {
  readonly rows: readonly StreamRow[];
  /** Streams before the query, and what of them lives. */
  readonly total: number;
  readonly living: number;
  readonly anomalous: number;
  /** Producers from which nothing comes to some stream. */
  readonly silentProducers: number;
}

/** The table is computed this often while records come: thousands of rows each frame would be for nobody's eyes. */
const refreshMs = 250;

/** The rows of the table as they stand now, sorted and filtered. */
export function useRows({ run, view, cursor, scope }: PaneProps, { sort, descending }: TableQuery): TableRows {
  const text = scope.query.value;
  const second = useSecond(run.growing.value && cursor.live.value);
  return useSampled(
    view,
    refreshMs,
    (now) => {
      const { unit } = run.header;
      const time = Math.max(now.at, cursor.now());
      const all = Array.from(now.streams.values(), (entry) => streamRow(now, entry, unit, time));
      return {
        rows: sortRows(all.filter(scope.test.peek()), sort, descending),
        total: all.length,
        living: all.reduce((count, row) => count + (row.entry.endedAt === undefined ? 1 : 0), 0),
        anomalous: all.reduce((count, row) => count + (row.anomalies.length > 0 ? 1 : 0), 0),
        silentProducers: new Set(all.flatMap((row) => (row.isSilent ? [row.producer ?? ''] : []))).size,
      };
    },
    `${text}\n${sort}\n${descending}\n${second}`,
  );
}

/** Grows once a second while `active`: ages and silences grow even where no record comes. */
function useSecond(active: boolean): number {
  const [second, setSecond] = useState(0);
  useEffect(() => {
    if (!active) return undefined;
    const timer = setInterval(() => setSecond((count) => count + 1), 1_000);
    return () => clearInterval(timer);
  }, [active]);
  return second;
}
