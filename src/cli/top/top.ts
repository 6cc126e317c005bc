import type { Command } from '../commander.js';
import { printable } from '../../wire/index.js';
import { createStreamTable } from '../../tracing/stream-table.js';
import { wantsColours } from '../colours.js';
import { addConnectionOptions } from '../connection-options.js';
import { ExitCode } from '../exit-code.js';
import { exitCodeOf, onInterrupt, type InterruptSignal } from '../interrupt.js';
import { durationMs, requestSubject } from '../option-parsers.js';
import { createOutput } from '../output.js';
import { watch, type WatchOptions } from '../watching.js';
import { tableText } from './table-text.js';

interface TopOptions extends WatchOptions {
  readonly once?: true;
  readonly interval: number;
}

const clearScreen = '\u001b[H\u001b[2J';

const help = `
Shows processes that publish their trace events (see traceOverNats) where --server, NATS_URL or --subject is given, else the
demo. Where its output is no terminal, it prints the table once, after one interval.

Examples:
  $ nats-stream top --server nats://127.0.0.1:4222
  $ nats-stream top --once --interval 5s`;

export function registerTop(program: Command): void {
  const command = program
    .command('top')
    .summary('show live streams as a table in the terminal')
    .description(
      'Shows every stream with the states of both ends, its age, how much has gone through it, its rate, its last sign ' +
        'of life and how it ended. The busiest come first, those that have ended last.',
    )
    .option('--subject <subject>', 'where processes publish their trace events', requestSubject)
    .option('--demo', 'show the demo, also where a server is named')
    .option('--once', 'print the table once, after one interval')
    .option('-i, --interval <duration>', 'how often the table is drawn', durationMs, 2000);
  addConnectionOptions(command)
    .addHelpText('after', help)
    .action(async (options: TopOptions) => {
      process.exitCode = await top(options);
    });
}

/** Gives the exit code. */
async function top(options: TopOptions): Promise<number> {
  const output = createOutput(process.stdout);
  const { isTTY } = process.stdout;
  const isOnce = options.once === true || !isTTY;
  const table = createStreamTable();
  const started = performance.now();
  /** The trace events are behind the clock where nothing happens. */
  let lag = Infinity;
  const watching = await watch(options, (records) => {
    table.append(records);
    lag = Math.min(lag, performance.now() - started - table.at);
  });
  const stop = new AbortController();
  let interrupted: InterruptSignal | undefined;
  onInterrupt((signal) => {
    interrupted = signal;
    stop.abort();
  });
  output.signal.addEventListener('abort', () => {
    stop.abort();
  });

  const draw = (): void => {
    const at = Number.isFinite(lag) ? Math.max(table.at, performance.now() - started - lag) : 0;
    const rows = table.rows();
    const { columns, rows: height } = terminalSize();
    const size = isOnce && !isTTY ? { columns: 1000, rows: Infinity } : { columns, rows: height - 2 };
    const live = rows.filter(({ endedAt }) => endedAt === undefined).length;
    const coloured = wantsColours(process.stdout);
    const lines = [
      `${printable(watching.description)}; ${watching.processes()} processes, ${live} streams live, ${rows.length - live} ended`,
      '',
      ...tableText(rows, { at, ...size, coloured }),
    ];
    void output.write(`${isOnce ? '' : clearScreen}${lines.join('\n')}\n`);
  };

  try {
    const over = watching.over.then(() => stop.abort());
    do {
      await Promise.race([pause(options.interval, stop.signal), over]);
      draw();
    } while (!isOnce && !stop.signal.aborted);
  } finally {
    await watching.stop();
  }
  return interrupted === undefined ? ExitCode.Ok : exitCodeOf[interrupted];
}

/** Resolves after so long, or at once when the signal aborts. */
function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}

/** Some terminals do not tell their size. */
function terminalSize(): { readonly columns: number; readonly rows: number } {
  const { columns, rows } = process.stdout;
  return { columns: columns > 0 ? columns : 120, rows: rows > 0 ? rows : 24 };
}
