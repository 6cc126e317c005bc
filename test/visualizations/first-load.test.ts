import { expect } from 'chai';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { builtPage } from '../support/built-page.js';

/** The files that a browser fetches before it shows anything: what the page names, and what these import at once. */
function firstLoad(folder: string): ReadonlySet<string> {
  const files = new Set<string>();
  const add = (file: string): void => {
    if (files.has(file)) return;
    files.add(file);
    const text = readFileSync(file, 'utf8');
    const named = file.endsWith('.html')
      ? text.matchAll(/(?:src|href)="([^"]+)"/g)
      : file.endsWith('.js')
        ? text.matchAll(/(?:\bfrom|\bimport)\s*"(\.[^"]+)"/g)
        : [];
    for (const [, name = ''] of named) add(join(dirname(file), name));
  };
  add(join(folder, 'index.html'));
  return files;
}

describe('the built page', () => {
  let folder: string;
  before(() => {
    folder = builtPage();
  });

  it('loads less than 45 kB at first, compressed, without the chunks that come when they are shown', () => {
    const sizes = Array.from(firstLoad(folder), (file) => gzipSync(readFileSync(file)).length);
    expect(sizes.length).to.be.greaterThan(2);
    expect(sizes.reduce((sum, size) => sum + size, 0)).to.be.below(45_000);
  });

  it('has every pane, tool and format in a chunk of its own', () => {
    const first = Array.from(firstLoad(folder)).join('\n');
    const all = readdirSync(join(folder, 'assets'));
    for (const name of ['streams', 'statechart', 'sequence', 'timeline', 'charts', 'simulation', 'checker', 'export']) {
      expect(all.some((file) => file.startsWith(`${name}-`) && file.endsWith('.js'))).to.equal(true);
      expect(first).not.to.include(`/${name}-`);
    }
  });

  it('names nothing outside itself', () => {
    const html = readFileSync(join(folder, 'index.html'), 'utf8');
    const styles = readdirSync(join(folder, 'assets')).filter((file) => file.endsWith('.css'));
    const text = [html, ...styles.map((file) => readFileSync(join(folder, 'assets', file), 'utf8'))].join('\n');
    expect(text).not.to.match(/(?:src|href)="(?:https?:)?\/\/|url\(\s*["']?(?:https?:)?\/\/|@import/);
  });
});
