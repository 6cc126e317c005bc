import { closeSync, createReadStream, openSync, readdirSync, readSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { messageOf } from '../../errors.js';
import { Failure } from '../failure.js';
import { createLineSplitter } from '../lines.js';

/** A part of a text file, fixed when the demo starts, so that a log that grows meanwhile has an end. */
export interface LogFile {
  readonly path: string;
  /** Where reading starts and ends. Bytes; the end is exclusive. */
  readonly from: number;
  readonly to: number;
}

/** How much of a log is read at most, so that the demo takes seconds. */
const readBytesMax = 8 * 1024 * 1024;

/** Longer lines become several records, each of which fits into a message of any server. */
const lineBytesMax = 256 * 1024;

/** How much of a file is looked at to see whether it is text. */
const probeBytes = 4096;

const systemLogs = '/var/log';

/** The file that is given, else the largest log of this machine that can be read, else a file of this package. */
export function findLog(given: string | undefined): LogFile {
  if (given !== undefined) {
    const problem = problemOf(given);
    if (problem !== undefined) throw new Failure(`--file ${given}: ${problem}`);
    return openLog(given);
  }
  const found = largest(filesIn(systemLogs)) ?? largest(ownFiles());
  if (found === undefined) throw new Failure('no log to serve was found on this machine: name a file with --file');
  return openLog(found);
}

/** The lines of a log as bytes, without their newlines. */
export async function* linesOf({ path, from, to }: LogFile): AsyncGenerator<Uint8Array> {
  const splitter = createLineSplitter(lineBytesMax);
  // What comes before the first newline is the rest of a line whose start is not read.
  let isRest = from > 0;
  for await (const chunk of createReadStream(path, { start: from, end: to - 1 })) {
    for (const { bytes } of splitter.push(chunk as Uint8Array)) {
      if (!isRest) yield bytes;
      isRest = false;
    }
  }
  for (const { bytes } of splitter.end()) yield bytes;
}

function openLog(path: string): LogFile {
  const { size } = statSync(path);
  return { path, from: Math.max(0, size - readBytesMax), to: size };
}

function filesIn(folder: string): string[] {
  try {
    return readdirSync(folder).map((name) => join(folder, name));
  } catch {
    return [];
  }
}

function ownFiles(): string[] {
  const folder = dirname(createRequire(import.meta.url).resolve('nats-stream-actors/package.json'));
  return ['package-lock.json', 'README.md', 'LICENSE'].map((name) => join(folder, name));
}

function largest(paths: readonly string[]): string | undefined {
  const usable = paths.filter((path) => problemOf(path) === undefined);
  const [first] = usable.map((path) => ({ path, size: statSync(path).size })).sort((a, b) => b.size - a.size);
  return first?.path;
}

/** Why a file cannot be served; undefined where it can. */
function problemOf(path: string): string | undefined {
  try {
    // Before it is opened: opening a pipe would wait for somebody to write into it.
    const stats = statSync(path);
    if (!stats.isFile()) return 'expected a file';
    if (stats.size === 0) return 'expected a file with at least one line, came an empty one';
    const file = openSync(path, 'r');
    try {
      const probe = Buffer.alloc(probeBytes);
      return probe.subarray(0, readSync(file, probe)).includes(0) ? 'expected text, came binary data' : undefined;
    } finally {
      closeSync(file);
    }
  } catch (error) {
    return messageOf(error);
  }
}
