import { fork, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import type { ConnectionOptions } from '../connection-options.js';
import { ExitCode } from '../exit-code.js';
import { Failure } from '../failure.js';
import { exitCodeOf, onInterrupt, type InterruptSignal } from '../interrupt.js';
import { withContext } from '../nats-context.js';
import { count } from '../numbers.js';
import { createOutput } from '../output.js';
import { table } from '../table.js';
import type { ContenderName } from './contender.js';
import type { Instruction, Word } from './contender-process.js';
import { units, type Amounts, type Figures } from './measure.js';

export interface BenchOptions extends ConnectionOptions, Amounts {
  readonly rounds: number;
  readonly subject?: string;
  readonly json?: true;
}

/** A figure of both contenders: medians of the rounds, and the median of the ratios within each. */
interface Compared {
  readonly name: string;
  readonly unit: string;
  readonly ours: number;
  readonly raw: number;
  readonly ratio: number;
}

const contenders: readonly ContenderName[] = ['ours', 'raw'];

/** Gives the exit code. */
export async function bench(options: BenchOptions): Promise<number> {
  const { rounds, opens, latencies, records, bytes, subject = `nats-stream.bench.${randomUUID()}` } = options;
  const running = new Set<ChildProcess>();
  let interrupted: InterruptSignal | undefined;
  onInterrupt((signal) => {
    interrupted = signal;
    for (const child of running) child.kill();
  });
  process.on('exit', () => {
    for (const child of running) child.kill();
  });
  const reached = withContext(options);
  const measured: Record<ContenderName, Figures[]> = { ours: [], raw: [] };
  let server = '';
  for (let round = 1; round <= rounds; round += 1) {
    // Who comes first in a round comes last in the next one.
    for (const contender of round % 2 === 1 ? contenders : contenders.toReversed()) {
      showProgress(`round ${round} of ${rounds}: ${contender}`);
      const amounts: Amounts = { opens, latencies, records, bytes };
      const word = await inProcess(
        { options: reached, contender, subject: `${subject}.${contender}.${round}`, amounts },
        running,
      );
      showProgress('');
      if (interrupted !== undefined) return exitCodeOf[interrupted];
      if (word.type === 'failed') throw new Failure(word.message);
      measured[contender].push(word.figures);
      server = word.server;
    }
  }
  const figures = compare(measured.ours, measured.raw);
  const text =
    options.json === true
      ? `${JSON.stringify({ server, rounds, bytes, figures })}\n`
      : `${server}, records of ${bytes} bytes, ${rounds} rounds\n\n${printed(figures)}`;
  void createOutput(process.stdout).write(text);
  return ExitCode.Ok;
}

/** What a contender has to say at its end, in a process of its own. */
async function inProcess(instruction: Instruction, running: Set<ChildProcess>): Promise<Word> {
  const child = fork(process.argv[1] ?? '', ['bench-contender'], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  running.add(child);
  let word: Word = { type: 'failed', message: 'the process of a contender ended before it had measured' };
  child.on('message', (message) => {
    word = message as Word;
    child.disconnect();
  });
  child.send(instruction);
  await once(child, 'exit');
  running.delete(child);
  return word;
}

function compare(ours: readonly Figures[], raw: readonly Figures[]): readonly Compared[] {
  return (Object.keys(units) as (keyof typeof units)[]).map((name) => ({
    name,
    unit: units[name],
    ours: median(ours.map((figures) => figures[name])),
    raw: median(raw.map((figures) => figures[name])),
    ratio: median(ours.map((figures, round) => figures[name] / (raw[round]?.[name] ?? NaN))),
  }));
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other);
  const half = Math.floor(sorted.length / 2);
  const [low = 0, high = 0] = [sorted[half - 1 + (sorted.length % 2)], sorted[half]];
  return (low + high) / 2;
}

function printed(figures: readonly Compared[]): string {
  const rows = [
    ['', '', 'this package', 'raw NATS', 'ratio'],
    ...figures.map(({ name, unit, ours, raw, ratio }) => [
      name,
      unit,
      count(Math.round(ours)),
      count(Math.round(raw)),
      ratio.toFixed(2),
    ]),
  ];
  return `${table(rows, [2, 3, 4]).join('\n')}\n`;
}

function showProgress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
}
