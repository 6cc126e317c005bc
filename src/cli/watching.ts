import { randomUUID } from 'node:crypto';
import type { NatsConnection, Warning } from '../index.js';
import { collectTraces, type TraceListener } from '../tracing/index.js';
import type { ConnectionOptions } from './connection-options.js';
import { openConnection } from './connection.js';
import { findLog } from './demo/log-file.js';
import { play } from './demo/play.js';
import { repeatDemo } from './demo/repeat.js';
import { silentReport } from './demo/silent-report.js';
import { chooseStage } from './demo/stage.js';

/** What `view`, `record` and `top` can watch. */
export interface WatchOptions extends ConnectionOptions {
  /** Where processes publish their trace events. */
  readonly subject?: string;
  /** Whether to play the demo and watch that, also where a server is named. */
  readonly demo?: true;
  /** Whether the demo is played once only. */
  readonly playOnce?: true;
}

export interface Watching {
  /** What is watched, in words. */
  readonly description: string;
  /** How many processes are heard. */
  processes(): number;
  /** Resolves when what is watched is over by itself. Rejects where it failed. */
  readonly over: Promise<void>;
  stop(): Promise<void>;
}

/** How often the processes of the demo are asked, so that the death of one is told soon. Milliseconds. */
const demoAskIntervalMs = 500;

/** Watches the processes that publish trace events on a server, where one is named; else plays the demo and watches that. */
export function watch(options: WatchOptions, listener: TraceListener): Promise<Watching> {
  const isNamed = [options.server, options.context, options.subject].some((name) => name !== undefined);
  return isNamed && options.demo !== true ? watchProcesses(options, listener) : watchDemo(options, listener);
}

/** What a listener of the command throws ends the command, as any fault of it. */
const onWarning = ({ error }: Warning): void => {
  throw error;
};

async function watchProcesses(options: WatchOptions, listener: TraceListener): Promise<Watching> {
  const connection = await openConnection(options, { name: 'nats-stream watch', reconnectsMax: -1 });
  const { subject } = options;
  const collector = collectTraces(connection, listener, { onWarning, ...(subject === undefined ? {} : { subject }) });
  return {
    description: `processes on ${connection.getServer()}${subject === undefined ? '' : `, subject ${subject}`}`,
    processes: () => collector.processes,
    over: connection.closed().then((error) => {
      if (error instanceof Error) throw error;
    }),
    stop: async () => {
      collector.stop();
      await connection.close();
    },
  };
}

async function watchDemo(options: WatchOptions, listener: TraceListener): Promise<Watching> {
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
  const options = { subject, label: 'the demo', askIntervalMs: demoAskIntervalMs, onWarning };
  const collector = collectTraces(connection, listener, options);
  return {
    subject,
    stop: () => {
      collector.stop();
    },
    processes: () => collector.processes,
  };
}
