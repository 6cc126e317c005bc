import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { buildIfStale, root } from './build.js';

/** The folder of the built site of the documents. It is built where it is not there, or older than its own pages. */
export function builtDocs(): string {
  const index = join(root, 'docs/dist/index.html');
  // The generator works in the folder `.vitepress`, which is newer than the site each time.
  const settings = ['.vitepress/config.mjs', '.vitepress/pages.mjs', '.vitepress/typedoc.json'];
  const pages = readdirSync(join(root, 'docs')).filter((name) => !['.vitepress', 'api', 'dist'].includes(name));
  buildIfStale(
    'the site of the documents',
    index,
    [...settings, ...pages].map((page) => `docs/${page}`),
    ['run', 'docs:build'],
  );
  return dirname(index);
}
