import { expect } from 'chai';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build as buildWithEsbuild } from 'esbuild';
import { build as buildWithVite, type Rolldown } from 'vite';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const entry = join(root, 'src/testing/index.ts');

/** A script for browsers that says nothing of Node before somebody asks for worker threads. */
function expectForBrowsers(text: string): void {
  expect(text).to.include('exploreAll');
  expect(text).to.not.match(/^import /m);
  expect(text).to.not.match(/\brequire\(/);
}

describe('the testing kit in a browser', () => {
  it('is bundled by esbuild without a warning, with nothing of Node that would be loaded at once', async () => {
    const { outputFiles, warnings, errors } = await buildWithEsbuild({
      entryPoints: [entry],
      bundle: true,
      write: false,
      format: 'esm',
      platform: 'browser',
      logLevel: 'silent',
    });
    expect([...errors, ...warnings].map(({ text }) => text)).to.deep.equal([]);
    expectForBrowsers(outputFiles[0]?.text ?? '');
  });

  it('is bundled by vite without a warning, with nothing of Node that would be loaded at once', async () => {
    const told: string[] = [];
    const tell = (message: string): void => void told.push(message);
    const output = (await buildWithVite({
      configFile: false,
      logLevel: 'warn',
      customLogger: {
        info: () => undefined,
        warn: tell,
        warnOnce: tell,
        error: tell,
        clearScreen: () => undefined,
        hasErrorLogged: () => false,
        hasWarned: false,
      },
      build: {
        write: false,
        minify: false,
        // An application of one page; the size of its script is no matter here.
        chunkSizeWarningLimit: 10_000,
        rolldownOptions: { input: entry, preserveEntrySignatures: 'strict' },
      },
    })) as Rolldown.RolldownOutput;
    expect(told).to.deep.equal([]);
    expectForBrowsers(output.output[0].code);
  });
});
