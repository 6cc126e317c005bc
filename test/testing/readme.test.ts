import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');

function blocks(markdown: string, language: string): string {
  const fenced = new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm');
  return Array.from(markdown.matchAll(fenced), (match) => match[1] ?? '').join('');
}

/** The blocks that are files of their own, by name: their language is followed by it. */
function files(markdown: string): readonly (readonly [name: string, text: string])[] {
  const fenced = /^```\w+ (\S+)\n([\s\S]*?)^```$/gm;
  return Array.from(markdown.matchAll(fenced), (match) => [match[1] ?? '', match[2] ?? ''] as const);
}

describe('src/testing/README.md', () => {
  it('its snippets run as one program and print what it says', async () => {
    const markdown = readFileSync(join(root, 'src/testing/README.md'), 'utf8');
    const program = blocks(markdown, 'ts');
    const expected = blocks(markdown, 'text');
    expect(program).to.include('explore(market(3), rules)');
    expect(expected).to.include('nobody pays twice');
    // Inside the project, so that the program finds what it imports.
    const folder = mkdtempSync(join(root, 'test/.readme-'));
    try {
      const file = join(folder, 'readme.ts');
      for (const [name, text] of [['readme.ts', program] as const, ...files(markdown)]) {
        writeFileSync(
          join(folder, name),
          text
            .replaceAll("'nats-stream-actors/testing'", "'../../src/testing/index.js'")
            .replaceAll("'nats-stream-actors/tracing'", "'../../src/tracing/index.js'")
            .replaceAll("'nats-stream-actors/memory'", "'../../src/memory-broker/index.js'")
            .replaceAll("'nats-stream-actors'", "'../../src/index.js'"),
        );
      }
      const { stdout } = await promisify(execFile)(process.execPath, ['--import', '@oxc-node/core/register', file]);
      expect(stdout).to.equal(expected);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});
