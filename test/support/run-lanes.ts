/**
 * Runs the lanes that its arguments name, all of them where there is no argument, each in a process of its own and all at
 * once. An argument that names no lane is a file of tests. What a lane prints comes whole, when it has ended. What has
 * failed in any of them stands at the end again, where it is found in a long output and in its last lines.
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { constants, setPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { root } from './build.js';
import { builtCommand } from './built-command.js';
import { builtPage } from './built-page.js';
import { endProcessesWithThis, startersUpToNpm } from './end-with-run.js';
import { mochaGlobalSetup as findPrograms } from './global-setup.js';
import { lanes } from './lanes.js';

interface Failure {
  readonly title: string;
  readonly reason: string;
}

interface Sums {
  readonly passes: number;
  readonly pending: number;
  readonly failures: number;
  readonly failed: readonly Failure[];
  /** What its processes took of the processor's time. */
  readonly processorMs: number;
  /** The same of each file, loading left out. */
  readonly byFile: readonly (readonly [file: string, ms: number])[];
}

interface Outcome extends Sums {
  readonly name: string;
  readonly wallMs: number;
  readonly isGood: boolean;
}

interface Work {
  readonly name: string;
  readonly files: readonly string[];
  readonly yields?: true;
}

const folder = mkdtempSync(join(tmpdir(), 'lanes-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));

function workOf(asked: readonly string[]): readonly Work[] {
  const all = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' })
    .map((file) => `test/${file.replaceAll('\\', '/')}`)
    .filter((file) => file.endsWith('.test.ts'))
    .sort();
  const files = asked.filter((word) => !lanes.some(({ name }) => name === word));
  const named = lanes.filter(({ name }) => (asked.length === 0 ? true : asked.includes(name)));
  return [
    ...named.map(({ isOf, ...lane }) => ({ ...lane, files: all.filter(isOf) })),
    ...(files.length === 0 ? [] : [{ name: 'files', files }]),
  ];
}

/** Runs the tests of a lane. What they print comes when they have ended, or at once where the lane is alone. */
function run({ name, files, yields }: Work, isAlone: boolean): Promise<Outcome> {
  const sums = join(folder, `${name}.json`);
  const startedAt = performance.now();
  const child = spawn(
    process.execPath,
    [join(root, 'node_modules/mocha/bin/mocha.js'), '--reporter', 'test/support/lane-reporter.cjs', ...files],
    {
      cwd: root,
      stdio: ['ignore', isAlone ? 'inherit' : 'pipe', isAlone ? 'inherit' : 'pipe'],
      env: { ...process.env, LANE_SUMS: sums },
    },
  );
  if (yields && !isAlone && child.pid !== undefined) setPriority(child.pid, constants.priority.PRIORITY_LOW);
  const printed: Buffer[] = [];
  for (const pipe of [child.stdout, child.stderr]) pipe?.on('data', (data: Buffer) => printed.push(data));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code, signal) => {
      const told = readSums(sums);
      // A lane that breaks off has failed, whatever it counted until then.
      const broken = told === undefined || (code !== 0 && told.failures === 0);
      const breaking = `broke off: ${signal ?? `exit code ${code ?? 'unknown'}`}`;
      process.stdout.write(`\n== ${name}\n`);
      process.stdout.write(Buffer.concat(printed));
      if (broken) console.log(`\n${name} ${breaking}`);
      const counted = told ?? { passes: 0, pending: 0, failures: 0, failed: [], processorMs: 0, byFile: [] };
      resolve({
        name,
        ...counted,
        failures: counted.failures + (broken ? 1 : 0),
        failed: broken ? [...counted.failed, { title: name, reason: breaking }] : counted.failed,
        wallMs: performance.now() - startedAt,
        isGood: code === 0 && !broken,
      });
    });
  });
}

function readSums(file: string): Sums | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Sums;
  } catch {
    return undefined;
  }
}

const seconds = (ms: number) => `${Math.round(ms / 1000)} s`;

function table(outcomes: readonly Outcome[]): string {
  const rows = [
    ['lane', 'passed', 'failed', 'time', 'processor'],
    ...outcomes.map(({ name, passes, failures, wallMs, processorMs }) => [
      name,
      `${passes}`,
      `${failures}`,
      seconds(wallMs),
      seconds(processorMs),
    ]),
  ];
  return rows
    .map((row) => row.map((cell, index) => (index === 0 ? cell.padEnd(14) : cell.padStart(9))).join(''))
    .join('\n');
}

function dearest(outcomes: readonly Outcome[], count: number): Sums['byFile'] {
  return outcomes
    .flatMap(({ byFile }) => byFile)
    .toSorted(([, a], [, b]) => b - a)
    .slice(0, count);
}

endProcessesWithThis(startersUpToNpm());
const work = workOf(process.argv.slice(2));
if (work.some(({ name }) => name !== 'files')) {
  findPrograms();
  // Before the lanes, of which several use what is built: none builds what another reads.
  builtCommand();
  builtPage();
}
const startedAt = performance.now();
const outcomes = await Promise.all(work.map((one) => run(one, work.length === 1)));
const sum = (of: (outcome: Outcome) => number) => outcomes.reduce((total, outcome) => total + of(outcome), 0);
for (const { name, failed } of outcomes)
  for (const { title, reason } of failed) console.log(`\nfailed in ${name}: ${title}\n${reason}`);
console.log('\nfiles that take most of the processor:');
for (const [file, ms] of dearest(outcomes, 20)) console.log(`${seconds(ms).padStart(8)}  ${file}`);
console.log(`\n${table(outcomes)}`);
const pending = sum((outcome) => outcome.pending);
if (pending > 0) console.log(`${pending} skipped`);
console.log(`in ${seconds(performance.now() - startedAt)}`);
console.log(`${sum(({ passes }) => passes)} passed, ${sum(({ failures }) => failures)} failed`);
process.exitCode = outcomes.every(({ isGood }) => isGood) ? 0 : 1;
