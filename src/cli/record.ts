import type { Command } from './commander.js';
import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { messageOf } from '../errors.js';
import { toJsonLine, type TraceEvent } from '../tracing/index.js';
import { addConnectionOptions } from './connection-options.js';
import { drainedOrClosed } from './drained.js';
import { ExitCode } from './exit-code.js';
import { Failure } from './failure.js';
import { onInterrupt } from './interrupt.js';
import { say } from './log.js';
import { durationMs, requestSubject } from './option-parsers.js';
import { assertWritable } from './output-file.js';
import { watch, type WatchOptions } from './watching.js';

interface RecordOptions extends WatchOptions {
  readonly out: string;
  readonly for?: number;
  readonly overwrite?: true;
}

const help = `
Records processes that publish their trace events (see traceOverNats) where --server, NATS_URL or --subject is given, until
it is interrupted or the time of --for is over; else one play of the demo. An interrupt is a good end: exit code 0.

Examples:
  $ nats-stream record --out demo.jsonl
  $ nats-stream record --server nats://127.0.0.1:4222 --out incident.jsonl --for 10m
  $ nats-stream view --file incident.jsonl`;

export function registerRecord(program: Command): void {
  const command = program
    .command('record')
    .summary('record live streams to a file')
    .description('Writes what happens to live streams to a file of JSON lines, for nats-stream view --file.')
    .requiredOption('-o, --out <path>', 'the file to write; - for standard output')
    .option('--overwrite', 'replace the file where there is one that is not empty')
    .option('--for <duration>', 'stop after so long', durationMs)
    .option('--subject <subject>', 'where processes publish their trace events', requestSubject)
    .option('--demo', 'record the demo, also where a server is named');
  addConnectionOptions(command)
    .addHelpText('after', help)
    .action(async (options: RecordOptions) => {
      process.exitCode = await record(options);
    });
}

/** Gives the exit code. */
async function record(options: RecordOptions): Promise<number> {
  const isStdout = options.out === '-';
  if (!isStdout) assertWritable('--out', options.out, options.overwrite === true);
  const file: Writable = isStdout ? process.stdout : await openFile(options.out);
  let count = 0;
  let failure: unknown;
  const failed = new Promise<void>((resolve) => {
    file.on('error', (error: NodeJS.ErrnoException) => {
      // Who stopped reading has got what was wanted.
      if (error.code !== 'EPIPE') failure = error;
      resolve();
    });
  });
  const write = (records: readonly TraceEvent[]): Promise<void> | undefined => {
    count += records.length;
    // While the disk is slow, trace events are left out where they are made, and a gap tells so.
    return file.write(records.map(toJsonLine).join('')) ? undefined : drainedOrClosed(file);
  };
  const interrupted = new Promise<void>((resolve) => {
    onInterrupt(() => {
      resolve();
    });
  });

  const watching = await watch({ ...options, playOnce: true }, write);
  let timer: NodeJS.Timeout | undefined;
  const expired = new Promise<void>((resolve) => {
    if (options.for !== undefined) timer = setTimeout(resolve, options.for);
  });
  try {
    await Promise.race([interrupted, expired, watching.over, failed]);
  } finally {
    clearTimeout(timer);
    await watching.stop();
  }
  if (!isStdout && failure === undefined) await new Promise<void>((resolve) => file.end(resolve));
  if (failure !== undefined) throw new Failure(`--out ${options.out}: ${messageOf(failure)}`);
  say(`${count} trace events${isStdout ? '' : ` in ${options.out}`}`);
  return ExitCode.Ok;
}

async function openFile(path: string): Promise<Writable> {
  const file = createWriteStream(path);
  try {
    await once(file, 'open');
    return file;
  } catch (error) {
    throw new Failure(`--out ${path}: ${messageOf(error)}`, { cause: error });
  }
}
