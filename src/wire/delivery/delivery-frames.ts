import { encodeWithText } from '../close-text.js';
import { parseJsonObject } from '../json-object.js';
import { malformed, type Malformed } from '../malformed.js';
import { VarintReader, varintLength, writeVarint } from '../varint.js';

/** The first byte of an extended frame. A plain frame is JSON, which begins with none of these. */
export const frameKinds = {
  announcement: 1,
  records: 2,
  fragment: 3,
  close: 4,
  grant: 5,
  resume: 6,
  cancel: 7,
  joined: 8,
} as const;

/** A record as it travels: its bytes, and superjson's annotations where plain JSON does not say it all. */
export interface WireRecord {
  readonly data: Uint8Array;
  readonly superjson?: unknown;
  /** The annotations in JSON, where they have been written already. */
  readonly annotations?: Uint8Array;
}

/** The annotations of a record as they travel; undefined where it has none. */
export function annotationsOf({ superjson, annotations }: WireRecord): Uint8Array | undefined {
  return annotations ?? (superjson === undefined ? undefined : encoder.encode(JSON.stringify(superjson)));
}

/**
 * A record as it came. The annotations are their JSON as it travelled: what is read from it takes a multiple of its
 * memory, so it is read when the reader asks for the value.
 */
export interface ReceivedRecord {
  readonly data: Uint8Array;
  readonly annotations?: Uint8Array;
}

/** The producer accepts the extension, says how far it has come, and how often it will be heard. */
export interface AnnouncementFrame {
  readonly type: 'announcement';
  /** The number of the next item to be sent. */
  readonly end: number;
  /** Whether the producer waits for credit. */
  readonly isWanting: boolean;
  readonly terms: AnnouncedTerms;
}

export interface AnnouncedTerms {
  readonly version: number;
  readonly heartbeatIntervalMs: number;
  readonly heartbeatRequestTimeoutMs: number;
  readonly missedHeartbeatsMax: number;
}

export interface RecordsFrame {
  readonly type: 'records';
  /** The number of the first record. */
  readonly first: number;
  readonly records: readonly ReceivedRecord[];
}

/** A part of a record that does not fit into one frame. */
export interface FragmentFrame {
  readonly type: 'fragment';
  /** The number of the record. */
  readonly number: number;
  readonly isAnnotated: boolean;
  /** How many bytes the whole body has, and where this part begins. */
  readonly totalBytes: number;
  readonly offset: number;
  readonly part: Uint8Array;
}

export interface DeliveryCloseFrame {
  readonly type: 'deliveryClose';
  /** The number after that of the last record. */
  readonly number: number;
  /** Whether the producer forgets the stream with this: what is missing cannot be had again. */
  readonly isFinal: boolean;
  readonly code: number;
  readonly text: string;
}

/** Frames that share a message. */
export interface JoinedFrame {
  readonly type: 'joined';
  readonly frames: readonly DeliveryFrame[];
}

export type DeliveryFrame = AnnouncementFrame | RecordsFrame | FragmentFrame | DeliveryCloseFrame;

/** What a consumer says to the producer of one stream. */
export type ControlFrame =
  | {
      /** `resume` asks for everything from `next` on once more. */
      readonly type: 'grant' | 'resume';
      readonly next: number;
      readonly consumed: number;
      readonly consumedBytes: number;
    }
  | { readonly type: 'cancel'; readonly text: string };

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

/** Whether a payload is an extended frame, of whichever side. JSON may begin with the next byte, a tab. */
export function isDeliveryFrame(bytes: Uint8Array): boolean {
  const kind = bytes[0];
  return kind !== undefined && kind >= 1 && kind <= 8;
}

/** The body of a record: its bytes; with annotations, these come first, after their length. */
export function bodyOf(record: WireRecord): Uint8Array {
  const { data } = record;
  const annotations = annotationsOf(record);
  if (annotations === undefined) return data;
  const start = varintLength(annotations.length);
  const body = new Uint8Array(start + annotations.length + data.length);
  writeVarint(annotations.length, body, 0);
  body.set(annotations, start);
  body.set(data, start + annotations.length);
  return body;
}

/** Reads a body back; undefined where it ends within its annotations. */
export function recordOf(body: Uint8Array, isAnnotated: boolean): ReceivedRecord | undefined {
  if (!isAnnotated) return { data: body };
  const reader = new VarintReader(body, 0);
  const length = reader.read();
  if (length === undefined || reader.offset + length > body.length) return undefined;
  const end = reader.offset + length;
  return { data: body.subarray(end), annotations: body.subarray(reader.offset, end) };
}

export function encodeAnnouncement({ end, isWanting, terms }: Omit<AnnouncementFrame, 'type'>): Uint8Array {
  return frame(frameKinds.announcement, [end, isWanting ? 1 : 0], encoder.encode(JSON.stringify(terms)));
}

export function encodeFragment(fragment: Omit<FragmentFrame, 'type'>): Uint8Array {
  const { number, isAnnotated, totalBytes, offset, part } = fragment;
  return frame(frameKinds.fragment, [number, totalBytes * 2 + (isAnnotated ? 1 : 0), offset], part);
}

/** How many bytes a fragment's frame takes beside its part, at most. */
export const fragmentOverheadBytes = 1 + 3 * 8;

/** The text is cut where it is too long, or the frame would have more than `bytesMax` bytes. */
export function encodeDeliveryClose(close: Omit<DeliveryCloseFrame, 'type'>, bytesMax = Infinity): Uint8Array {
  const { number, isFinal, code } = close;
  return encodeWithText(close.text, bytesMax, (text) =>
    frame(frameKinds.close, [number, isFinal ? 1 : 0], encoder.encode(JSON.stringify({ code, text }))),
  );
}

/** The text of a cancel is cut as that of a close is. */
export function encodeControl(control: ControlFrame, bytesMax = Infinity): Uint8Array {
  if (control.type === 'cancel') {
    return encodeWithText(control.text, bytesMax, (text) => frame(frameKinds.cancel, [], encoder.encode(text)));
  }
  return frame(frameKinds[control.type], [control.next, control.consumed, control.consumedBytes], new Uint8Array());
}

/** How many bytes a frame takes in a joined one, at most, beside its own. */
export const joinedOverheadBytes = 8;

/** Puts frames into one message. There must be at least one, and none of them a joined one. */
export function joinFrames(frames: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(frames.reduce((sum, { length }) => sum + varintLength(length) + length, 1));
  bytes[0] = frameKinds.joined;
  let at = 1;
  for (const frame of frames) {
    at = writeVarint(frame.length, bytes, at);
    bytes.set(frame, at);
    at += frame.length;
  }
  return bytes;
}

/**
 * Reads an extended frame of a producer, or the frames that share its message; undefined for a kind that is not known,
 * which is ignored.
 */
export function decodeDeliveryFrame(bytes: Uint8Array): DeliveryFrame | JoinedFrame | Malformed | undefined {
  return bytes[0] === frameKinds.joined ? readJoined(bytes) : decodeSingleFrame(bytes);
}

function decodeSingleFrame(bytes: Uint8Array): DeliveryFrame | Malformed | undefined {
  const reader = new VarintReader(bytes, 1);
  switch (bytes[0]) {
    case frameKinds.announcement:
      return readAnnouncement(bytes, reader);
    case frameKinds.records:
      return readRecords(bytes, reader);
    case frameKinds.fragment:
      return readFragment(bytes, reader);
    case frameKinds.close:
      return readClose(bytes, reader);
    default:
      return undefined;
  }
}

/** Reads what a consumer says; undefined for a kind that is not known, which is ignored. */
export function decodeControl(bytes: Uint8Array): ControlFrame | Malformed | undefined {
  const reader = new VarintReader(bytes, 1);
  switch (bytes[0]) {
    case frameKinds.grant:
    case frameKinds.resume: {
      const [next, consumed, consumedBytes] = [reader.read(), reader.read(), reader.read()];
      if (next === undefined || consumed === undefined || consumedBytes === undefined) {
        return malformed('a grant of three numbers', bytes);
      }
      return { type: bytes[0] === frameKinds.grant ? 'grant' : 'resume', next, consumed, consumedBytes };
    }
    case frameKinds.cancel: {
      const text = parseText(bytes.subarray(1));
      return text === undefined ? malformed('a cancel with a text in UTF-8', bytes) : { type: 'cancel', text };
    }
    default:
      return undefined;
  }
}

function frame(kind: number, numbers: readonly number[], rest: Uint8Array): Uint8Array {
  const start = numbers.reduce((sum, number) => sum + varintLength(number), 1);
  const bytes = new Uint8Array(start + rest.length);
  bytes[0] = kind;
  let at = 1;
  for (const number of numbers) at = writeVarint(number, bytes, at);
  bytes.set(rest, at);
  return bytes;
}

function readJoined(bytes: Uint8Array): JoinedFrame | Malformed {
  const reader = new VarintReader(bytes, 1);
  const frames: DeliveryFrame[] = [];
  const { buffer, byteOffset } = bytes;
  while (reader.offset < bytes.length) {
    const length = reader.read();
    if (length === undefined || length === 0 || reader.offset + length > bytes.length) {
      return malformed('a joined frame of whole frames', bytes);
    }
    const inner = new Uint8Array(buffer, byteOffset + reader.offset, length);
    reader.offset += length;
    if (inner[0] === frameKinds.joined) return malformed('a joined frame of single ones', bytes);
    const frame = decodeSingleFrame(inner);
    if (frame?.type === 'malformed') return frame;
    if (frame !== undefined) frames.push(frame);
  }
  if (bytes.length === 1) return malformed('a joined frame of at least one frame', bytes);
  return { type: 'joined', frames };
}

function readAnnouncement(bytes: Uint8Array, reader: VarintReader): AnnouncementFrame | Malformed {
  const [end, flags] = [reader.read(), reader.read()];
  const terms = parseJsonObject(bytes.subarray(reader.offset));
  if (end === undefined || flags === undefined || terms === undefined) {
    return malformed('an announcement of two numbers and a JSON object', bytes);
  }
  const { version, heartbeatIntervalMs, heartbeatRequestTimeoutMs, missedHeartbeatsMax } = terms;
  if (
    !isPositive(version) ||
    !isPositive(heartbeatIntervalMs) ||
    !isPositive(heartbeatRequestTimeoutMs) ||
    !isPositive(missedHeartbeatsMax)
  ) {
    return malformed('an announcement with a version and the timing of heartbeats', terms);
  }
  return {
    type: 'announcement',
    end,
    isWanting: flags % 2 === 1,
    terms: { version, heartbeatIntervalMs, heartbeatRequestTimeoutMs, missedHeartbeatsMax },
  };
}

function readRecords(bytes: Uint8Array, reader: VarintReader): RecordsFrame | Malformed {
  const first = reader.read();
  if (first === undefined) return malformed('a frame of records with a number', bytes);
  const records: ReceivedRecord[] = [];
  const { buffer, byteOffset } = bytes;
  while (reader.offset < bytes.length) {
    const head = reader.read();
    const length = head === undefined ? Infinity : Math.floor(head / 2);
    const end = reader.offset + length;
    if (head === undefined || end > bytes.length) return malformed('a frame of whole records', bytes);
    // A view of the same memory; that of a Buffer, which a NATS client hands over, would take twice as long to make.
    const record = recordOf(new Uint8Array(buffer, byteOffset + reader.offset, length), head % 2 === 1);
    if (record === undefined) return malformed('a record with annotations in JSON', bytes);
    records.push(record);
    reader.offset = end;
  }
  if (records.length === 0) return malformed('a frame of at least one record', bytes);
  return { type: 'records', first, records };
}

function readFragment(bytes: Uint8Array, reader: VarintReader): FragmentFrame | Malformed {
  const [number, total, offset] = [reader.read(), reader.read(), reader.read()];
  const part = bytes.subarray(reader.offset);
  if (number === undefined || total === undefined || offset === undefined || part.length === 0) {
    return malformed('a fragment of three numbers and some bytes', bytes);
  }
  const totalBytes = Math.floor(total / 2);
  if (offset + part.length > totalBytes) return malformed('a fragment within its record', bytes);
  return { type: 'fragment', number, isAnnotated: total % 2 === 1, totalBytes, offset, part };
}

function readClose(bytes: Uint8Array, reader: VarintReader): DeliveryCloseFrame | Malformed {
  const [number, flags] = [reader.read(), reader.read()];
  const end = parseJsonObject(bytes.subarray(reader.offset));
  const { code, text } = end ?? {};
  if (
    number === undefined ||
    flags === undefined ||
    typeof code !== 'number' ||
    !Number.isSafeInteger(code) ||
    typeof text !== 'string'
  ) {
    return malformed('a close of two numbers and a JSON object with "code" and "text"', bytes);
  }
  return { type: 'deliveryClose', number, isFinal: flags % 2 === 1, code, text };
}

function isPositive(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 1;
}

function parseText(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}
