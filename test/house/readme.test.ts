import { expect } from 'chai';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startNatsServer } from '../support/nats-server.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');

/** The fenced blocks of one language, in their order. */
function blocks(markdown: string, language: string): readonly string[] {
  return Array.from(
    markdown.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm')),
    (match) => match[1] ?? '',
  );
}

describe('README.md', () => {
  it('its snippets run as one program and print what it says', async () => {
    const markdown = readFileSync(join(root, 'README.md'), 'utf8');
    const program = blocks(markdown, 'ts').join('\n');
    const expected = blocks(markdown, 'text').join('');
    expect(program.length).to.be.greaterThan(500);
    expect(expected.length).to.be.greaterThan(50);

    const server = await startNatsServer();
    // Inside the project, so that the program finds what it imports.
    const folder = mkdtempSync(join(root, 'test/.readme-'));
    try {
      const file = join(folder, 'readme.ts');
      const local = program
        .replaceAll("'nats-stream-actors/machines'", "'../../machines/index.js'")
        .replaceAll("'nats-stream-actors/testing'", "'../../src/testing/index.js'")
        .replaceAll("'nats-stream-actors/tracing'", "'../../src/tracing/index.js'")
        .replaceAll("'nats-stream-actors/memory'", "'../../src/memory-broker/index.js'")
        .replaceAll("'nats-stream-actors'", "'../../src/index.js'")
        .replaceAll('nats://127.0.0.1:4222', server.url);
      writeFileSync(file, local);
      const { stdout } = await promisify(execFile)(process.execPath, ['--import', '@oxc-node/core/register', file]);
      expect(stdout).to.equal(expected);
    } finally {
      rmSync(folder, { recursive: true, force: true });
      await server.stop();
    }
  });
});
