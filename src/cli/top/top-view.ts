import { printable } from '../../wire/index.js';
import type { StreamRow } from '../../tracing/stream-table.js';
import { fit } from '../fit.js';
import { count } from '../numbers.js';
import { conditionOf } from './condition.js';
import { duration } from './durations.js';
import { ageOf, sorted, sortings, type Sorting } from './row-order.js';
import { endOf, tableText } from './table-text.js';

/** A key as `readline` tells it. */
export interface Key {
  readonly name?: string | undefined;
  /** The characters that it typed. */
  readonly sequence?: string | undefined;
  readonly ctrl?: boolean | undefined;
  readonly meta?: boolean | undefined;
}

/** What a key asks of the command, where it is more than another look at the table. */
export type Wish = 'quit' | 'interrupt' | 'suspend';

/** What is to be seen. */
export interface Scene {
  /** What is watched, in words. */
  readonly description: string;
  readonly processes: number;
  readonly rows: readonly StreamRow[];
  /** The time of the run, in milliseconds. */
  readonly at: number;
}

export interface ScreenSize {
  readonly columns: number;
  readonly rows: number;
}

/** The table of streams on a screen, with keys that sort, filter and scroll it. */
export interface TopView {
  press(key: Key): Wish | undefined;
  /** The lines of a screen: as many as it has, none wider. */
  draw(scene: Scene, size: ScreenSize, coloured: boolean): readonly string[];
}

const keys = 'q quit  ↑ ↓ PgUp PgDn Home End  s sort  r reverse  / filter  Esc no filter';

/** On a lower screen the stream that is selected is not described. */
const describingRowsMin = 14;

export function createTopView(): TopView {
  let sorting: Sorting = 'trouble';
  let reversed = false;
  let filter = '';
  let isTyping = false;
  /** The stream that is selected; undefined for the first one, whichever that is. */
  let selected: string | undefined;
  /** The first row that is seen. */
  let offset = 0;
  /** What was drawn last, in which keys move. */
  let drawn: readonly StreamRow[] = [];
  let page = 1;

  const indexOfSelected = (): number => {
    const index = drawn.findIndex(({ stream }) => stream === selected);
    return Math.max(0, index);
  };

  const moveTo = (index: number): void => {
    selected = index <= 0 ? undefined : drawn[Math.min(index, drawn.length - 1)]?.stream;
  };

  const type = ({ name, sequence = '', ctrl = false, meta = false }: Key): void => {
    if (name === 'return' || name === 'enter') isTyping = false;
    else if (name === 'escape') [isTyping, filter] = [false, ''];
    else if (name === 'backspace') filter = Array.from(filter).slice(0, -1).join('');
    else if (ctrl && name === 'u') filter = '';
    else if (!ctrl && !meta && sequence !== '' && printable(sequence) === sequence) filter += sequence;
  };

  const moves: Readonly<Record<string, () => void>> = {
    up: () => moveTo(indexOfSelected() - 1),
    k: () => moveTo(indexOfSelected() - 1),
    down: () => moveTo(indexOfSelected() + 1),
    j: () => moveTo(indexOfSelected() + 1),
    pageup: () => moveTo(indexOfSelected() - page),
    pagedown: () => moveTo(indexOfSelected() + page),
    space: () => moveTo(indexOfSelected() + page),
    home: () => moveTo(0),
    end: () => moveTo(drawn.length - 1),
    s: () => {
      sorting = sortings[(sortings.indexOf(sorting) + 1) % sortings.length] ?? 'trouble';
      moveTo(0);
    },
    r: () => {
      reversed = !reversed;
      moveTo(0);
    },
    '/': () => {
      isTyping = true;
    },
    escape: () => {
      filter = '';
    },
  };

  const statusLine = (all: number, first: number, last: number): string => {
    const what = drawn.length === 0 ? 'none' : `${count(first)}–${count(last)} of ${count(drawn.length)}`;
    const order = `by ${sorting}${reversed ? ', reversed' : ''}`;
    if (isTyping) return `filter: ${filter}▏  ${what}  Enter keeps it, Esc drops it`;
    return filter === '' ? `${what}, ${order}` : `${what}, ${order}, filter: ${filter} (of ${count(all)})`;
  };

  return {
    press: (key) => {
      if (key.ctrl === true && key.name === 'c') return 'interrupt';
      if (key.ctrl === true && key.name === 'z') return 'suspend';
      if (isTyping) {
        type(key);
        return undefined;
      }
      if (key.name === 'q') return 'quit';
      if (key.ctrl !== true) moves[key.name ?? key.sequence ?? '']?.();
      return undefined;
    },

    draw: (scene, size, coloured) => {
      const { rows, at } = scene;
      const words = filter.toLowerCase().split(' ').filter(Boolean);
      drawn = sorted(words.length === 0 ? rows : rows.filter((row) => matches(row, words)), sorting, at, reversed);
      const isDescribing = size.rows >= describingRowsMin;
      page = Math.max(1, size.rows - (isDescribing ? 10 : 4));
      const index = indexOfSelected();
      offset = Math.max(0, Math.min(offset, index, drawn.length - page));
      if (index >= offset + page) offset = index - page + 1;
      const shown = drawn.slice(offset, offset + page);
      const marked = drawn[index];
      const table = tableText(shown, { at, columns: size.columns, coloured, marked });
      const empty = rows.length === 0 ? 'No stream yet.' : 'No stream has all of these words.';
      const body = shown.length === 0 ? [...table, fit(empty, size.columns)] : table;
      const details = isDescribing ? ['', ...(marked === undefined ? [] : describe(marked, at))] : [];
      const plain = (line: string): string => fit(line, size.columns);
      const above = [plain(title(scene)), plain(statusLine(rows.length, offset + 1, offset + shown.length)), ...body];
      const below = [...details.map(plain), plain(keys)];
      const gap = Math.max(0, size.rows - above.length - below.length);
      return [...above, ...Array.from({ length: gap }, () => ''), ...below].slice(0, size.rows);
    },
  };
}

/** How many there are, by how they are doing, and where. */
export function title({ description, processes, rows }: Scene): string {
  const numbers = { wrong: 0, waiting: 0, live: 0, ended: 0 };
  for (const row of rows) numbers[conditionOf(row)] += 1;
  const { wrong, waiting, live, ended } = numbers;
  const told = `${count(live)} streams live, ${count(waiting)} waiting, ${count(wrong)} wrong, ${count(ended)} ended`;
  return `${count(processes)} processes, ${told}; ${printable(description)}`;
}

function matches(row: StreamRow, words: readonly string[]): boolean {
  const { subject, stream, consumer, producer } = row;
  const sides = [consumer, producer].flatMap((side) => (side === undefined ? [] : [side.system, side.state]));
  const text = [conditionOf(row), subject, stream, ...sides, endOf(row)].join('\n').toLowerCase();
  return words.every((word) => text.includes(word));
}

/** All of one stream, of which the table has parts only. */
function describe(row: StreamRow, at: number): readonly string[] {
  const { subject, stream, consumer, producer, endedAt, lastSignAt } = row;
  const counted = consumer ?? producer;
  const sides = [
    ['consumer', consumer],
    ['producer', producer],
  ] as const;
  const end = endOf(row);
  return [
    subject,
    `  ${stream}`,
    ...sides.map(([role, side]) =>
      side === undefined ? `  ${role}  not watched` : `  ${role}  ${side.state} in ${side.system}`,
    ),
    `  ${duration(ageOf(row, at))} old, ${count(counted?.records ?? 0)} records, ${count(counted?.bytes ?? 0)} bytes` +
      (endedAt === undefined
        ? `, last sign ${duration(at - lastSignAt)} ago`
        : `, ended ${duration(at - endedAt)} ago${end === '' ? '' : `: ${end}`}`),
  ].map(printable);
}
