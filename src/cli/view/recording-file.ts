import { createReadStream, statSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { messageOf } from '../../errors.js';
import { createJsonLinesReader } from '../../tracing/json-lines.js';
import { drainedOrClosed } from '../drained.js';
import { Failure } from '../failure.js';
import { toEvent } from './event-stream.js';

/** Throws a Failure where the file cannot be read. */
export function assertReadable(file: string): void {
  try {
    if (!statSync(file).isFile()) throw new Error('expected a file');
  } catch (error) {
    throw new Failure(`--file ${file}: ${messageOf(error)}`);
  }
}

/** Sends a recording whole as server-sent events, as fast as the page takes it, and says that this was all. */
export async function serveRecording(file: string, response: ServerResponse): Promise<void> {
  const reader = createJsonLinesReader();
  const send = async (records: ReturnType<typeof reader.end>): Promise<void> => {
    if (records.length === 0 || response.destroyed) return;
    if (!response.write(toEvent(records))) await drainedOrClosed(response);
  };
  for await (const text of createReadStream(file, { encoding: 'utf8' })) {
    await send(reader.push(text as string));
    if (response.destroyed) return;
  }
  await send(reader.end());
  response.end('event: end\ndata:\n\n');
}
