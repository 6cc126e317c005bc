import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { median } from '../../support/bench.js';

/**
 * The explorer beside SPIN, on models that are the same step by step: `NAME.ts` for the one, `NAME.pml` for the other.
 * SPIN generates a program in C, which is compiled and then searches. Each runs in processes of its own, in turn.
 *
 * SPIN searches all states, as the explorer does: without partial-order reduction, and with `-o2`, as a variable that it
 * thinks dead makes fewer states. One state more is its own start, where a process has a step of its own before its loop.
 */

const models = [
  { model: 'two-phase-commit', size: 6, extra: 0 },
  { model: 'two-phase-commit', size: 7, extra: 0 },
  { model: 'alternating-bit', size: 5, extra: 1 },
  { model: 'alternating-bit', size: 9, extra: 1 },
] as const;

const rounds = 3;
const folder = fileURLToPath(new URL('.', import.meta.url));

interface Run {
  readonly output: string;
  /** Processor time, in seconds. */
  readonly seconds: number;
}

/** Runs a command to its end. @throws Error if it fails. */
function run(command: string, args: readonly string[], cwd: string): Run {
  // The shell tells the processor time of a child, which Node does not, in the last line.
  const timed = ['-c', 'TIMEFORMAT="%U %S"; time "$@"', 'bash', command, ...args];
  const { status, stdout, stderr, error } = spawnSync('bash', timed, { cwd, encoding: 'utf8' });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed:\n${stdout}${stderr}`);
  const [user = Number.NaN, system = Number.NaN] = stderr.trimEnd().split('\n').at(-1)?.split(' ').map(Number) ?? [];
  return { output: stdout, seconds: user + system };
}

/** @throws Error if the output does not say it. */
function numberIn(output: string, pattern: RegExp): number {
  const found = pattern.exec(output)?.[1];
  if (found === undefined) throw new Error(`expected ${String(pattern)}, came:\n${output}`);
  return Number(found);
}

interface Search {
  readonly states: number;
  readonly memoryMiB: number;
  /** Of the search alone, and of all that it takes. */
  readonly searchSeconds: number;
  readonly wholeSeconds: number;
}

function explorer(model: string, size: number): Search {
  const { output, seconds } = run(
    process.execPath,
    [...process.execArgv, join(folder, 'ours.ts'), model, String(size)],
    process.cwd(),
  );
  return {
    states: numberIn(output, /^(\d+) states/m),
    memoryMiB: numberIn(output, /(\d+) MiB/),
    searchSeconds: numberIn(output, /([\d.]+) s of search/),
    wholeSeconds: seconds,
  };
}

function spin(model: string, size: number, cwd: string): Search {
  const generated = run('spin', [`-DN=${size}`, '-a', '-o2', join(folder, `${model}.pml`)], cwd);
  const compiled = run('gcc', ['-O2', '-w', '-DNOREDUCE', '-DSAFETY', '-o', 'pan', 'pan.c'], cwd);
  const searched = run('./pan', ['-w23', '-m1000000'], cwd);
  if (numberIn(searched.output, /errors: (\d+)/) !== 0) throw new Error(searched.output);
  return {
    states: numberIn(searched.output, /(\d+) states, stored/),
    memoryMiB: Math.round(numberIn(searched.output, /([\d.]+)\s+total actual memory usage/)),
    searchSeconds: searched.seconds,
    wholeSeconds: generated.seconds + compiled.seconds + searched.seconds,
  };
}

function medianOf(runs: readonly Search[], field: 'memoryMiB' | 'searchSeconds' | 'wholeSeconds'): number {
  return median(runs.map((one) => one[field]));
}

/** Prints the table, in Markdown. @throws Error where the numbers of states differ, or where SPIN is not installed. */
export function compareWithSpin(): void {
  const cwd = mkdtempSync(join(tmpdir(), 'against-spin-'));
  try {
    console.log(run('spin', ['-V'], cwd).output.trim());
    console.log(run('gcc', ['--version'], cwd).output.split('\n')[0]);
    console.log(`Node ${process.version}, the medians of ${rounds} rounds, seconds of processor time\n`);
    console.log(
      '| model | states | explorer: search | whole | MiB | SPIN: search | whole | MiB | ratio: search | whole |',
    );
    console.log('|---|---|---|---|---|---|---|---|---|---|');
    for (const { model, size, extra } of models) {
      const ours: Search[] = [];
      const theirs: Search[] = [];
      for (let round = 0; round < rounds; round += 1) {
        const [own, other] = [explorer(model, size), spin(model, size, cwd)];
        if (own.states + extra !== other.states) {
          throw new Error(`${model} ${size}: the explorer found ${own.states} states, SPIN ${other.states}`);
        }
        ours.push(own);
        theirs.push(other);
      }
      const cells = [ours, theirs].flatMap((runs) => [
        medianOf(runs, 'searchSeconds').toFixed(2),
        medianOf(runs, 'wholeSeconds').toFixed(2),
        medianOf(runs, 'memoryMiB'),
      ]);
      const ratios = (['searchSeconds', 'wholeSeconds'] as const).map((field) =>
        (medianOf(ours, field) / medianOf(theirs, field)).toFixed(2),
      );
      const states = ours[0]?.states.toLocaleString('en');
      console.log(`| ${model} ${size} | ${[states, ...cells, ...ratios].join(' | ')} |`);
    }
  } finally {
    rmSync(cwd, { recursive: true });
  }
}
