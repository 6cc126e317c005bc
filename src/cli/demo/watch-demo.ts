import { randomUUID } from 'node:crypto';
import type { NatsConnection } from '../../transport/index.js';
import { collectTraces, type TraceListener } from '../../tracing/index.js';
import { throwWarning, type Watching, type WatchOptions } from '../watching.js';
import { findLog } from './log-file.js';
import { play } from './play.js';
import { repeatDemo } from './repeat.js';
import { silentReport } from './silent-report.js';
import { chooseStage } from './stage.js';

/** How often the processes of the demo are asked, so that the death of one is told soon. Milliseconds. */
const demoAskIntervalMs = 500;

/** Plays the demo and watches it. */
export async function watchDemo(options: WatchOptions, listener: TraceListener): Promise<Watching> {
  const log = findLog(undefined);
  const stage = await chooseStage(options);
  const leaving = new AbortController();
  const connection = await stage.connect('nats-stream watch');
  const { subject, stop, processes } = watchDemoRecords(connection, listener);
  const played =
    options.playOnce === true
      ? play(stage, log, silentReport, leaving.signal, subject).then(() => undefined)
      : repeatDemo(stage, log, subject, leaving.signal);
  // Where nobody waits for its end, its failure is told when it is stopped.
  played.catch(() => undefined);
  return {
    description: `the demo on ${stage.description}`,
    processes,
    over: played,
    stop: async () => {
      leaving.abort();
      await played.catch(() => undefined);
      // What the demo said last is on its way.
      await connection.flush().catch(() => undefined);
      stop();
      await connection.close();
      await stage.close();
    },
  };
}

/** Listens on a subject that nobody else uses. */
export function watchDemoRecords(
  connection: NatsConnection,
  listener: TraceListener,
): { readonly subject: string; readonly stop: () => void; readonly processes: () => number } {
  const subject = `nats-stream.demo.${randomUUID()}`;
  const options = { subject, label: 'the demo', askIntervalMs: demoAskIntervalMs, onWarning: throwWarning };
  const collector = collectTraces(connection, listener, options);
  return {
    subject,
    stop: () => {
      collector.stop();
    },
    processes: () => collector.processes,
  };
}
