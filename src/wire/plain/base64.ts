import { readBase64ByTable, writeBase64ByTable } from './base64-table.js';

/**
 * Base64 as Go's `base64.StdEncoding` has it: the standard alphabet, padded, carriage returns and line feeds ignored
 * on reading, bits left over in the last character ignored as well. Anything else is invalid.
 *
 * Node's Buffer is the faster way for long data and the slower one for short, where the call costs more than the work.
 * It is no way to tell valid text from invalid, for it skips what it does not know and takes the URL alphabet too.
 */
const NodeBuffer = (globalThis as { readonly Buffer?: typeof Buffer }).Buffer;

/** From this many bytes of data on, Buffer is faster than the table. Measured on Node 20; the optimum is flat. */
const bufferFromBytes = 256;

const padding = 0x3d;
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The number of characters that `bytes` bytes of data take. */
export function base64Length(bytes: number): number {
  return Math.ceil(bytes / 3) * 4;
}

/** Writes `data` as base64 into `out`, from the index `at`. There must be room for `base64Length(data.length)` bytes. */
export function writeBase64(data: Uint8Array, out: Uint8Array, at: number): void {
  if (NodeBuffer === undefined || data.length < bufferFromBytes) {
    writeBase64ByTable(data, out, at);
    return;
  }
  const text = NodeBuffer.from(data.buffer, data.byteOffset, data.length).toString('base64');
  NodeBuffer.from(out.buffer, out.byteOffset, out.length).write(text, at, 'latin1');
}

/**
 * The data of the base64 characters from `start` up to `end` in `text`, in memory of their own, or undefined where
 * they are not valid. Line breaks are not valid here: JSON text has none inside a string.
 */
export function readBase64(text: Uint8Array, start: number, end: number): Uint8Array | undefined {
  const length = decodedLength(text, start, end);
  if (length === undefined) return undefined;
  const data = new Uint8Array(length);
  const isValid =
    NodeBuffer === undefined || length < bufferFromBytes
      ? readBase64ByTable(text, start, data)
      : readByBuffer(NodeBuffer, text, start, end, data);
  return isValid ? data : undefined;
}

/** The data as base64 text. */
export function encodeBase64(bytes: Uint8Array): string {
  const text = new Uint8Array(base64Length(bytes.length));
  writeBase64(bytes, text, 0);
  return decoder.decode(text);
}

/** The data of a base64 text, or undefined where it is not valid. */
export function decodeBase64(text: string): Uint8Array | undefined {
  // Characters beyond ASCII become bytes beyond it, none of which is in the alphabet.
  const bytes = encoder.encode(text.replace(/[\r\n]+/g, ''));
  return readBase64(bytes, 0, bytes.length);
}

function decodedLength(text: Uint8Array, start: number, end: number): number | undefined {
  const length = end - start;
  if (length % 4 !== 0) return undefined;
  if (length === 0 || text[end - 1] !== padding) return (length / 4) * 3;
  return (length / 4) * 3 - (text[end - 2] === padding ? 2 : 1);
}

/**
 * Buffer skips each character that it does not know, or stops there, so that invalid text yields fewer bytes than its
 * length promises. Only the two characters of the URL alphabet have to be looked for.
 */
function readByBuffer(
  buffer: typeof Buffer,
  text: Uint8Array,
  start: number,
  end: number,
  out: Uint8Array<ArrayBuffer>,
): boolean {
  const characters = buffer.from(text.buffer, text.byteOffset, text.length).toString('latin1', start, end);
  if (characters.includes('-') || characters.includes('_')) return false;
  return buffer.from(out.buffer).write(characters, 'base64') === out.length;
}
