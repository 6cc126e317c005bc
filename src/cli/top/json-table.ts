import { printableJson } from '../../wire/index.js';
import { rateOf, type StreamTableEnd } from '../../tracing/stream-table.js';
import { conditionOf } from './condition.js';
import { ageOf, sorted } from './row-order.js';
import type { Scene } from './top-view.js';

/** The table as one line of JSON, for machines. */
export function jsonTable({ description, processes, rows, at }: Scene): string {
  const streams = sorted(rows, 'trouble', at).map((row) => ({
    subject: row.subject,
    stream: row.stream,
    condition: conditionOf(row),
    ageMs: Math.round(ageOf(row, at)),
    ...(row.endedAt === undefined ? { lastSignMs: Math.round(Math.max(0, at - row.lastSignAt)) } : {}),
    recordsPerSecond: Math.round(rateOf(row, at)),
    consumer: sideOf(row.consumer),
    producer: sideOf(row.producer),
  }));
  return `${printableJson({ time: new Date().toISOString(), watched: description, processes, streams })}\n`;
}

function sideOf(side: StreamTableEnd | undefined): object | null {
  if (side === undefined) return null;
  const { system, state, records, bytes, waiting, end } = side;
  return { system, state, records, bytes, waiting, ...(end === undefined ? {} : { end }) };
}
