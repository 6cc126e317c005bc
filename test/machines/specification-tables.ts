import { readdirSync, readFileSync } from 'node:fs';
import { none, type Row } from '../support/transitions.js';

/** A table of the specification: its rows as cells by the name of their column. */
export type Table = readonly Readonly<Record<string, string>>[];

/** A row of a state table. */
export interface SpecifiedTransition extends Row {
  /** The path of the next state, with `, re-entered` where it is left and entered again; `–` where it is not left. */
  readonly next: string;
  /** Each with what stands in parentheses behind it. */
  readonly commands: readonly string[];
  readonly changes: readonly string[];
}

export interface SpecifiedState {
  readonly state: string;
  readonly kind: string;
  readonly entry: readonly string[];
}

export const specificationFolder = new URL('../../machines/', import.meta.url);

/** The files of the specification, its map first, by their paths below machines/. */
export const specificationFiles: ReadonlyMap<string, string> = new Map(
  ['PROTOCOL.md', ...readdirSync(new URL('protocol/', specificationFolder)).map((name) => `protocol/${name}`)].map(
    (path) => [path, readFileSync(new URL(path, specificationFolder), 'utf8')],
  ),
);

const text = Array.from(specificationFiles.values()).join('\n');

/** Every heading of the specification, as `## Consumer stream`. */
export function headings(): readonly string[] {
  return text.match(/^#+ .+$/gm) ?? [];
}

/** The text of a section, from its heading to the next one of the same or a higher level. */
export function sectionOf(heading: string): string {
  const level = /^#+/.exec(heading)?.[0].length ?? 0;
  const lines = text.split('\n');
  const start = lines.indexOf(heading);
  if (start < 0) throw new Error(`PROTOCOL.md: expected the heading "${heading}"`);
  const rest = lines.slice(start + 1);
  const end = rest.findIndex((line) => {
    const other = /^(#+) /.exec(line)?.[1];
    return other !== undefined && other.length <= level;
  });
  return rest.slice(0, end < 0 ? undefined : end).join('\n');
}

/** The first table of a section whose columns begin with these. */
export function tableOf(heading: string, ...columns: readonly string[]): Table {
  const blocks = sectionOf(heading).match(/(?:^\|.*\|$\n?)+/gm) ?? [];
  const tables = blocks.map((block) => block.trimEnd().split('\n').map(cellsOf));
  const found = tables.find(([head]) => columns.every((column, index) => head?.[index] === column));
  if (found === undefined) throw new Error(`PROTOCOL.md, ${heading}: expected a table | ${columns.join(' | ')} |`);
  const [head = [], , ...rows] = found;
  return rows.map((cells) => Object.fromEntries(head.map((name, index) => [name, cells[index] ?? ''])));
}

function cellsOf(line: string): readonly string[] {
  return line
    .slice(1, -1)
    .split('|')
    .map((cell) => cell.trim().replaceAll('`', ''));
}

/** The members of a cell that holds a list. */
export function listOf(cell: string | undefined): readonly string[] {
  return cell === undefined || cell === none ? [] : cell.split(', ');
}

/** A command or an event without what stands in parentheses behind it. */
export function bare(name: string): string {
  return name.replace(/\(.*\)$/, '');
}

export function specifiedTransitions(heading: string): readonly SpecifiedTransition[] {
  return tableOf(heading, 'state', 'event', 'guard', 'next', 'commands', 'changes').map((row) => ({
    state: row['state'] ?? '',
    event: row['event'] ?? '',
    guard: row['guard'] ?? '',
    next: row['next'] ?? '',
    commands: listOf(row['commands']),
    changes: listOf(row['changes']),
  }));
}

export function specifiedStates(heading: string): readonly SpecifiedState[] {
  return tableOf(heading, 'state', 'kind', 'entry commands').map((row) => ({
    state: row['state'] ?? '',
    kind: row['kind'] ?? '',
    entry: listOf(row['entry commands']),
  }));
}
