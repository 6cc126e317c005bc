import { setTimeout as sleep } from 'node:timers/promises';
import { Option, type Command } from '../commander.js';
import { createStreamTable } from '../../tracing/stream-table.js';
import { wantsColours } from '../colours.js';
import { addConnectionOptions } from '../connection-options.js';
import { ExitCode } from '../exit-code.js';
import { exitCodeOf, onInterrupt, type InterruptSignal } from '../interrupt.js';
import { durationMs, requestSubject } from '../option-parsers.js';
import { createOutput } from '../output.js';
import { watch, type WatchOptions } from '../watching.js';
import { jsonTable } from './json-table.js';
import { sorted } from './row-order.js';
import { openScreen, terminalSize, type Screen } from './screen.js';
import { tableText } from './table-text.js';
import { createTopView, title, type Scene } from './top-view.js';

interface TopOptions extends WatchOptions {
  readonly once?: true;
  readonly json?: true;
  readonly interval: number;
}

const help = `
Shows processes that publish their trace events (see traceOverNats) where --server, NATS_URL or --subject is given, else the
demo. Where its output is no terminal, it prints the table once, after one interval.

A stream is wrong where it ended otherwise than its reader wanted, or one end of it crashed; waiting where it lives and no
record can come now: nobody answered yet, the reader is slow, the connection is down, it is being cancelled. What is wrong
comes first, then what waits, then what lives, the busiest before all, then what has ended.

Keys: q quits; arrows, PgUp, PgDn, Home and End scroll; s sorts by something else, r the other way round; / filters by words
that are all in the subject, the stream, its processes, states, end, or one of wrong, waiting, live, ended; Esc filters no
more. At the bottom the selected stream is described whole.

With --json it prints an object a line at each interval, with --once one:
  {"time":"…","watched":"…","processes":2,"streams":[{"subject":"…","stream":"…","condition":"live","ageMs":4200,
   "lastSignMs":12,"recordsPerSecond":100,"consumer":{"system":"…","state":"active.listening","records":420,"bytes":1680,
   "waiting":0},"producer":{…}}]}
An end of a stream that is over has "end":{"reason":"completed","code":1000,"text":""}, one that is not watched is null.

Examples:
  $ nats-stream top --server nats://127.0.0.1:4222
  $ nats-stream top --once --interval 5s
  $ nats-stream top --json --once | jq '.streams[] | select(.condition == "wrong")'`;

export function registerTop(program: Command): void {
  const command = program
    .command('top')
    .summary('show live streams as a table in the terminal')
    .description(
      'Shows every stream with the states of both ends, its age, how much has gone through it, its rate, its last sign ' +
        'of life and how it ended. What is wrong comes first.',
    )
    .option('--subject <subject>', 'where processes publish their trace events', requestSubject)
    .option('--demo', 'show the demo, also where a server is named')
    .option('--once', 'print the table once, after one interval')
    .option('--json', 'print a JSON object a line at each interval')
    .addOption(
      new Option('-i, --interval <duration>', 'how often the table is drawn').argParser(durationMs).default(2000, '2s'),
    );
  addConnectionOptions(command)
    .addHelpText('after', help)
    .action(async (options: TopOptions) => {
      process.exitCode = await top(options);
    });
}

/** Gives the exit code. */
async function top(options: TopOptions): Promise<number> {
  const output = createOutput(process.stdout);
  // A terminal that says so moves no cursor.
  const isScreen = process.stdout.isTTY && process.env['TERM'] !== 'dumb';
  const asJson = options.json === true;
  const isOnce = options.once === true || (!asJson && !isScreen);
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
  const interrupt = (signal: InterruptSignal): void => {
    interrupted = signal;
    stop.abort();
  };
  onInterrupt(interrupt);
  output.signal.addEventListener('abort', () => {
    stop.abort();
  });

  const scene = (): Scene => ({
    description: watching.description,
    processes: watching.processes(),
    rows: table.rows(),
    at: Number.isFinite(lag) ? Math.max(table.at, performance.now() - started - lag) : 0,
  });
  const coloured = wantsColours(process.stdout);
  const view = createTopView();
  let screen: Screen | undefined;
  const draw = (): void => {
    if (screen !== undefined) screen.show(view.draw(scene(), screen.size, coloured));
    else void output.write(asJson ? jsonTable(scene()) : `${plainText(scene(), coloured).join('\n')}\n`);
  };

  try {
    if (!asJson && !isOnce) {
      screen = openScreen(output, {
        onKey: (key) => {
          const wish = view.press(key);
          if (wish === 'interrupt') interrupt('SIGINT');
          else if (wish === 'quit') stop.abort();
          else if (wish === 'suspend') screen?.suspend();
          else draw();
        },
        onChange: draw,
      });
      draw();
    }
    const over = watching.over.then(() => stop.abort());
    do {
      await Promise.race([pause(options.interval, stop.signal), over]);
      if (screen === undefined || !stop.signal.aborted) draw();
    } while (!isOnce && !stop.signal.aborted);
  } finally {
    screen?.close();
    await watching.stop();
  }
  return interrupted === undefined ? ExitCode.Ok : exitCodeOf[interrupted];
}

/** The whole table, as it is printed once; in a terminal, as wide as that. */
function plainText(scene: Scene, coloured: boolean): readonly string[] {
  const columns = process.stdout.isTTY ? terminalSize().columns : Infinity;
  const rows = sorted(scene.rows, 'trouble', scene.at);
  return [title(scene), '', ...tableText(rows, { at: scene.at, columns, coloured })];
}

/** Resolves after so long, or at once when the signal aborts. */
async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}
