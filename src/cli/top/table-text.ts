import { createPainter } from '../colours.js';
import { fill, fit, widthOf, type Cut } from '../fit.js';
import { count, shortCount } from '../numbers.js';
import { printable } from '../../wire/index.js';
import { rateOf, type StreamRow, type StreamTableEnd } from '../../tracing/stream-table.js';
import { conditionOf } from './condition.js';
import { duration, shortDuration } from './durations.js';
import { ageOf } from './row-order.js';

export interface TableTextOptions {
  /** The time of the run, in milliseconds. */
  readonly at: number;
  readonly columns: number;
  readonly coloured: boolean;
  /** The row that is marked. */
  readonly marked?: StreamRow | undefined;
}

interface Column {
  readonly head: string;
  readonly shortHead?: string;
  readonly text: (row: StreamRow, at: number) => string;
  /** What stands there where the terminal is too narrow for the whole. */
  readonly short?: (row: StreamRow, at: number) => string;
  /** The least width, in columns of the terminal, below which it would say nothing. */
  readonly least?: number;
  readonly cut?: Cut;
  readonly isNumber?: true;
  /** Where even the least is too much, the columns with the highest number go first; those without one stay. */
  readonly dispensable?: number;
}

const stateOf = (end: StreamTableEnd | undefined): string => end?.state ?? '–';
/** The state that says most of several that lie in each other. */
const innermost = (state: string): string => state.slice(state.lastIndexOf('.') + 1);
const counted = ({ consumer, producer }: StreamRow): StreamTableEnd | undefined => consumer ?? producer;

const signOf =
  (text: (ms: number) => string) =>
  ({ endedAt, lastSignAt }: StreamRow, at: number): string =>
    endedAt === undefined ? text(at - lastSignAt) : '';

const columns: readonly Column[] = [
  { head: 'subject', text: ({ subject }) => subject, least: 12, cut: 'middle' },
  { head: 'stream', text: ({ stream }) => stream.slice(stream.lastIndexOf('.') + 1), dispensable: 5 },
  {
    head: 'consumer',
    text: ({ consumer }) => stateOf(consumer),
    short: ({ consumer }) => innermost(stateOf(consumer)),
    least: 9,
  },
  {
    head: 'producer',
    text: ({ producer }) => stateOf(producer),
    short: ({ producer }) => innermost(stateOf(producer)),
    least: 9,
  },
  {
    head: 'age',
    text: (row, at) => duration(ageOf(row, at)),
    short: (row, at) => shortDuration(ageOf(row, at)),
    isNumber: true,
  },
  {
    head: 'records',
    text: (row) => count(counted(row)?.records ?? 0),
    short: (row) => shortCount(counted(row)?.records ?? 0),
    isNumber: true,
    dispensable: 3,
  },
  {
    head: 'bytes',
    text: (row) => count(counted(row)?.bytes ?? 0),
    short: (row) => shortCount(counted(row)?.bytes ?? 0),
    isNumber: true,
    dispensable: 4,
  },
  {
    head: 'rate/s',
    text: (row, at) => count(Math.round(rateOf(row, at))),
    short: (row, at) => shortCount(Math.round(rateOf(row, at))),
    isNumber: true,
    dispensable: 2,
  },
  {
    head: 'last sign',
    shortHead: 'sign',
    text: signOf(duration),
    short: signOf(shortDuration),
    isNumber: true,
    dispensable: 1,
  },
  { head: 'end', text: endOf, least: 10 },
];

const colours = { live: '32', waiting: '33', wrong: '31', ended: '2', head: '1', marked: '7' } as const;

/** How a stream ended, in words; nothing while it lives. */
export function endOf({ consumer, producer }: StreamRow): string {
  const end = consumer?.end ?? producer?.end;
  return end === undefined ? '' : `${end.reason} (${end.code})${end.text === '' ? '' : `: ${end.text}`}`;
}

/**
 * A head, and a line for each stream, none wider than the terminal. Where the whole does not fit, numbers are rounded,
 * then texts are cut, the longest first; each column keeps so much that it says something.
 */
export function tableText(
  shown: readonly StreamRow[],
  { at, columns: width, coloured, marked }: TableTextOptions,
): readonly string[] {
  const paint = createPainter(colours, coloured);
  const lines = fittingLines(shown, at, width);
  return lines.map((line, index) => {
    const row = shown[index - 1];
    if (row === undefined) return paint('head', line);
    return row === marked ? paint('marked', fill(line, width)) : paint(conditionOf(row), line);
  });
}

function fittingLines(shown: readonly StreamRow[], at: number, width: number): readonly string[] {
  const whole = columns.map(({ head, text }) => [head, ...shown.map((row) => printable(text(row, at)))]);
  const wholeWidths = whole.map(widest);
  if (widthOfLine(wholeWidths, 2) <= width) return joined(columns, whole, wholeWidths, 2);

  const short = columns.map((column): ShortColumn => {
    const cells = [
      column.shortHead ?? column.head,
      ...shown.map((row) => printable((column.short ?? column.text)(row, at))),
    ];
    const natural = widest(cells);
    return { column, cells, natural, least: Math.min(natural, column.least ?? Infinity) };
  });
  const leaving = short
    .filter(({ column }) => column.dispensable !== undefined)
    .sort((one, other) => (other.column.dispensable ?? 0) - (one.column.dispensable ?? 0));
  let kept: readonly ShortColumn[] = short;
  const dropFirst = () => {
    const first = leaving.shift();
    kept = kept.filter((column) => column !== first);
  };
  const widthBy = (name: 'natural' | 'least') =>
    widthOfLine(
      kept.map((column) => column[name]),
      1,
    );
  // The name of a stream is worth less than the end of a subject: it stands below, with the one that is selected.
  if (widthBy('natural') > width) dropFirst();
  while (widthBy('least') > width && leaving.length > 0) dropFirst();
  const widths = shrunk(kept, width - (kept.length - 1));
  const lines = joined(
    kept.map(({ column }) => column),
    kept.map(({ cells }) => cells),
    widths,
    1,
  );
  return lines.map((line) => fit(line, width));
}

/** A column as it stands in a narrow terminal. */
interface ShortColumn {
  readonly column: Column;
  readonly cells: readonly string[];
  readonly natural: number;
  readonly least: number;
}

/** Takes from the widest of those that can be cut until they fit. */
function shrunk(columnsToShrink: readonly ShortColumn[], room: number): readonly number[] {
  const left = columnsToShrink.map(({ natural }) => natural);
  for (let excess = left.reduce((sum, width) => sum + width, 0) - room; excess > 0; excess -= 1) {
    let index = -1;
    left.forEach((width, other) => {
      if (width > (columnsToShrink[other]?.least ?? 0) && width > (left[index] ?? 0)) index = other;
    });
    if (index === -1) break;
    left[index] = (left[index] ?? 0) - 1;
  }
  return left;
}

function widest(cells: readonly string[]): number {
  return Math.max(...cells.map(widthOf));
}

function widthOfLine(widths: readonly number[], gap: number): number {
  return widths.reduce((sum, width) => sum + width, gap * (widths.length - 1));
}

function joined(
  shownColumns: readonly Column[],
  cells: readonly (readonly string[])[],
  widths: readonly number[],
  gap: number,
): readonly string[] {
  return (cells[0] ?? []).map((_, line) =>
    shownColumns
      .map(({ cut, isNumber }, index) => {
        const side = isNumber === true ? 'right' : 'left';
        return fill(cells[index]?.[line] ?? '', widths[index] ?? 0, side, cut);
      })
      .join(' '.repeat(gap))
      .trimEnd(),
  );
}
