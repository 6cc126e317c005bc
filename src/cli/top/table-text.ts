import { createPainter } from '../colours.js';
import { count } from '../numbers.js';
import { table } from '../table.js';
import { printable } from '../../wire/index.js';
import { rateOf, type StreamRow, type StreamTableEnd } from '../../tracing/stream-table.js';

export interface TableTextOptions {
  /** The time of the run, in milliseconds. */
  readonly at: number;
  readonly columns: number;
  readonly rows: number;
  readonly coloured: boolean;
}

const head = ['subject', 'stream', 'consumer', 'producer', 'age', 'records', 'bytes', 'rate/s', 'last sign', 'end'];
const numeric = [4, 5, 6, 7, 8];
const colours = { live: '32', leaving: '35', wrong: '31', over: '2', head: '1' } as const;

/** The streams as lines of a terminal, at most as many as it has, each at most as wide. */
export function tableText(
  all: readonly StreamRow[],
  { at, columns, rows: height, coloured }: TableTextOptions,
): readonly string[] {
  const shown = all.slice(0, Math.max(1, height - 2));
  const cells = [head, ...shown.map((row) => cellsOf(row, at))];
  const lines = table(cells, numeric).map((line) => line.slice(0, columns));
  const paint = createPainter(colours, coloured);
  const painted = lines.map((line, index) => {
    const row = shown[index - 1];
    return paint(row === undefined ? 'head' : moodOf(row), line);
  });
  const hidden = all.length - shown.length;
  return hidden === 0 ? painted : [...painted, `… and ${hidden} more`];
}

function cellsOf(row: StreamRow, at: number): readonly string[] {
  const { subject, stream, consumer, producer, openedAt, lastSignAt, endedAt } = row;
  const counted = consumer ?? producer;
  const end = consumer?.end ?? producer?.end;
  return [
    subject,
    stream.slice(stream.lastIndexOf('.') + 1),
    stateOf(consumer),
    stateOf(producer),
    duration((endedAt ?? at) - openedAt),
    count(counted?.records ?? 0),
    count(counted?.bytes ?? 0),
    count(Math.round(rateOf(row, at))),
    endedAt === undefined ? duration(at - lastSignAt) : '',
    end === undefined ? '' : `${end.reason} (${end.code})${end.text === '' ? '' : `: ${end.text}`}`,
  ].map(printable);
}

function stateOf(end: StreamTableEnd | undefined): string {
  return end === undefined ? '–' : end.state;
}

function moodOf({ consumer, producer, endedAt }: StreamRow): keyof typeof colours {
  const end = consumer?.end ?? producer?.end;
  if (end !== undefined && end.reason !== 'completed' && end.reason !== 'cancelled') return 'wrong';
  if (endedAt !== undefined) return 'over';
  return consumer?.state.startsWith('cancelling') === true ? 'leaving' : 'live';
}

function duration(ms: number): string {
  const seconds = Math.max(0, ms) / 1000;
  if (seconds < 60) return `${seconds.toFixed(1)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} m ${Math.floor(seconds % 60)} s`;
  return `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} m`;
}
