import { expect } from 'chai';
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');

interface SourceFile {
  /** The path below the project, with forward slashes. */
  readonly path: string;
  readonly text: string;
  readonly imports: readonly string[];
}

function sourceFiles(folder: string): readonly SourceFile[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.tsx?$/.test(entry.name))
    .map((entry) => {
      const file = join(entry.parentPath, entry.name);
      const text = readFileSync(file, 'utf8');
      const specifiers = text.matchAll(
        /(?:^|\n)(?:import|export)\s[^;'"]*?\sfrom\s+'([^']+)'|(?:^|\n)import\s+'([^']+)'|\bimport\(\s*'([^']+)'/g,
      );
      return {
        path: relative(root, file).replaceAll('\\', '/'),
        text,
        imports: Array.from(specifiers, (match) => match[1] ?? match[2] ?? match[3] ?? ''),
      };
    });
}

/** Where a relative import leads, as a path below the project without its extension. */
function targetOf(file: SourceFile, specifier: string): string {
  return posix.normalize(posix.join(posix.dirname(file.path), specifier)).replace(/\.js$/, '');
}

function breaches(files: readonly SourceFile[], isBreach: (file: SourceFile, specifier: string) => boolean): string[] {
  return files.flatMap((file) =>
    file.imports
      .filter((specifier) => isBreach(file, specifier))
      .map((specifier) => `${file.path} imports ${specifier}`),
  );
}

/** The code without its comments and strings, in which forbidden names may well be spoken of. */
function codeOf(text: string): string {
  return text
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/\/\/[^\n]*/g, '')
    .replace(/'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`/g, "''");
}

describe('house rules', () => {
  const machines = sourceFiles('machines');
  const src = sourceFiles('src');
  const core = src.filter((file) => !file.path.startsWith('src/cli/'));

  it('reads the files that it judges', () => {
    expect(machines.length).to.be.greaterThan(5);
    expect(src.length).to.be.greaterThan(10);
    expect(src.find((file) => file.path === 'src/host/runner.ts')?.imports).to.include('xstate');
  });

  it('machines/ imports xstate and itself only', () => {
    const found = breaches(machines, (file, specifier) =>
      specifier.startsWith('.') ? !targetOf(file, specifier).startsWith('machines/') : specifier !== 'xstate',
    );
    expect(found).to.deep.equal([]);
  });

  it('machines/ has no clock, no randomness, no output and nothing asynchronous', () => {
    const forbidden =
      /\b(Date|Math\.random|crypto|performance|setTimeout|setInterval|console|process|async|await|Promise)\b/;
    const found = machines.flatMap((file) => {
      const match = forbidden.exec(codeOf(file.text));
      return match === null ? [] : [`${file.path} uses ${match[0]}`];
    });
    expect(found).to.deep.equal([]);
  });

  it('src/ imports neither test/ nor visualizations/', () => {
    const found = breaches([...machines, ...src], (file, specifier) =>
      /^(test|visualizations)\//.test(specifier.startsWith('.') ? targetOf(file, specifier) : ''),
    );
    expect(found).to.deep.equal([]);
  });

  it('only the command, and the worker threads of explorations, use node: modules', () => {
    const others = core.filter((file) => !file.path.startsWith('src/testing/explorer/workers/'));
    expect(breaches(others, (_, specifier) => specifier.startsWith('node:'))).to.deep.equal([]);
  });

  it('worker threads are imported when they are asked for, so that browsers can load the testing kit', () => {
    const isStatic = (file: SourceFile) => /(?:^|\n)import\s(?!type)[^;]*'node:/.test(file.text);
    const files = src.filter((file) => file.path.startsWith('src/testing/') && isStatic(file));
    // The entry of a thread, which nothing imports.
    expect(files.map((file) => file.path)).to.deep.equal(['src/testing/explorer/workers/scenario-worker.ts']);
  });

  it('only one file names a NATS client, and none imports one by itself', () => {
    const imported = src.filter((file) => file.imports.some((specifier) => /^(nats$|@nats-io\/)/.test(specifier)));
    expect(imported).to.deep.equal([]);
    // That is what OpenTelemetry calls the system, and no package.
    const textOf = ({ text }: SourceFile) => text.replaceAll("'messaging.system': 'nats'", '');
    const named = src.filter((file) => /'(nats|@nats-io\/[^']+)'/.test(textOf(file)));
    expect(named.map((file) => file.path)).to.deep.equal(['src/cli/nats-client.ts']);
  });

  for (const name of ['commander', 'string-width']) {
    it(`only one file of the command imports ${name}, so that it can be built into that one`, () => {
      const files = src.filter((file) => file.imports.includes(name));
      expect(files.map((file) => file.path)).to.deep.equal([`src/cli/${name}.ts`]);
    });
  }

  it('only the host creates actors and sends to them', () => {
    const files = core.filter(
      (file) => !file.path.startsWith('src/testing/') && /\bcreateActor\b|\bactor\.send\(/.test(codeOf(file.text)),
    );
    expect(files.map((file) => file.path)).to.deep.equal([
      'src/host/hosted-actor.ts',
      'src/host/runner.ts',
      'src/host/solitary.ts',
    ]);
  });

  it('only wire/ reads and writes JSON frames', () => {
    const others = core.filter(
      (file) =>
        !file.path.startsWith('src/wire/') &&
        !file.path.startsWith('src/testing/') &&
        /\b(heartBeatRequestSub|ActiveStreamIds|closeError)\b\s*["']?\s*:/.test(
          file.text.replace(/heartBeatRequestSub: heartbeatSubject/g, ''),
        ),
    );
    expect(others.map((file) => file.path)).to.deep.equal([]);
  });

  it('wire/ imports nothing but itself', () => {
    const wire = src.filter((file) => file.path.startsWith('src/wire/'));
    const found = breaches(
      wire,
      (file, specifier) => !specifier.startsWith('.') || !targetOf(file, specifier).startsWith('src/wire/'),
    );
    expect(found).to.deep.equal([]);
  });

  it('the core of the package has no import cycle', () => {
    const files = new Map([...machines, ...src].map((file) => [file.path.replace(/\.tsx?$/, ''), file]));
    const valueImports = (file: SourceFile) =>
      Array.from(file.text.matchAll(/(?:^|\n)(?:import|export) (?!type\b)[^;]*?from '(\.[^']+)'/g), (match) =>
        targetOf(file, match[1] ?? ''),
      );
    const done = new Set<string>();
    const cycles: string[] = [];
    const visit = (path: string, trail: readonly string[]): void => {
      if (trail.includes(path)) {
        cycles.push([...trail.slice(trail.indexOf(path)), path].join(' → '));
        return;
      }
      const file = files.get(path);
      if (file === undefined || done.has(path)) return;
      for (const next of valueImports(file)) visit(next, [...trail, path]);
      done.add(path);
    };
    for (const path of files.keys()) visit(path, []);
    expect(cycles).to.deep.equal([]);
  });
});
