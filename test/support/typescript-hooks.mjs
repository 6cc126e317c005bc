import { createHash, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const loaders = { '.ts': 'ts', '.tsx': 'tsx' };

const options = {
  ...{ format: 'esm', target: 'node20', sourcemap: 'inline' },
  ...{ jsx: 'automatic', jsxImportSource: 'preact' },
};

const { version } = createRequire(import.meta.url)('esbuild/package.json');

/** What a file is compiled with. */
const compiler = digestOf(JSON.stringify([version, options]));

/** What becomes of each file, kept from process to process: the tests start hundreds that load the same files. */
const kept = fileURLToPath(new URL('../../node_modules/.cache/typescript/', import.meta.url));
mkdirSync(kept, { recursive: true });

/** A file that is imported as `.js` may be one of TypeScript, as the compiler has it. */
export async function resolve(specifier, context, next) {
  const [, name, query = ''] = /^((?:\.|file:).*)\.js(\?.*)?$/.exec(specifier) ?? [];
  if (name !== undefined && isOurs(context.parentURL)) {
    for (const extension of Object.keys(loaders)) {
      const url = new URL(`${name}${extension}`, context.parentURL);
      if (existsSync(url)) return { url: `${url.href}${query}`, format: 'module', shortCircuit: true };
    }
  }
  return next(specifier, context);
}

/** Packages may ship their sources beside what was built of them. */
function isOurs(url) {
  return url?.startsWith('file:') === true && !url.includes('/node_modules/');
}

/**
 * Takes the types away and changes nothing else. Loaders that give every function its name back, as tsx does, have it
 * done each time that a function is made: an exploration takes half as long again with them.
 */
export async function load(url, context, next) {
  const loader = url.startsWith('file:') ? loaders[extname(fileURLToPath(url))] : undefined;
  if (loader === undefined) return next(url, context);
  return { format: 'module', source: await javascriptOf(fileURLToPath(url), loader), shortCircuit: true };
}

async function javascriptOf(sourcefile, loader) {
  const text = readFileSync(sourcefile, 'utf8');
  const file = join(kept, `${digestOf(sourcefile)}.js`);
  const heading = `// ${compiler} ${digestOf(text)}\n`;
  const known = readIfThere(file);
  if (known?.startsWith(heading)) return known.slice(heading.length);
  const { transform } = await import('esbuild');
  const { code } = await transform(text, { ...options, loader, sourcefile });
  // Other threads and processes read and write the same, and find a whole file each time.
  const own = `${file}.${randomUUID()}`;
  writeFileSync(own, heading + code);
  renameSync(own, file);
  return code;
}

function readIfThere(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function digestOf(text) {
  return createHash('sha256').update(text).digest('hex');
}
