import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startNatsServer } from '../support/nats-server.js';
import { fencedBlocks, outputOf } from '../support/readme.js';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');

describe('README.md', () => {
  it('its snippets run as one program and print what it says', async () => {
    const markdown = readFileSync(join(root, 'README.md'), 'utf8');
    const program = fencedBlocks(markdown, 'ts').join('\n');
    const expected = fencedBlocks(markdown, 'text').join('');
    expect(program.length).to.be.greaterThan(500);
    expect(expected.length).to.be.greaterThan(40);

    const server = await startNatsServer();
    try {
      expect(await outputOf(program.replaceAll('nats://127.0.0.1:4222', server.url))).to.equal(expected);
    } finally {
      await server.stop();
    }
  });
});
