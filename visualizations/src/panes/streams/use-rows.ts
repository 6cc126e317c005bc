import { useEffect, useMemo, useState } from 'preact/hooks';
import { parseQuery, QueryError } from '../../model/query.js';
import { streamFields, streamRow, type StreamRow } from '../../model/stream-row.js';
import type { PaneProps } from '../../model/types.js';
import { useSampled } from '../drawing/use-sampled.js';
import { sortRows } from './columns.js';

export interface TableQuery {
  readonly text: string;
  readonly sort: string;
  readonly descending: boolean;
}

export interface TableRows {
  readonly rows: readonly StreamRow[];
  /** Streams before the query, and what of them lives. */
  readonly total: number;
  readonly living: number;
  readonly anomalous: number;
  /** Why the query could not be read; the rows are then those of no query. */
  readonly problem: string;
}

/** The table is computed this often while records come: thousands of rows each frame would be for nobody's eyes. */
const refreshMs = 250;

/** The rows of the table as they stand now, sorted and filtered. */
export function useRows({ run, view, cursor }: PaneProps, { text, sort, descending }: TableQuery): TableRows {
  const { test, problem } = useMemo(() => {
    try {
      return { test: parseQuery(text, streamFields), problem: '' };
    } catch (error) {
      if (!(error instanceof QueryError)) throw error;
      return { test: () => true, problem: error.message };
    }
  }, [text]);
  const second = useSecond(run.growing.value && cursor.live.value);
  const computed = useSampled(
    view,
    refreshMs,
    (now) => {
      const { unit } = run.header;
      const time = Math.max(now.at, cursor.now());
      const all = Array.from(now.streams.values(), (entry) => streamRow(now, entry, unit, time));
      return {
        rows: sortRows(all.filter(test), sort, descending),
        total: all.length,
        living: all.reduce((count, row) => count + (row.entry.endedAt === undefined ? 1 : 0), 0),
        anomalous: all.reduce((count, row) => count + (row.anomalies.length > 0 ? 1 : 0), 0),
      };
    },
    `${text}\n${sort}\n${descending}\n${second}`,
  );
  return { ...computed, problem };
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
