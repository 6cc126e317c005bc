// Packs the package, installs the tarball into an empty project as a user would, and uses it from there: by import,
// by require on a Node that can, by its types, and as a command that serves the page.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { packingMistakes } from './packed-files.mjs';
import { checkTestRunners } from './test-runners.mjs';

const root = resolve(import.meta.dirname, '..');
const {
  name,
  exports: entries,
  peerDependencies,
  devDependencies,
} = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const project = mkdtempSync(join(tmpdir(), 'package-check-'));
const run = (command, ...args) =>
  execFileSync(command, args, { cwd: project, encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] });

try {
  execFileSync('npx', ['publint', '--strict'], { cwd: root, stdio: 'inherit' });
  const [{ filename, files, size }] = JSON.parse(
    execFileSync('npm', ['pack', '--json', '--ignore-scripts', '--pack-destination', project], {
      cwd: root,
      encoding: 'utf8',
    }),
  );
  const mistakes = packingMistakes({ files, size }, root);
  if (mistakes.length > 0) throw new Error(mistakes.join('\n'));
  // The specification comes whole: its map, and every part to which that leads.
  const specification = ['machines/PROTOCOL.md'];
  for (const [, part] of readFileSync(join(root, specification[0]), 'utf8').matchAll(/\]\((protocol\/[^)#]+)/g)) {
    specification.push(`machines/${part}`);
  }
  const unpacked = specification.filter((part) => !files.some(({ path }) => path === part));
  if (specification.length < 2 || unpacked.length > 0)
    throw new Error(`the package lacks parts of the specification: ${unpacked.join(', ')}`);
  console.log(`${filename}: ${files.length} files, ${size} bytes`);

  writeFileSync(join(project, 'package.json'), JSON.stringify({ name: 'empty', private: true, type: 'module' }));
  run(
    'npm',
    'install',
    '--no-audit',
    '--no-fund',
    join(project, filename),
    `xstate@${peerDependencies.xstate}`,
    `typescript@${devDependencies.typescript}`,
  );

  // What is built in comes with its licence.
  for (const [file, packages] of Object.entries({
    'dist/src/cli/commander-notices.txt': ['commander'],
    'dist/src/cli/string-width-notices.txt': ['string-width', 'get-east-asian-width', 'strip-ansi'],
    'dist/page/third-party-notices.txt': ['elkjs', 'preact', 'uplot', '@preact/signals'],
  })) {
    const notices = readFileSync(join(project, 'node_modules', name, file), 'utf8');
    const lacking = packages.filter((bundled) => !new RegExp(`^${bundled} [0-9.]+ \\(`, 'm').test(notices));
    if (lacking.length > 0) throw new Error(`${file} has no licence of ${lacking.join(', ')}`);
  }

  // What builds the page, and the inspectors of others, are no business of those who install this.
  const unwanted = [
    'vite',
    'preact',
    'elkjs',
    'ws',
    '@xstate',
    '@statelyai',
    'nats',
    '@nats-io',
    'commander',
    'string-width',
  ];
  const installed = readdirSync(join(project, 'node_modules')).filter((folder) => unwanted.includes(folder));
  if (installed.length > 0) throw new Error(`an install brings along ${installed.join(', ')}`);

  // Some entries need an optional peer, which their users install beside the package.
  const peers = { opentelemetry: '@opentelemetry/api', react: 'react' };
  for (const [door, peer] of Object.entries(peers)) {
    const entry = `${name}/${door}`;
    const { status, stderr } = spawnSync('node', ['--input-type=module', '-e', `await import('${entry}')`], {
      cwd: project,
      encoding: 'utf8',
    });
    if (status !== 1 || !stderr.includes(`Cannot find package '${peer}'`)) {
      throw new Error(`without ${peer} the entry ${entry} ends with ${status} and says ${stderr}`);
    }
  }
  run(
    'npm',
    'install',
    '--no-audit',
    '--no-fund',
    ...Object.values(peers).map((peer) => `${peer}@${peerDependencies[peer]}`),
  );

  const doors = Object.keys(entries)
    .filter((entry) => !entry.endsWith('.json') && !entry.endsWith('*'))
    .map((entry) => `${name}${entry.slice(1)}`);
  for (const door of doors) {
    const names = run(
      'node',
      '--input-type=module',
      '-e',
      `console.log(Object.keys(await import('${door}')).sort().join(' '))`,
    ).trim();
    // Those who bring a connection of their own need types alone.
    if (names === '' && door !== `${name}/transport`) throw new Error(`${door} exports nothing`);
    console.log(`import ${door}: ${names}`);
    if (process.features.require_module) {
      const required = run(
        'node',
        '--no-warnings',
        '--input-type=commonjs',
        '-e',
        `console.log(Object.keys(require('${door}')).filter((name) => name !== '__esModule').sort().join(' '))`,
      ).trim();
      if (required !== names) throw new Error(`require('${door}') gives ${required}, import gives ${names}`);
    }
  }

  // The least that a project for Node or for browsers has: no types of Node, no library newer than the target's.
  const compilerOptions = {
    strict: true,
    noEmit: true,
    skipLibCheck: false,
    target: 'es2022',
    lib: ['es2022', 'dom'],
    types: [],
    module: 'nodenext',
  };
  writeFileSync(join(project, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['use.ts'] }));
  // Each door in a program of its own: what one brings along must not hide what another lacks.
  for (const door of doors) {
    writeFileSync(join(project, 'use.ts'), `import * as door from '${door}';\nexport const all: object = door;\n`);
    run('npx', 'tsc');
  }
  console.log('types: clean without skipLibCheck');

  console.log(`fake timers: ${checkTestRunners(root, project, run).join(', ')}`);

  const help = run('npx', 'nats-stream', '--help');
  if (!help.includes('Usage: nats-stream')) throw new Error(`nats-stream --help says ${help}`);
  console.log('nats-stream --help: fine');

  const open = () =>
    spawnSync('npx', ['nats-stream', 'open', 'x', '--server', 'nats://127.0.0.1:1'], {
      cwd: project,
      encoding: 'utf8',
    });
  const without = open();
  if (without.status !== 1 || !/none is installed: type `npm install/.test(without.stderr)) {
    throw new Error(`without a NATS client nats-stream open ends with ${without.status} and says ${without.stderr}`);
  }
  for (const client of ['@nats-io/transport-node', 'nats']) {
    run('npm', 'install', '--no-audit', '--no-fund', `${client}@${peerDependencies[client]}`);
    const { status, stderr } = open();
    if (status !== 1 || !stderr.includes('connection refused')) {
      throw new Error(`with ${client} nats-stream open ends with ${status} and says ${stderr}`);
    }
    run('npm', 'uninstall', '--no-audit', '--no-fund', client);
  }
  console.log('nats-stream open: runs with either NATS client, and says what to type without one');

  const served = await viewPage();
  console.log(`nats-stream view: ${served.files} files of the page, ${served.records} records`);
} finally {
  rmSync(project, { recursive: true, force: true });
}

/** Has the installed command show a recording, and fetches the page, all that it names, and the records. */
async function viewPage() {
  const header = { type: 'run', version: 1, source: 'live', unit: 'ms', label: 'check' };
  writeFileSync(join(project, 'run.jsonl'), `${JSON.stringify(header)}\n`);
  const view = spawn('npx', ['nats-stream', 'view', '--file', 'run.jsonl'], {
    cwd: project,
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    let printed = '';
    view.stdout.setEncoding('utf8').on('data', (text) => (printed += text));
    const ended = once(view, 'exit').then(([code]) => {
      throw new Error(`nats-stream view ended with ${code} and said: ${printed}`);
    });
    ended.catch(() => undefined);
    while (!/^page +http\S+\n/m.test(printed)) await Promise.race([once(view.stdout, 'data'), ended]);
    const url = new URL(/^page +(\S+)$/m.exec(printed)[1]);
    const get = async (path) => {
      const response = await fetch(new URL(path, url));
      if (!response.ok) throw new Error(`GET ${path}: ${response.status}`);
      return response.text();
    };
    const index = await get(url);
    const named = Array.from(index.matchAll(/(?:src|href)="\.\/([^"]+)"/g), (match) => match[1]);
    if (!named.some((file) => file.endsWith('.js'))) throw new Error(`the page names no script: ${index}`);
    await Promise.all(named.map(get));
    const records = await get(`/records${url.search}`);
    if (!records.includes(JSON.stringify(header))) throw new Error(`GET /records: ${records}`);
    return { files: named.length + 1, records: 1 };
  } finally {
    process.kill(-view.pid, 'SIGTERM');
  }
}
