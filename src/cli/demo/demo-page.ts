import { createRunLog } from '../../tracing/run-log.js';
import { createLiveRecords } from '../view/event-stream.js';
import { builtPageFolder, listPage } from '../view/page-files.js';
import { startPageServer } from '../view/page-server.js';
import { watchDemoRecords } from './watch-demo.js';
import type { Stage } from './stage.js';

/** The page that shows the demo while it runs in a terminal. */
export interface DemoPage {
  readonly url: string;
  /** Where the clients of the demo publish their trace events. */
  readonly recordsSubject: string;
  close(): Promise<void>;
}

/** How many trace events a page that is opened late finds as they were. */
const recordsKept = 100_000;

/**
 * @param folder Where the page is; the one that is built in by default.
 * @throws Failure where there is no page in the folder.
 */
export async function startDemoPage(stage: Stage, folder = builtPageFolder()): Promise<DemoPage> {
  const files = listPage(folder);
  const live = createLiveRecords(createRunLog(recordsKept));
  const server = await startPageServer({ files, port: 0, records: live });
  const connection = await stage.connect('nats-stream demo page');
  const { subject, stop } = watchDemoRecords(connection, live.append);
  return {
    url: server.url,
    recordsSubject: subject,
    close: async () => {
      stop();
      await Promise.all([connection.close(), server.close()]);
    },
  };
}
