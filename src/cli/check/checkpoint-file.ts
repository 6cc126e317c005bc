import { closeSync, openSync, readFileSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import { messageOf } from '../../errors.js';
import type { Checkpoint } from '../../testing/index.js';
import { Failure } from '../failure.js';
import { say } from '../log.js';

/** The first line of a file, beside how many words its parts have. */
const kind = 'checkpoint of nats-stream check';

interface FirstLine {
  readonly kind: string;
  readonly headerBytes: number;
  readonly words: readonly number[];
}

function firstLineOf(file: string, bytes: Buffer): FirstLine & { readonly length: number } {
  const length = bytes.indexOf('\n') + 1;
  try {
    const first = JSON.parse(bytes.toString('utf8', 0, length)) as FirstLine;
    if (first.kind === kind) return { ...first, length };
  } catch {
    // It is no line of JSON, so the file is something else.
  }
  throw new Failure(`--checkpoint ${file}: expected a file that --checkpoint has written, came another one`);
}

/**
 * Reads where an exploration was stopped; undefined where there is no such file.
 *
 * @throws Failure for a file that is something else, or cannot be read.
 */
export function readCheckpoint(file: string): Checkpoint | undefined {
  if (statSync(file, { throwIfNoEntry: false }) === undefined) return undefined;
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    throw new Failure(`--checkpoint ${file}: ${messageOf(error)}`);
  }
  const { length, headerBytes, words } = firstLineOf(file, bytes);
  let at = length + headerBytes;
  const expected = at + words.reduce((sum, count) => sum + count * Uint32Array.BYTES_PER_ELEMENT, 0);
  if (bytes.length !== expected) {
    throw new Failure(`--checkpoint ${file}: expected ${expected} bytes, came ${bytes.length}: it is not whole`);
  }
  const parts = words.map((count) => {
    const end = at + count * Uint32Array.BYTES_PER_ELEMENT;
    // A copy, as words may begin at any byte of the file.
    const part = new Uint32Array(Uint8Array.from(bytes.subarray(at, end)).buffer);
    at = end;
    return part;
  });
  return { header: bytes.toString('utf8', length, length + headerBytes), words: parts };
}

/** Writes where an exploration was stopped: beside the file first, so that what it held stays until the new one is whole. */
export function writeCheckpoint(file: string, { header, words }: Checkpoint): void {
  const first = { kind, headerBytes: Buffer.byteLength(header), words: words.map(({ length }) => length) };
  const beside = `${file}.new`;
  const descriptor = openSync(beside, 'w');
  try {
    for (const part of [Buffer.from(`${JSON.stringify(first satisfies FirstLine)}\n${header}`), ...words]) {
      const bytes = Buffer.from(part.buffer, part.byteOffset, part.byteLength);
      for (let at = 0; at < bytes.length;) at += writeSync(descriptor, bytes, at);
    }
  } finally {
    closeSync(descriptor);
  }
  renameSync(beside, file);
  say(`wrote ${file}; the same command goes on from there`);
}

/** Removes what is not needed any more, as the exploration is complete. */
export function removeCheckpoint(file: string): void {
  if (statSync(file, { throwIfNoEntry: false }) === undefined) return;
  rmSync(file);
  say(`removed ${file}, as everything is explored`);
}
