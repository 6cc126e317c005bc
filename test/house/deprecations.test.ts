import { expect } from 'chai';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { root } from '../support/build.js';

/** What the docstrings of the code deprecate, with what they tell to use. */
function deprecations(): readonly string[] {
  return ['src', 'machines'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .flatMap((file) => {
        const text = readFileSync(join(root, folder, file), 'utf8');
        const told = text.matchAll(
          /@deprecated Use (?:\{@link |`)(\w+)[}`](?:(?!\*\/)[^])*\*\/\s*(?:export \w+|readonly) (\w+)/g,
        );
        const found = Array.from(told, ([, instead = '', name = '']) => `${name}: ${instead}`);
        expect(text.match(/@deprecated/g) ?? [], `each deprecation in ${file} says what to use`).to.have.length(
          found.length,
        );
        return found;
      }),
  );
}

describe('docs/versions.md', () => {
  it('lists what is deprecated, with what takes its place, and nothing else', () => {
    const page = readFileSync(join(root, 'docs/versions.md'), 'utf8');
    const rows = page.slice(page.indexOf('## Deprecations')).matchAll(/^\| `(\w+)`[^|]* \| `(\w+)` \|/gm);
    const listed = Array.from(rows, ([, name = '', instead = '']) => `${name}: ${instead}`);
    expect(listed.length).to.be.greaterThan(0);
    expect(listed.sort()).to.deep.equal([...new Set(deprecations())].sort());
  });
});
