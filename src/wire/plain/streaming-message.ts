import { encodeWithText } from '../close-text.js';
import { base64Length, decodeBase64, encodeBase64, readBase64, writeBase64 } from './base64.js';
import { stringifyGoJson } from './go-json.js';
import { isJsonObject, parseJsonObject, type JsonObject } from '../json-object.js';
import { malformed, type Malformed } from '../malformed.js';

/** A record. `superjson` is what superjson calls `meta`, from a peer that annotates its values. */
export interface DataFrame {
  readonly type: 'data';
  readonly data: Uint8Array;
  readonly superjson?: unknown;
}

/** The end of a stream. 1000 is normal; codes beyond the named ones are legal. */
export interface CloseFrame {
  readonly type: 'close';
  readonly code: number;
  readonly text: string;
}

/** A frame of a type that is not known. Go logs and drops these, which leaves room for extensions. */
export interface UnknownFrame {
  readonly type: 'unknown';
  readonly wireType: number;
}

const wireType = { data: 1, close: 2 } as const;

const encoder = new TextEncoder();
const plainStart = encoder.encode(`{"type":${wireType.data},"data":"`);
const plainEnd = encoder.encode('"}');

/**
 * Writes `{"type":1,"data":"<base64>"}`, without the field `data` where there are none, as Go does; with one more
 * field `superjson` where annotations are given. Those must have a JSON text: see `stringifyGoJson`.
 */
export function encodeDataFrame(data: Uint8Array, superjson?: unknown): Uint8Array {
  if (data.length > 0 && superjson === undefined) return encodePlainDataFrame(data);
  const fields = {
    type: wireType.data,
    ...(data.length > 0 ? { data: encodeBase64(data) } : {}),
    ...(superjson === undefined ? {} : { superjson }),
  };
  return encoder.encode(stringifyGoJson(fields));
}

/** How many bytes of data fit into the frame of a message of so many bytes, without annotations. */
export function plainRecordBytesMax(payloadBytesMax: number): number {
  return Math.max(0, Math.floor((payloadBytesMax - plainStart.length - plainEnd.length) / 4) * 3);
}

/**
 * Writes `{"type":2,"closeError":{"Code":…,"Text":"…"}}`. The code must be an integer. The text is cut where it is too
 * long, or the frame would have more than `bytesMax` bytes.
 */
export function encodeCloseFrame(code: number, text: string, bytesMax = Infinity): Uint8Array {
  return encodeWithText(text, bytesMax, (kept) =>
    encoder.encode(stringifyGoJson({ type: wireType.close, closeError: { Code: code, Text: kept } })),
  );
}

/**
 * Reads a frame of any kind. Fields that are not known are ignored. What Go reads beyond what Go writes is deliberately
 * not read: names of fields in another case, and data as an array of numbers. A frame without a type, which Go takes
 * for type 0 and drops, is malformed, for a reader that has lost a record must hear of it.
 */
export function decodeStreamFrame(bytes: Uint8Array): DataFrame | CloseFrame | UnknownFrame | Malformed {
  return decodePlainDataFrame(bytes) ?? decodeJsonFrame(bytes);
}

/** The same as {@link decodeStreamFrame} without its short way, which this one must never differ from. */
export function decodeJsonFrame(bytes: Uint8Array): DataFrame | CloseFrame | UnknownFrame | Malformed {
  const frame = parseJsonObject(bytes);
  if (frame === undefined) return malformed('a frame as a JSON object', bytes);
  const type = frame['type'];
  if (!isInteger(type)) return malformed('a frame with an integer "type"', type);
  switch (type) {
    case wireType.data:
      return readDataFrame(frame);
    case wireType.close:
      return readCloseFrame(frame);
    default:
      return { type: 'unknown', wireType: type };
  }
}

function encodePlainDataFrame(data: Uint8Array): Uint8Array {
  const length = base64Length(data.length);
  const frame = new Uint8Array(plainStart.length + length + plainEnd.length);
  frame.set(plainStart);
  writeBase64(data, frame, plainStart.length);
  frame.set(plainEnd, plainStart.length + length);
  return frame;
}

/**
 * Reads the shape in which nearly all frames come without parsing JSON. Nothing but the base64 alphabet can stand
 * between its fixed start and end, so there is no escape, no further field and no other reading of it.
 */
function decodePlainDataFrame(bytes: Uint8Array): DataFrame | undefined {
  const end = bytes.length - plainEnd.length;
  if (end < plainStart.length || bytes[end] !== plainEnd[0] || bytes[end + 1] !== plainEnd[1]) return undefined;
  for (let index = 0; index < plainStart.length; index += 1) {
    if (bytes[index] !== plainStart[index]) return undefined;
  }
  const data = readBase64(bytes, plainStart.length, end);
  return data === undefined ? undefined : { type: 'data', data };
}

function readDataFrame(frame: JsonObject): DataFrame | Malformed {
  const text = frame['data'] ?? '';
  const data = typeof text === 'string' ? decodeBase64(text) : undefined;
  if (data === undefined) return malformed('"data" in base64', text);
  const superjson = frame['superjson'] ?? undefined;
  return superjson === undefined ? { type: 'data', data } : { type: 'data', data, superjson };
}

function readCloseFrame(frame: JsonObject): CloseFrame | Malformed {
  const closeError = frame['closeError'];
  if (!isJsonObject(closeError)) return malformed('a close frame with a "closeError"', closeError);
  const code = closeError['Code'];
  if (!isInteger(code)) return malformed('a close frame with an integer "Code"', code);
  const text = closeError['Text'] ?? '';
  if (typeof text !== 'string') return malformed('a close frame with a string "Text"', text);
  return { type: 'close', code, text };
}

/** Beyond the safe integers a number is not the one that was sent any more. */
function isInteger(value: unknown): value is number {
  return Number.isSafeInteger(value);
}
