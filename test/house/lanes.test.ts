import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAlive, untilGone } from '../src/cli/command-line.js';
import { root } from '../support/build.js';
import { findChromium } from '../support/chromium.js';
import { runMark } from '../support/end-with-run.js';
import { lanes } from '../support/lanes.js';
import { findNatsServer } from '../support/nats-server.js';

const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  readonly scripts: Readonly<Record<string, string>>;
};

/** A run of tests in a process group of its own, and what it has printed. */
function start(command: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const [file = '', ...args] = command;
  // It sees to its own processes, and is still one of those that this run sees to.
  const outer = { [runMark]: '', OUTER_TEST_RUN: process.env[runMark] ?? '' };
  const child = spawn(file, args, { cwd: root, detached: true, env: { ...process.env, ...outer, ...env } });
  let printed = '';
  const watchers = new Set<() => void>();
  for (const pipe of [child.stdout, child.stderr]) {
    pipe.setEncoding('utf8').on('data', (text: string) => {
      printed += text;
      for (const look of watchers) look();
    });
  }
  const ended = new Promise<number | string>((resolve) => {
    child.once('close', (code, signal) => resolve(code ?? signal ?? ''));
  });
  const shows = (pattern: RegExp) =>
    new Promise<RegExpExecArray>((resolve, reject) => {
      const look = () => {
        const match = pattern.exec(printed);
        if (match !== null) resolve(match);
      };
      watchers.add(look);
      look();
      void ended.then(() => reject(new Error(`expected ${String(pattern)}, it ended with:\n${printed}`)));
    });
  return { pid: child.pid ?? 0, ended, shows, printed: () => printed };
}

/** The processes below one, itself included. */
function descendants(pid: number): readonly number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
    } catch {
      // It has ended meanwhile.
    }
  }
  const found = [pid];
  for (const one of found) for (const [child, parent] of parents) if (parent === one) found.push(child);
  return found;
}

/** The processes with this text in their environment. */
function marked(text: string): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        return isAlive(pid) && readFileSync(`/proc/${pid}/environ`, 'latin1').includes(text);
      } catch {
        return false;
      }
    });
}

describe('the lanes of the tests', () => {
  let folder = '';
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'lanes-test-'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  const write = (name: string, text: string): string => {
    const file = join(folder, name);
    writeFileSync(file, text);
    return file;
  };
  const runLanes = (...files: readonly string[]) =>
    start([process.execPath, '--import', './test/support/typescript.mjs', 'test/support/run-lanes.ts', ...files]);

  it('have every test in one of them, a script each, and all of them in npm test', () => {
    const files = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.test.ts'))
      .map((file) => `test/${file}`);
    for (const file of files)
      expect(
        lanes.filter(({ isOf }) => isOf(file)),
        file,
      ).to.have.lengthOf(1);
    for (const { name, isOf } of lanes) {
      expect(files.some(isOf), name).to.equal(true);
      expect(scripts[`test:${name}`]).to.equal(`${scripts['test'] ?? ''} ${name}`);
    }
    expect(scripts['test']).to.equal('node --import ./test/support/typescript.mjs test/support/run-lanes.ts');
  });

  it('end with the sums of all, and with exit code 0 where all is well', async () => {
    const run = runLanes(write('good.test.mjs', `it('is fine', () => {}); it('is well', () => {});`));
    expect(await run.ended, run.printed()).to.equal(0);
    expect(run.printed()).to.match(/\n2 passed, 0 failed\n$/);
  });

  it('name the files that take most of the processor, the first one first', async () => {
    const busy = `const until = performance.now() + 300; while (performance.now() < until);`;
    const run = runLanes(
      write('idle.test.mjs', `describe('idle', () => it('waits', () => {}));`),
      write('busy.test.mjs', `describe('busy', () => it('works', () => { ${busy} }));`),
    );
    expect(await run.ended, run.printed()).to.equal(0);
    expect(run.printed()).to.match(
      /most of the processor:\n +\d+ s {2}\S*busy.test.mjs\n +\d+ s {2}\S*idle.test.mjs\n/,
    );
  });

  it('show what has failed, and end with exit code 1', async () => {
    const bad = write(
      'bad.test.mjs',
      `it('is fine', () => {}); it('is not', () => { throw new Error('not today'); });`,
    );
    const run = runLanes(bad);
    expect(await run.ended, run.printed()).to.equal(1);
    expect(run.printed()).to.match(/1\) is not:\s+Error: not today/);
    expect(run.printed()).to.match(/\nfailed in files: is not\nError: not today\n[^]*\nlane +passed/);
    expect(run.printed()).to.match(/\n1 passed, 1 failed\n$/);
  });

  it('have failed where they break off', async () => {
    const run = runLanes(write('broken.test.mjs', `it('is fine', () => {}); it('ends all', () => process.exit(0));`));
    expect(await run.ended, run.printed()).to.equal(1);
    expect(run.printed()).to.match(/broke off: exit code 0\n[^]*\n0 passed, 1 failed\n$/);
  });

  it('have failed where a file cannot be read', async () => {
    const run = runLanes(join(folder, 'nowhere.test.mjs'));
    expect(await run.ended, run.printed()).to.equal(1);
    expect(run.printed()).to.match(/\n0 passed, 1 failed\n$/);
  });

  describe('leave no process behind', () => {
    const npmTest = (file: string) => ['npm', 'test', '--silent', '--', file];
    const mocha = (file: string) => [process.execPath, 'node_modules/mocha/bin/mocha.js', file];
    const endings: readonly (readonly [
      how: string,
      command: (file: string) => readonly string[],
      end: (pid: number) => void,
      more?: 'browser' | 'busy',
    ])[] = [
      [
        'at Ctrl-C, which all processes of a terminal are told',
        npmTest,
        (pid) => process.kill(-pid, 'SIGINT'),
        'browser',
      ],
      ['where npm gets SIGTERM', npmTest, (pid) => process.kill(pid, 'SIGTERM')],
      ['where npm gets SIGHUP', npmTest, (pid) => process.kill(pid, 'SIGHUP')],
      ['where mocha gets SIGTERM', mocha, (pid) => process.kill(pid, 'SIGTERM'), 'browser'],
      [
        'where mocha gets SIGHUP, in the middle of what takes long',
        mocha,
        (pid) => process.kill(pid, 'SIGHUP'),
        'busy',
      ],
      ['where mocha is killed', mocha, (pid) => process.kill(pid, 'SIGKILL')],
    ];
    for (const [how, command, end, more] of endings) {
      it(how, async () => {
        const browser = [findChromium(), '--headless', '--no-sandbox', '--disable-dev-shm-usage', 'about:blank'];
        const own = [`--user-data-dir=${join(folder, randomUUID())}`, '--remote-debugging-port=0'];
        const programs = [
          [findNatsServer(), '-a', '127.0.0.1', '-p', '-1'],
          ['tail', '-F', write('log', '')],
          ['sh', '-c', 'while :; do sleep 1; done'],
          ...(more === 'browser' ? [[...browser, ...own]] : []),
        ];
        const file = write(
          `long-${randomUUID()}.test.mjs`,
          `import { spawn } from 'node:child_process';
          it('takes for ever', async () => {
            const programs = ${JSON.stringify(programs)};
            const children = programs.map(([file, ...args]) => spawn(file, args, { detached: file === 'sh', stdio: ['ignore', 'ignore', 'pipe'] }));
            await Promise.all(children.slice(0, 1).concat(children.slice(3)).map(({ stderr }) => new Promise((resolve) => stderr.once('data', resolve))));
            console.log(children.map(({ pid }) => pid).join(' '), 'are here');
            ${more === 'busy' ? 'await new Promise((resolve) => setTimeout(resolve, 100)); for (;;);' : ''}
            await new Promise(() => {});
          });`,
        );
        const mark = `LEFT_BEHIND=${randomUUID()}`;
        const run = start(command(file), { LEFT_BEHIND: mark.slice(12) });
        const [, pids = ''] = await run.shows(/^(\d[\d ]*) are here$/m);
        const all = new Set([...descendants(run.pid), ...pids.split(' ').map(Number)]);
        expect(all.size).to.be.greaterThan(programs.length + 1);
        end(run.pid);
        for (const pid of all) await untilGone(pid);
        expect(marked(mark)).to.deep.equal([]);
        expect(await run.ended).not.to.equal(0);
      });
    }
  });
});
