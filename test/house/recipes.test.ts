import { expect } from 'chai';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { startNatsServer } from '../support/nats-server.js';
import { fencedBlocks, outputOf } from '../support/readme.js';

const folder = fileURLToPath(new URL('../../docs/recipes/', import.meta.url));

describe('docs/recipes', () => {
  for (const name of readdirSync(folder)) {
    it(`${name} is a program that prints what it says`, async () => {
      const markdown = readFileSync(`${folder}${name}`, 'utf8');
      const [program = ''] = fencedBlocks(markdown, 'ts');
      const [expected = ''] = fencedBlocks(markdown, 'text');
      expect(expected).to.not.equal('');
      const server = await startNatsServer();
      try {
        expect(await outputOf(program.replaceAll('nats://127.0.0.1:4222', server.url))).to.equal(expected);
      } finally {
        await server.stop();
      }
    });
  }
});
