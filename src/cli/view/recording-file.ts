import { createReadStream, statSync } from 'node:fs';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { messageOf } from '../../errors.js';
import type { TraceEvent } from '../../tracing/index.js';
import { createJsonLinesReader } from '../../tracing/json-lines.js';
import { Failure } from '../failure.js';
import { count } from '../numbers.js';

/** @throws {Failure} Where the file cannot be read, and where it does not begin as a recording does. */
export async function assertRecording(file: string): Promise<void> {
  try {
    if (!statSync(file).isFile()) throw new Error('expected a file');
    await assertBeginning(file);
  } catch (error) {
    throw new Failure(`--file ${file}: ${messageOf(error)}`);
  }
}

/** Reads no further than to the first line that is not empty. */
async function assertBeginning(file: string): Promise<void> {
  const misfits: string[] = [];
  const reader = createJsonLinesReader((line, why) => misfits.push(`line ${line} is no trace event: ${why}`));
  let first: TraceEvent | undefined;
  for await (const text of createReadStream(file, { encoding: 'utf8' })) {
    [first] = reader.push(text as string);
    if (first !== undefined) break;
  }
  first ??= reader.end()[0];
  if (first === undefined) throw new Error('expected a recording, came a file without a line');
  // What is no trace event comes as a mark that says so.
  if (first.type === 'mark' && first.text === misfits[0]) {
    throw new Error(`expected a recording, of nats-stream record say, but ${misfits[0]}`);
  }
  if (first.type !== 'run') {
    throw new Error(`expected a recording, which begins with the header of a run, came a ${first.type} event first`);
  }
}

/**
 * Sends a recording as it stands in its file, as fast as it is taken: its first so many bytes, since one that is being
 * recorded grows meanwhile. It is no error where whoever takes it has left.
 */
export async function sendRecording(file: string, bytes: number, to: Writable): Promise<void> {
  try {
    await pipeline(bytes === 0 ? [] : createReadStream(file, { end: bytes - 1 }), to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  }
}

/** What there is to say of lines of a file that are no trace events, where there are such. */
export async function misfitsOf(file: string): Promise<string | undefined> {
  let misfits = 0;
  let first = '';
  const reader = createJsonLinesReader((line, why) => {
    misfits += 1;
    if (misfits === 1) first = `line ${line}: ${why}`;
  });
  for await (const text of createReadStream(file, { encoding: 'utf8' })) reader.push(text as string);
  reader.end();
  if (misfits === 0) return undefined;
  return `${file}: ${count(misfits)} lines are no trace events, the first is ${first}`;
}
