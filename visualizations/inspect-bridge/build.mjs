// Builds what is installed: the bridge for Node, which finds its dependencies where npm puts them, and the page for browsers,
// which has all of its own in one file.
import { resolve } from 'node:path';
import { build } from 'rolldown';
import { thirdPartyNotices } from '../../.ci/third-party-notices.mjs';

const folder = import.meta.dirname;

await build({
  input: { index: resolve(folder, 'src/index.ts'), demo: resolve(folder, 'demo.ts') },
  platform: 'node',
  external: [/^node:/, /^ws$/, /^@xstate\/inspect/, /^xstate$/, /^nats-stream-actors/],
  output: { dir: resolve(folder, 'dist'), entryFileNames: '[name].js', chunkFileNames: '[name].js' },
  logLevel: 'warn',
});
await build({
  input: { page: resolve(folder, 'page/main.ts') },
  platform: 'browser',
  plugins: [thirdPartyNotices('page-notices.txt', { '@xstate/inspect': 'xstate' })],
  output: { dir: resolve(folder, 'dist'), entryFileNames: '[name].js', minify: true },
  logLevel: 'warn',
});
