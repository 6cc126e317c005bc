import { transform } from 'esbuild';
import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

const loaders = { '.ts': 'ts', '.tsx': 'tsx' };

/** A file that is imported as `.js` may be one of TypeScript, as the compiler has it. */
export async function resolve(specifier, context, next) {
  try {
    return await next(specifier, context);
  } catch (error) {
    const [, name, query] = /^((?:\.|file:).*)\.js(\?.*)?$/.exec(specifier) ?? [];
    if (error.code !== 'ERR_MODULE_NOT_FOUND' || name === undefined) throw error;
    return next(`${name}.ts${query ?? ''}`, context).catch(() => next(`${name}.tsx${query ?? ''}`, context));
  }
}

/**
 * Takes the types away and changes nothing else. Loaders that give every function its name back, as tsx does, have it
 * done each time that a function is made: an exploration takes half as long again with them.
 */
export async function load(url, context, next) {
  const loader = url.startsWith('file:') ? loaders[extname(fileURLToPath(url))] : undefined;
  if (loader === undefined) return next(url, context);
  const sourcefile = fileURLToPath(url);
  const { code } = await transform(await readFile(sourcefile, 'utf8'), {
    ...{ loader, format: 'esm', target: 'node20', sourcemap: 'inline', sourcefile },
    ...{ jsx: 'automatic', jsxImportSource: 'preact' },
  });
  return { format: 'module', source: code, shortCircuit: true };
}
