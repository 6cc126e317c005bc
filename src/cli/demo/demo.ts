import { printable } from '../../wire/index.js';
import { Option, type Command } from '../commander.js';
import { wantsColours } from '../colours.js';
import { addConnectionOptions, type ConnectionOptions } from '../connection-options.js';
import { ExitCode } from '../exit-code.js';
import { Failure } from '../failure.js';
import { exitCodeOf, onInterrupt, type InterruptSignal } from '../interrupt.js';
import { createOutput } from '../output.js';
import { startDemoPage, type DemoPage } from './demo-page.js';
import { builtPageFolder } from '../view/page-files.js';
import { registerDoomedProducer } from './doomed-producer.js';
import { createJsonReport } from './json-report.js';
import { findLog } from './log-file.js';
import { play } from './play.js';
import { repeatDemo } from './repeat.js';
import { chooseStage, type Stage } from './stage.js';
import { createTextReport } from './text-report.js';

interface DemoOptions extends ConnectionOptions {
  readonly file?: string;
  readonly json?: true;
  readonly embedded?: true;
  readonly once?: true;
  readonly again?: true;
  /** The folder of the page, where it is not the one that is built in; false for none. */
  readonly page: string | boolean;
}

const help = `
Runs on the server of --server or NATS_URL, else on a nats-server that it finds (NATS_SERVER, the PATH, /usr/sbin,
/usr/local/sbin, /usr/local/bin) and starts for itself, else on a broker in memory, and says which.
Exits with 0 when every stream ended as it should, else with 1.
It serves the page of nats-stream view too, and prints its address. In a terminal it then plays on there until it is
interrupted, as with --again, which is a good end then; elsewhere it ends after one play, as with --once.

Examples:
  $ nats-stream demo
  $ nats-stream demo --file server.log --json
  $ nats-stream demo --server nats://demo.nats.io`;

export function registerDemo(program: Command): void {
  const command = program
    .command('demo')
    .summary('stream a log of this machine, and see streams live, fail and die')
    .description(
      'Serves a log of this machine, opens several streams of it, cancels one, kills the producer of another, and ' +
        'prints the life of each as it happens.',
    )
    .option('-f, --file <path>', 'the log to serve (default: the largest readable one in /var/log)')
    .option('--embedded', 'run on the broker in memory')
    .addOption(new Option('--again', 'play on until it is interrupted').conflicts(['once', 'json']))
    .option('--once', 'end after one play')
    .option('--page <folder>', 'serve the page from this folder (default: the one that is built in)')
    .option('--no-page', 'serve no page')
    .option('--json', 'print one JSON object a line, and serve no page');
  addConnectionOptions(command)
    .addHelpText('after', help)
    .action(async (options: DemoOptions) => {
      process.exitCode = await demo(options);
    });
  registerDoomedProducer(program);
}

/** Gives the exit code. */
async function demo(options: DemoOptions): Promise<number> {
  const log = findLog(options.file);
  const leaving = new AbortController();
  let interrupted: InterruptSignal | undefined;
  onInterrupt((signal) => {
    interrupted = signal;
    leaving.abort();
  });
  const output = createOutput(process.stdout);
  output.signal.addEventListener('abort', () => {
    leaving.abort();
  });
  // What happens is printed when it happens: a terminal that is slow must not hold up the streams.
  const write = (text: string) => {
    void output.write(text);
  };
  const coloured = wantsColours(process.stdout);
  const report = options.json === true ? createJsonReport(write) : createTextReport(write, coloured);

  const isWatched = options.page !== false && options.json !== true;
  const playsOn = options.again ?? (process.stdout.isTTY && options.once !== true);
  const stage = await chooseStage(options);
  let page: DemoPage | undefined;
  try {
    page = isWatched ? await openPage(stage, options.page, playsOn, write) : undefined;
    const asItShould = await play(stage, log, report, leaving.signal, page?.recordsSubject);
    if (interrupted !== undefined) return exitCodeOf[interrupted];
    if (page !== undefined && playsOn && asItShould) {
      write(`\nThe demo plays on at ${page.url}\nCtrl-C ends it.\n`);
      await repeatDemo(stage, log, page.recordsSubject, leaving.signal);
    }
    // Who stopped reading got what was wanted.
    return asItShould || output.signal.aborted ? ExitCode.Ok : ExitCode.Failure;
  } catch (error) {
    if (error !== leaving.signal.reason || interrupted === undefined) throw error;
    return exitCodeOf[interrupted];
  } finally {
    await page?.close();
    await stage.close();
  }
}

/** Where there is no page the demo is played without it. */
async function openPage(
  stage: Stage,
  page: string | boolean,
  playsOn: boolean,
  write: (text: string) => void,
): Promise<DemoPage | undefined> {
  try {
    const opened = await startDemoPage(stage, typeof page === 'string' ? page : builtPageFolder());
    write(`page     ${opened.url}${playsOn ? '' : '  until the demo is over; --again plays on'}\n\n`);
    return opened;
  } catch (error) {
    // Whoever names a folder wants that page.
    if (!(error instanceof Failure) || typeof page === 'string') throw error;
    write(`page     none: ${printable(error.message)}\n\n`);
    return undefined;
  }
}
