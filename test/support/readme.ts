import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');

const { exports: entries } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  readonly exports: Readonly<Record<string, string | { readonly default: string }>>;
};

/** The fenced blocks of one language, in their order. */
export function fencedBlocks(markdown: string, language: string): readonly string[] {
  return Array.from(
    markdown.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm')),
    (match) => match[1] ?? '',
  );
}

/** What a program prints that imports the package by its name. Further files may stand beside it. */
export async function outputOf(program: string, files: readonly (readonly [name: string, text: string])[] = []) {
  return run([['readme.ts', program], ...files], []);
}

/** What mocha says of a file of tests that imports the package by its name. */
export async function outputOfMocha(tests: string): Promise<string> {
  return run([['readme.ts', tests]], [join(root, 'node_modules/mocha/bin/mocha.js'), '--no-config']);
}

/** A program that imports the package by its name, as one in a folder of its own below `test` that imports its sources. */
export function withSources(program: string): string {
  return program.replace(/'nats-stream-actors(\/[\w-]+)?'/g, (_, entry: string | undefined) => `'${sourceOf(entry)}'`);
}

/** A folder for programs, inside the project, so that they find what they import. */
export function programFolder(): string {
  return mkdtempSync(join(root, 'test/.readme-'));
}

/** The source of an entry of the package, as a program in a folder of its own below `test` imports it. */
function sourceOf(entry: string | undefined): string {
  const target = entries[entry === undefined ? '.' : `.${entry}`];
  if (typeof target !== 'object') throw new Error(`expected an entry of the package, came ${entry ?? '.'}`);
  return target.default.replace(/^\.\/dist\//, '../../');
}

async function run(files: readonly (readonly [name: string, text: string])[], runner: readonly string[]) {
  const folder = programFolder();
  try {
    for (const [name, text] of files) {
      writeFileSync(join(folder, name), withSources(text));
    }
    // With the loader that the READMEs name: what a thread registers must not meet another one.
    const { stdout } = await promisify(execFile)(process.execPath, [
      '--import',
      'tsx',
      ...runner,
      join(folder, 'readme.ts'),
    ]);
    return stdout;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
