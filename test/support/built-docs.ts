import { dirname, join } from 'node:path';
import { buildIfStale, root } from './build.js';

/** The folder of the built site of the documents. It is built where it is not there, or older than its own pages. */
export function builtDocs(): string {
  const index = join(root, 'docs/dist/index.html');
  const pages = [
    '.vitepress',
    'guide',
    'migration',
    'operations',
    'recipes',
    'index.md',
    'comparison.md',
    'versions.md',
  ];
  buildIfStale(
    'the site of the documents',
    index,
    pages.map((page) => `docs/${page}`),
    ['run', 'docs:build'],
  );
  return dirname(index);
}
