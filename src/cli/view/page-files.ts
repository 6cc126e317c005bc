import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, extname, join, relative, sep } from 'node:path';
import { Failure } from '../failure.js';

export interface PageFile {
  readonly contentType: string;
  read(): Uint8Array;
}

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.map': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.wasm': 'application/wasm',
  '.txt': 'text/plain; charset=utf-8',
};

/** Where the build puts the page. */
export function builtPageFolder(): string {
  return join(dirname(createRequire(import.meta.url).resolve('nats-stream-actors/package.json')), 'dist', 'page');
}

/**
 * The files of the page by their URL paths. They are listed once, so that no request can name a file outside.
 *
 * @throws Failure where there is no page in the folder.
 */
export function listPage(folder: string): ReadonlyMap<string, PageFile> {
  if (!existsSync(join(folder, 'index.html'))) {
    throw new Failure(`the page is not there: expected ${join(folder, 'index.html')}. \`npm run build\` makes it`);
  }
  const files = new Map<string, PageFile>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const file: PageFile = {
      contentType: contentTypes[extname(path)] ?? 'application/octet-stream',
      read: () => readFileSync(path),
    };
    files.set(`/${relative(folder, path).split(sep).join('/')}`, file);
  }
  const index = files.get('/index.html');
  if (index !== undefined) files.set('/', index);
  return files;
}
