import type { Grouping } from '../../model/scope.js';
import { anomalyScore, type StreamRow } from '../../model/stream-row.js';

/** Rows that have something in common: a line above them says how many they are. */
export interface RowGroup {
  readonly group: string;
  readonly isOpen: boolean;
  readonly streams: number;
  readonly living: number;
  readonly anomalous: number;
  readonly silent: number;
}

/** A line of the table. */
export type Line = StreamRow | RowGroup;

export function isGroup(line: Line): line is RowGroup {
  return 'group' in line;
}

/** Rows below a line for each group, the group with the worst row first; those within a group stay in their order. */
export function groupRows(rows: readonly StreamRow[], by: Grouping, closed: ReadonlySet<string>): readonly Line[] {
  if (by === '') return rows;
  const groups = new Map<string, StreamRow[]>();
  for (const row of rows) {
    const key = row[by] ?? '';
    const same = groups.get(key);
    if (same === undefined) groups.set(key, [row]);
    else same.push(row);
  }
  const count = (of: readonly StreamRow[], holds: (row: StreamRow) => boolean): number => of.filter(holds).length;
  return [...groups]
    .map(([group, of]) => ({ group, of, score: Math.max(...of.map(anomalyScore)) }))
    .sort((a, b) => b.score - a.score || b.of.length - a.of.length)
    .flatMap(({ group, of }) => {
      const isOpen = !closed.has(group);
      const line: RowGroup = {
        ...{ group, isOpen, streams: of.length },
        living: count(of, ({ entry }) => entry.endedAt === undefined),
        anomalous: count(of, ({ anomalies }) => anomalies.length > 0),
        silent: count(of, ({ isSilent }) => isSilent),
      };
      return isOpen ? [line, ...of] : [line];
    });
}
