import { dirname, join } from 'node:path';
import { buildIfStale, root } from './build.js';

/** The folder of the built page. It is built where it is not there, or older than what it is built from. */
export function builtPage(): string {
  const index = join(root, 'dist/page/index.html');
  buildIfStale(
    'the page',
    index,
    ['visualizations/src', 'visualizations/public', 'src', 'machines'],
    ['run', 'build', '-w', 'nats-stream-actors-visualizations'],
  );
  return dirname(index);
}
