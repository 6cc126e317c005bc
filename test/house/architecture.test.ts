import { expect } from 'chai';
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rooms } from './rooms.js';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** What installing, building and testing make, and what belongs to tools. */
function isMade(folder: string): boolean {
  return ['node_modules', 'dist'].includes(folder) || /^\.(?!ci$)/.test(folder);
}

/** What a room may import, as a cell: its own rule, those of its files that are rooms, or the rule of the room around it. */
function importsOf(folder: string): string {
  const code = (list: string) => (list === '' ? '–' : `\`${list}\``);
  const room = folder.slice(0, -1);
  const own = rooms[room];
  if (own !== undefined) return code(own);
  const files = Object.entries(rooms).filter(([name]) => name.endsWith('.ts') && posix.dirname(name) === room);
  if (files.length > 0) return files.map(([name, list]) => `\`${name}\`: ${code(list)}`).join('; ');
  const around = Object.keys(rooms).find((name) => folder.startsWith(`${name}/`));
  return around === undefined ? '–' : `as \`${around}/\``;
}

/** Every folder of the package's code, as `src/wire/plain/`. */
function foldersOf(top: string): readonly string[] {
  const below = readdirSync(join(root, top), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return [`${top}/`, ...below.flatMap(({ name }) => foldersOf(`${top}/${name}`))];
}

describe('ARCHITECTURE.md', () => {
  const text = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8');
  const rowsOf = (heading: string) =>
    Array.from(
      (text.split(`## ${heading}\n`)[1] ?? '')
        .split('\n## ')[0]!
        .matchAll(/^\| `([^`]+\/)` \| ([^|]+) \| ([^|]*)\|$/gm),
      ([, room = '', what = '', imports = '']) => ({ room, what, imports: imports.trim() }),
    );
  const rows = rowsOf('The rooms');

  it('has one sentence for each folder, and each folder of which it speaks is there', () => {
    const folders = [...foldersOf('machines'), ...foldersOf('src')];
    expect(rows.map(({ room }) => room).sort()).to.deep.equal([...folders].sort());
    expect(rows.filter(({ what }) => what.trim() === '')).to.deep.equal([]);
  });

  it('says of each room what it may import, as the rule of the rooms has it', () => {
    expect(rows.map(({ room, imports }) => `${room}: ${imports}`)).to.deep.equal(
      rows.map(({ room }) => `${room}: ${importsOf(room)}`),
    );
  });

  it('has one sentence for each folder beside the code', () => {
    const foldersIn = (folder: string) =>
      readdirSync(join(root, folder), { withFileTypes: true })
        .filter((entry) => entry.isDirectory() && !isMade(entry.name))
        .map(({ name }) => `${folder}${name}/`);
    const folders = [...foldersIn(''), ...foldersIn('test/'), ...foldersIn('visualizations/')];
    const beside = rowsOf('Beside the code of the package').map(({ room }) => room);
    expect([...beside, 'machines/', 'src/'].sort()).to.deep.equal(folders.sort());
    const page =
      rowsOf('Beside the code of the package').find(({ room }) => room === 'visualizations/src/')?.what ?? '';
    expect(
      foldersIn('visualizations/src/').filter((folder) => !page.includes(`\`${folder.split('/')[2] ?? ''}\``)),
    ).to.deep.equal([]);
  });

  it('is true of the root of src/', () => {
    const files = readdirSync(join(root, 'src'), { withFileTypes: true }).filter((entry) => entry.isFile());
    expect(files.map(({ name }) => name).sort()).to.deep.equal(['errors.ts', 'index.ts']);
  });
});
