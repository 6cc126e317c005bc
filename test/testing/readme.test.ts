import { expect } from 'chai';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fencedBlocks, outputOf, outputOfMocha } from '../support/readme.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');

/** The blocks that are files of their own, by name: their language is followed by it. */
function files(markdown: string): readonly (readonly [name: string, text: string])[] {
  const fenced = /^```\w+ (\S+)\n([\s\S]*?)^```$/gm;
  return Array.from(markdown.matchAll(fenced), (match) => [match[1] ?? '', match[2] ?? ''] as const);
}

describe('src/testing/README.md', () => {
  it('its snippets run as one program and print what it says', async () => {
    const markdown = readFileSync(join(root, 'src/testing/README.md'), 'utf8');
    const program = fencedBlocks(markdown, 'ts').join('');
    const expected = fencedBlocks(markdown, 'text').join('');
    expect(program).to.include('explore(market(3), rules)');
    expect(expected).to.include('nobody pays twice');
    expect(await outputOf(program, files(markdown))).to.equal(expected);
  });
});

describe('docs/testing', () => {
  const folder = join(root, 'docs/testing');
  for (const name of readdirSync(folder)) {
    it(`${name} is a program that prints what it says`, async () => {
      const markdown = readFileSync(join(folder, name), 'utf8');
      const program = fencedBlocks(markdown, 'ts').join('');
      const expected = fencedBlocks(markdown, 'text').join('');
      expect(expected).to.not.equal('');
      const own = files(markdown);
      expect(await outputOf(program, own)).to.equal(expected);
      for (const [file, text] of own)
        if (file.endsWith('.test.ts')) expect(await outputOfMocha(text)).to.include('1 passing');
    });
  }
});
