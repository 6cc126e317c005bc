import { rateOf, type StreamRow } from '../../tracing/stream-table.js';
import { conditionOf, type Condition } from './condition.js';

/** By what the table can be sorted, in the order in which a key goes through it. */
export const sortings = ['trouble', 'subject', 'age', 'records', 'rate', 'last sign'] as const;

export type Sorting = (typeof sortings)[number];

type Compare = (one: StreamRow, other: StreamRow) => number;

const ranks: Readonly<Record<Condition, number>> = { wrong: 0, waiting: 1, live: 2, ended: 3 };

/** The rows in the order of a sorting: what is most, oldest or silent for longest comes first. */
export function sorted(rows: readonly StreamRow[], by: Sorting, at: number, reversed = false): readonly StreamRow[] {
  const conditions = new Map(rows.map((row) => [row, conditionOf(row)]));
  const rankOf = (row: StreamRow): number => ranks[conditions.get(row) ?? 'ended'];
  const recordsOf = ({ consumer, producer }: StreamRow): number => (consumer ?? producer)?.records ?? 0;
  const isOver: Compare = (one, other) => Number(one.endedAt !== undefined) - Number(other.endedAt !== undefined);
  const lastEnded: Compare = (one, other) => (other.endedAt ?? 0) - (one.endedAt ?? 0);
  const compares: Readonly<Record<Sorting, Compare>> = {
    // Among those that wait, the one that has been silent for longest comes first; among those that live, the busiest.
    trouble: (one, other) =>
      rankOf(one) - rankOf(other) ||
      isOver(one, other) ||
      lastEnded(one, other) ||
      (conditions.get(one) === 'waiting' ? one.lastSignAt - other.lastSignAt : rateOf(other, at) - rateOf(one, at)),
    subject: (one, other) => (one.subject < other.subject ? -1 : Number(one.subject > other.subject)),
    age: (one, other) => ageOf(other, at) - ageOf(one, at),
    records: (one, other) => recordsOf(other) - recordsOf(one),
    rate: (one, other) => rateOf(other, at) - rateOf(one, at),
    'last sign': (one, other) => isOver(one, other) || one.lastSignAt - other.lastSignAt,
  };
  const compare = compares[by];
  const direction = reversed ? -1 : 1;
  return rows.toSorted((one, other) => direction * compare(one, other) || one.openedAt - other.openedAt);
}

/** How long a stream has lived, or lived until it ended. */
export function ageOf({ openedAt, endedAt }: StreamRow, at: number): number {
  return Math.max(0, (endedAt ?? at) - openedAt);
}
