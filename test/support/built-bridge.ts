import { join } from 'node:path';
import { buildIfStale, root } from './build.js';

/** The folder of the built bridge to `@xstate/inspect`. It is built where it is not there, or older than its sources. */
export function builtBridge(): string {
  const folder = 'visualizations/inspect-bridge';
  const page = join(root, folder, 'dist/page.js');
  buildIfStale(
    'the bridge to @xstate/inspect',
    page,
    [`${folder}/src`, `${folder}/page`, `${folder}/build.mjs`, `${folder}/demo.ts`, 'src'],
    ['run', 'build', '-w', 'nats-stream-actors-inspect-bridge'],
  );
  return join(root, folder);
}
