import { expect } from 'chai';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');

interface Esbuild {
  readonly build: (options: object) => Promise<{ readonly outputFiles: readonly { readonly text: string }[] }>;
}

describe('the testing kit in a browser', () => {
  it('is bundled by esbuild, with nothing of Node that would be loaded at once', async () => {
    // The one that runs the tests' own TypeScript.
    const { build } = createRequire(createRequire(import.meta.url).resolve('tsx/package.json'))('esbuild') as Esbuild;
    const { outputFiles } = await build({
      entryPoints: [join(root, 'src/testing/index.ts')],
      bundle: true,
      write: false,
      format: 'esm',
      platform: 'browser',
      logLevel: 'silent',
    });
    const text = outputFiles[0]?.text ?? '';
    expect(text).to.include('exploreAll');
    expect(text).to.not.match(/^import /m);
    expect(text).to.not.match(/\brequire\(/);
  });
});
