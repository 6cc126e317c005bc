import { expect } from 'chai';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

/** Every folder of the package's code, as `src/wire/plain/`. */
function foldersOf(top: string): readonly string[] {
  const below = readdirSync(join(root, top), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return [`${top}/`, ...below.flatMap(({ name }) => foldersOf(`${top}/${name}`))];
}

describe('ARCHITECTURE.md', () => {
  const text = readFileSync(join(root, 'ARCHITECTURE.md'), 'utf8');
  const rows = Array.from(text.matchAll(/^\| `([^`]+\/)` \| (.+) \|$/gm), ([, room = '', what = '']) => ({
    room,
    what,
  }));

  it('has one sentence for each folder, and each folder of which it speaks is there', () => {
    const folders = [...foldersOf('machines'), ...foldersOf('src')];
    expect(rows.map(({ room }) => room).sort()).to.deep.equal([...folders].sort());
    expect(rows.filter(({ what }) => what.trim() === '')).to.deep.equal([]);
  });

  it('is true of the root of src/', () => {
    const files = readdirSync(join(root, 'src'), { withFileTypes: true }).filter((entry) => entry.isFile());
    expect(files.map(({ name }) => name).sort()).to.deep.equal(['errors.ts', 'index.ts']);
  });
});
