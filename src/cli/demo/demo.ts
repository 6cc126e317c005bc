import { printable } from '../../wire/index.js';
import { wantsColours } from '../colours.js';
import type { ConnectionOptions } from '../connection-options.js';
import { ExitCode } from '../exit-code.js';
import { Failure } from '../failure.js';
import { exitCodeOf, onInterrupt, type InterruptSignal } from '../interrupt.js';
import { createOutput } from '../output.js';
import type { DemoPage } from './demo-page.js';
import { createJsonReport } from './json-report.js';
import { findLog } from './log-file.js';
import { play } from './play.js';
import { repeatDemo } from './repeat.js';
import { chooseStage, type Stage } from './stage.js';
import { createTextReport } from './text-report.js';

export interface DemoOptions extends ConnectionOptions {
  readonly file?: string;
  readonly json?: true;
  readonly embedded?: true;
  readonly once?: true;
  readonly again?: true;
  /** The folder of the page, where it is not the one that is built in; false for none. */
  readonly page: string | boolean;
}

/** Gives the exit code. */
export async function demo(options: DemoOptions): Promise<number> {
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
    const { startDemoPage } = await import('./demo-page.js');
    const opened = await startDemoPage(stage, typeof page === 'string' ? page : undefined);
    write(`page     ${opened.url}${playsOn ? '' : '  until the demo is over; --again plays on'}\n\n`);
    return opened;
  } catch (error) {
    // Whoever names a folder wants that page.
    if (!(error instanceof Failure) || typeof page === 'string') throw error;
    write(`page     none: ${printable(error.message)}\n\n`);
    return undefined;
  }
}
