import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { arch, platform, tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { root } from '../support/build.js';
import { startNatsServer } from '../support/nats-server.js';

/**
 * Tries the packed package, installed as a user has it, on every runtime and with every compiler that is supported, and
 * prints what it found, a line each. Exits with 1 where something failed. Everything is installed in a folder that is
 * gone afterwards.
 *
 * `npm run matrix [-- --quick] [--only node22,typescript5.4] [--json]`; `--quick` is the Node that runs this, and the
 * oldest and the newest compiler.
 */

const nodes = ['20', '22', '24', 'latest'];
const compilers = ['5.4', '5.5', '5.6', '5.7', '5.8', '5.9', '6.0', 'latest'];
const clients = ['nats', '@nats-io/transport-node'];
const resolutions = { node16: 'node16', nodenext: 'nodenext', bundler: 'esnext' };

/** What `exercise.mjs` prints where all is well. */
const expected = {
  delivery: { count: 20_000, left: 'cancelled', failed: [5000, true], silent: 'producerSilent' },
  plain: { count: 20_000, left: 'cancelled', failed: [5000, true], silent: 'producerSilent' },
  explored: [
    [true, null],
    [true, null],
  ],
};

interface Row {
  /** As `--only` has it. */
  readonly name: string;
  readonly version: string;
  /** What was tried. */
  readonly tried: string;
  /** What was wrong; undefined where nothing was. */
  readonly failure: string | undefined;
}

const { values: asked } = parseArgs({
  options: { quick: { type: 'boolean' }, only: { type: 'string' }, json: { type: 'boolean' } },
});
const only = asked.only?.split(',');
const names = [
  'node',
  ...nodes.map((node) => `node${node}`),
  'bun',
  'deno',
  ...compilers.map((one) => `typescript${one}`),
];
const stranger = only?.find((name) => !names.includes(name));
if (stranger !== undefined) throw new Error(`--only: expected some of ${names.join(', ')}, came '${stranger}'`);
const quick = ['node', `typescript${compilers[0]}`, `typescript${compilers.at(-1)}`];
const isAsked = (name: string) => only?.includes(name) ?? (asked.quick !== true || quick.includes(name));

const folder = mkdtempSync(join(tmpdir(), 'matrix-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(1));

async function run(command: string, args: readonly string[], cwd: string): Promise<string> {
  const { stdout } = await promisify(execFile)(command, args, { cwd, timeout: 180_000, maxBuffer: 64 * 1024 * 1024 });
  return stdout.trim();
}

const install = (where: string, ...packages: readonly string[]) =>
  run('npm', ['install', '--no-audit', '--no-fund', '--silent', ...packages], where);

function newFolder(name: string): string {
  const made = join(folder, name);
  mkdirSync(made, { recursive: true });
  writeFileSync(join(made, 'package.json'), JSON.stringify({ name: 'matrix', private: true, type: 'module' }));
  return made;
}

/** A project with the tarball, and all that its entries need. */
async function installedProject(): Promise<string> {
  const [packed] = JSON.parse(
    await run('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', folder], root),
  ) as readonly { readonly filename: string }[];
  const project = newFolder('project');
  const { peerDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
    readonly peerDependencies: Readonly<Record<string, string>>;
  };
  const peers = ['xstate', 'react', '@opentelemetry/api', ...clients].map(
    (name) => `${name}@${peerDependencies[name]}`,
  );
  await install(project, join(folder, packed?.filename ?? ''), ...peers, '@types/react@19', '@types/node@20');
  for (const file of ['exercise.mjs', 'scenario.mjs'])
    copyFileSync(join(import.meta.dirname, file), join(project, file));
  const application = readFileSync(join(import.meta.dirname, 'application.ts'), 'utf8');
  clients.forEach((client, index) =>
    writeFileSync(join(project, `application${index}.ts`), application.replace("from 'nats'", `from '${client}'`)),
  );
  return project;
}

/** What went wrong, in few lines: what was printed, or why it could not be started. */
function reasonOf(error: unknown): string {
  const { stdout = '', stderr = '', message } = error as { stdout?: string; stderr?: string; message: string };
  return [stdout, stderr, message].map((text) => text.trim()).find((text) => text !== '') ?? 'no reason';
}

async function tryIt(row: Omit<Row, 'failure'>, attempt: () => Promise<string | undefined>): Promise<Row> {
  let failure: string | undefined;
  try {
    failure = await attempt();
  } catch (error) {
    failure = reasonOf(error);
  }
  const told = { ...row, failure };
  console.log(
    asked.json === true
      ? JSON.stringify(told)
      : `${row.name.padEnd(18)} ${row.version.padEnd(14)} ${row.tried.padEnd(44)} ${failure === undefined ? 'fine' : 'failed'}`,
  );
  if (failure !== undefined && asked.json !== true) console.log(failure.replaceAll(/^/gm, '    '));
  return told;
}

interface Runtime {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
}

/** Installs a runtime from npm. What a package of a platform has needs no script to be run. */
async function runtimeOf(name: string): Promise<Runtime> {
  if (name === 'node') return { name, command: process.execPath, args: [] };
  const where = newFolder(name);
  if (name === 'bun' || name === 'deno') {
    await install(where, name);
    return {
      name,
      command: join(where, 'node_modules/.bin', name),
      args: name === 'deno' ? ['run', '--allow-all'] : [],
    };
  }
  const node = `node-${platform()}-${arch()}`;
  await install(where, `${node}@${name.slice('node'.length)}`);
  return { name, command: join(where, 'node_modules', node, 'bin/node'), args: [] };
}

async function tryRuntime(runtime: Runtime, project: string, url: string): Promise<readonly Row[]> {
  const { name, command, args } = runtime;
  const version = (await run(command, ['--version'], project)).split('\n')[0]?.replace(/^deno (\S+).*/, '$1') ?? '';
  const rows: Row[] = [];
  for (const client of clients) {
    rows.push(
      await tryIt({ name, version, tried: `streams and explorations, ${client}` }, async () => {
        const printed = await run(command, [...args, 'exercise.mjs', url, client], project);
        return printed === JSON.stringify(expected)
          ? undefined
          : `expected ${JSON.stringify(expected)}, came ${printed}`;
      }),
    );
  }
  const main = join('node_modules/nats-stream-actors/dist/src/cli/main.js');
  rows.push(
    await tryIt({ name, version, tried: 'the command: demo --once' }, async () => {
      const printed = await run(command, [...args, main, 'demo', '--once', '--no-page', '--server', url], project);
      return printed.includes('cancelled') ? undefined : `expected the life of streams, came ${printed}`;
    }),
  );
  return rows;
}

/**
 * What a compiler says of the application and of this package; undefined where it speaks of others alone. Declarations of
 * the NATS clients and of XState have mistakes of their own where `exactOptionalPropertyTypes` is on and they are checked.
 */
function ownMistakes(text: string): string | undefined {
  const mistakes = text
    .split(/\n(?=\S)/)
    .filter(
      (mistake) => !mistake.startsWith('node_modules/') || mistake.startsWith('node_modules/nats-stream-actors/'),
    );
  return mistakes.length === 0 ? undefined : mistakes.join('\n');
}

async function tryCompiler(name: string, project: string): Promise<readonly Row[]> {
  const where = newFolder(name);
  await install(where, `typescript@${name.slice('typescript'.length)}`);
  const compiler = join(where, 'node_modules/.bin/tsc');
  const version = (await run(compiler, ['--version'], project)).replace('Version ', '');
  const rows: Row[] = [];
  for (const [moduleResolution, module] of Object.entries(resolutions)) {
    for (const [index, client] of clients.entries()) {
      const compilerOptions = {
        ...{ target: 'es2022', lib: ['es2022', 'dom', 'dom.iterable'], types: ['node'], module, moduleResolution },
        ...{ strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false },
        // Declarations have to name the types of the package.
        ...{ declaration: true, emitDeclarationOnly: true, outDir: 'out', rootDir: '.' },
      };
      const files = [`application${index}.ts`];
      writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }));
      rows.push(
        await tryIt({ name, version, tried: `every entry, ${moduleResolution}, ${client}` }, async () => {
          try {
            await run(compiler, [], project);
            return undefined;
          } catch (error) {
            // One that was ended has not judged everything.
            if ((error as { readonly killed?: boolean }).killed === true) throw error;
            return ownMistakes(reasonOf(error));
          }
        }),
      );
    }
  }
  return rows;
}

const server = await startNatsServer();
const rows: Row[] = [];
try {
  const project = await installedProject();
  for (const name of names.filter(isAsked)) {
    try {
      rows.push(
        ...(name.startsWith('typescript')
          ? await tryCompiler(name, project)
          : await tryRuntime(await runtimeOf(name), project, server.url)),
      );
    } catch (error) {
      // The others are tried all the same.
      rows.push(await tryIt({ name, version: '', tried: 'its installation' }, () => Promise.resolve(reasonOf(error))));
    }
  }
} finally {
  await server.stop();
}
const failed = rows.filter(({ failure }) => failure !== undefined).length;
if (asked.json !== true) console.log(`${rows.length - failed} fine, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
