import { createReadStream, statSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { messageOf } from '../../errors.js';
import type { TraceEvent } from '../../tracing/index.js';
import { createJsonLinesReader } from '../../tracing/json-lines.js';
import { drainedOrClosed } from '../drained.js';
import { Failure } from '../failure.js';
import { count } from '../numbers.js';
import { toEvent } from './event-stream.js';

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
    throw new Error(`expected a recording, of nats-stream record say, but ${first.text}`);
  }
}

/**
 * Sends a recording whole as server-sent events, as fast as the page takes it, and says that this was all.
 *
 * @returns What there is to say of lines that are no trace events, where there are such.
 */
export async function serveRecording(file: string, response: ServerResponse): Promise<string | undefined> {
  let misfits = 0;
  let first = '';
  const reader = createJsonLinesReader((line, why) => {
    misfits += 1;
    if (misfits === 1) first = `line ${line}: ${why}`;
  });
  const send = async (records: ReturnType<typeof reader.end>): Promise<void> => {
    if (records.length === 0 || response.destroyed) return;
    if (!response.write(toEvent(records))) await drainedOrClosed(response);
  };
  for await (const text of createReadStream(file, { encoding: 'utf8' })) {
    await send(reader.push(text as string));
    if (response.destroyed) return undefined;
  }
  await send(reader.end());
  response.end('event: end\ndata:\n\n');
  return misfits === 0 ? undefined : `${file}: ${count(misfits)} lines are no trace events, the first is ${first}`;
}
