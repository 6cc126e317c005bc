import type { ServerResponse } from 'node:http';
import { describeFailure } from '../failure.js';
import { printable } from '../../wire/index.js';
import { createRunLog } from '../../tracing/run-log.js';
import { ExitCode } from '../exit-code.js';
import { exitCodeOf, onInterrupt, type InterruptSignal } from '../interrupt.js';
import { say, sayAll } from '../log.js';
import { watch } from '../watch.js';
import type { WatchOptions } from '../watching.js';
import { createLiveRecords } from './event-stream.js';
import { openBrowser } from './open-browser.js';
import { builtPageFolder, listPage } from './page-files.js';
import { startPageServer, type PageServer } from './page-server.js';
import { assertRecording, misfitsOf, sendRecording } from './recording-file.js';

export interface ViewOptions extends WatchOptions {
  readonly file?: string;
  readonly port: number;
  readonly open?: true;
  readonly page?: string;
}

/** How many trace events a page that comes late, or was away, finds as they were. */
const recordsKept = 100_000;

/** Gives the exit code. */
export async function view(options: ViewOptions): Promise<number> {
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
