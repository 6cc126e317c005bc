import { Option, type Command } from '../commander.js';
import type { ServerResponse } from 'node:http';
import { describeFailure } from '../failure.js';
import { printable } from '../../wire/index.js';
import { createRunLog } from '../../tracing/run-log.js';
import { addConnectionOptions } from '../connection-options.js';
import { ExitCode } from '../exit-code.js';
import { exitCodeOf, onInterrupt, type InterruptSignal } from '../interrupt.js';
import { say, sayAll } from '../log.js';
import { portNumber, requestSubject } from '../option-parsers.js';
import { watch, type WatchOptions } from '../watching.js';
import { createLiveRecords } from './event-stream.js';
import { openBrowser } from './open-browser.js';
import { builtPageFolder, listPage } from './page-files.js';
import { startPageServer, type PageServer } from './page-server.js';
import { assertRecording, misfitsOf, sendRecording } from './recording-file.js';

interface ViewOptions extends WatchOptions {
  readonly file?: string;
  readonly port: number;
  readonly open?: true;
  readonly page?: string;
}

/** How many trace events a page that comes late, or was away, finds as they were. */
export const recordsKept = 100_000;

const help = `
Shows processes that publish their trace events (see traceOverNats) where --server, NATS_URL or --subject is given, else the
demo, played again and again. The address holds a token: whoever has it, on this machine, can see the trace events.

Examples:
  $ nats-stream view --open                                  the demo
  $ nats-stream view --server nats://127.0.0.1:4222          all processes on a server that publish their trace events
  $ nats-stream view --file incident.jsonl                   a recording of nats-stream record, or of check --trace`;

export function registerView(program: Command): void {
  const command = program
    .command('view')
    .summary('show live streams, a recording or the demo in the browser')
    .description(
      'Serves a page on 127.0.0.1 that shows every stream with its states, timers and messages as they happen.',
    )
    .option('-f, --file <path>', 'show a recording')
    .option('--subject <subject>', 'where processes publish their trace events', requestSubject)
    .option('--demo', 'show the demo, also where a server is named')
    .option('--open', 'open the browser')
    .addOption(new Option('-p, --port <n>', 'serve on this port').argParser(portNumber).default(0, 'one that is free'))
    .option('--page <folder>', 'serve the page from this folder (default: the one that is built in)');
  addConnectionOptions(command)
    .addHelpText('after', help)
    .action(async (options: ViewOptions) => {
      process.exitCode = await view(options);
      // Pages that are open keep their connections, and must not keep the process.
      process.exit();
    });
}

/** Gives the exit code. */
async function view(options: ViewOptions): Promise<number> {
  const files = listPage(options.page ?? builtPageFolder());
  const { file, port } = options;
  const interrupted = new Promise<InterruptSignal>((resolve) => {
    onInterrupt(resolve);
  });
  const announce = (server: PageServer, what: string): void => {
    process.stdout.write(`showing  ${printable(what)}\npage     ${server.url}\n`);
    if (options.open === true) openBrowser(server.url);
  };

  if (file !== undefined) {
    await assertRecording(file);
    let isChecked = false;
    const tell = async (response: ServerResponse, bytes: number): Promise<void> => {
      await sendRecording(file, bytes, response);
      // A page that is loaded anew, and a second one, would have it said again.
      if (isChecked) return;
      isChecked = true;
      const misfits = await misfitsOf(file);
      if (misfits !== undefined) say(misfits);
    };
    const send = (response: ServerResponse, bytes: number): void => {
      tell(response, bytes).catch((error: unknown) => {
        sayAll(describeFailure(error));
        response.destroy();
      });
    };
    const server = await startPageServer({ files, port, records: { file, send } });
    announce(server, file);
    const signal = await interrupted;
    await server.close();
    return exitCodeOf[signal];
  }

  const live = createLiveRecords(createRunLog(recordsKept));
  const server = await startPageServer({ files, port, records: live });
  try {
    const watching = await watch(options, live.append);
    announce(server, watching.description);
    const signal = await Promise.race([interrupted, watching.over]);
    await watching.stop();
    return signal === undefined ? ExitCode.Ok : exitCodeOf[signal];
  } finally {
    await server.close();
  }
}
