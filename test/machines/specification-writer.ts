import { writtenTables } from './written-tables.js';
import type { WrittenTable } from './written-tables.js';

/** What is typed to write the tables anew. */
export const writeCommand = 'npm run generate:protocol';

/** The names of the tables that have their place in a document. */
export function markedTables(document: string): readonly string[] {
  return Array.from(document.matchAll(marked), ([, name = '']) => name);
}

const marked = /^<!-- generated: (.+?)(?:;.*)? -->\n([\s\S]*?)^<!-- \/generated -->$/gm;

/** A document with its tables as they follow from the machines; what stands outside of the markers is left alone. */
export function written(document: string): string {
  return document.replace(marked, (_, name: string, old: string) => {
    const table = writtenTables[name];
    if (table === undefined) {
      throw new Error(`the marker of a table: expected one of ${Object.keys(writtenTables).join(', ')}, came ${name}`);
    }
    return `<!-- generated: ${name}; by ${writeCommand} -->\n\n${textOf(name, table(), old)}\n\n<!-- /generated -->`;
  });
}

function textOf(name: string, { columns, keyColumns, rows }: WrittenTable, old: string): string {
  const keyOf = (cells: readonly (string | undefined)[]) => cells.slice(0, keyColumns).join(' | ');
  const standing = new Map(
    old
      .split('\n')
      .filter((line) => line.startsWith('|'))
      .map((line) => line.slice(1, -1).split('|'))
      .map((cells) => cells.map((cell) => cell.trim()))
      .map((cells) => [keyOf(cells), cells]),
  );
  const lines = rows.map((row) =>
    row.map((cell, place) => {
      const text = cell ?? standing.get(keyOf(row))?.[place] ?? '';
      if (text === '')
        throw new Error(`${name}: expected a cell "${columns[place] ?? ''}" for ${keyOf(row)}, came none`);
      return text;
    }),
  );
  return [lineOf(columns), `|${columns.map(() => '---|').join('')}`, ...lines.map(lineOf)].join('\n');
}

function lineOf(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}
