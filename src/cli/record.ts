import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { messageOf } from '../errors.js';
import { toJsonLine, type TraceEvent } from '../tracing/index.js';
import { drainedOrClosed } from './drained.js';
import { ExitCode } from './exit-code.js';
import { Failure } from './failure.js';
import { onInterrupt } from './interrupt.js';
import { say } from './log.js';
import { assertWritable } from './output-file.js';
import { watch } from './watch.js';
import type { WatchOptions } from './watching.js';

export interface RecordOptions extends WatchOptions {
  readonly out: string;
  readonly for?: number;
  readonly overwrite?: true;
}

/** Gives the exit code. */
export async function record(options: RecordOptions): Promise<number> {
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
