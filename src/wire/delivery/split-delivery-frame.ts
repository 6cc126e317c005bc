import { VarintReader, varintLength, writeVarint } from '../varint.js';
import {
  decodeDeliveryFrame,
  encodeDeliveryClose,
  encodeFragment,
  fragmentOverheadBytes,
  frameKinds,
  type FragmentFrame,
} from './delivery-frames.js';

/** One of the frames that say together what a larger one said. */
export interface FramePart {
  readonly bytes: Uint8Array;
  /** The number of the first item in it, and the number after the last one. Fragments of one record share a number. */
  readonly first: number;
  readonly end: number;
  readonly isFragment: boolean;
}

/**
 * Says what a frame of records, a fragment or a close says in frames of at most so many bytes each; undefined where
 * these could not even hold a part of a record.
 */
export function splitDeliveryFrame(bytes: Uint8Array, bytesMax: number): readonly FramePart[] | undefined {
  if (bytes[0] === frameKinds.records) return splitRecords(bytes, bytesMax);
  const frame = decodeDeliveryFrame(bytes);
  if (frame?.type === 'fragment') return splitBody(frame, bytesMax);
  if (frame?.type !== 'deliveryClose') throw new Error('expected a frame that is kept, came another');
  const close = encodeDeliveryClose(frame, bytesMax);
  if (close.length > bytesMax) return undefined;
  return [{ bytes: close, first: frame.number, end: frame.number + 1, isFragment: false }];
}

/** The fragments of a body, or of a part of it, of at most so many bytes each; undefined where these could hold nothing. */
export function splitBody(fragment: Omit<FragmentFrame, 'type'>, bytesMax: number): readonly FramePart[] | undefined {
  const partBytesMax = bytesMax - fragmentOverheadBytes;
  const { number, part, offset } = fragment;
  if (partBytesMax < 1 || part.length === 0) return undefined;
  const parts: FramePart[] = [];
  for (let at = 0; at < part.length; at += partBytesMax) {
    const bytes = encodeFragment({ ...fragment, offset: offset + at, part: part.subarray(at, at + partBytesMax) });
    parts.push({ bytes, first: number, end: number + 1, isFragment: true });
  }
  return parts;
}

function splitRecords(bytes: Uint8Array, bytesMax: number): readonly FramePart[] | undefined {
  const reader = new VarintReader(bytes, 1);
  const parts: FramePart[] = [];
  let next = reader.read() ?? 0;
  let first = next;
  let start = reader.offset;
  const cut = (end: number) => {
    if (end > start) parts.push(recordsPart(first, next, bytes.subarray(start, end)));
  };
  while (reader.offset < bytes.length) {
    const entry = reader.offset;
    const head = reader.read() ?? 0;
    const body = bytes.subarray(reader.offset, reader.offset + Math.floor(head / 2));
    reader.offset += body.length;
    if (recordsHeadBytes(first) + reader.offset - start > bytesMax) {
      cut(entry);
      first = next;
      start = entry;
      if (recordsHeadBytes(first) + reader.offset - start > bytesMax) {
        const fragments = splitBody(
          { number: next, isAnnotated: head % 2 === 1, totalBytes: body.length, offset: 0, part: body },
          bytesMax,
        );
        if (fragments === undefined) return undefined;
        parts.push(...fragments);
        first = next + 1;
        start = reader.offset;
      }
    }
    next += 1;
  }
  cut(bytes.length);
  return parts;
}

function recordsHeadBytes(first: number): number {
  return 1 + varintLength(first);
}

/** Records as they stand in a frame already, in a frame of their own. */
function recordsPart(first: number, end: number, records: Uint8Array): FramePart {
  const start = recordsHeadBytes(first);
  const bytes = new Uint8Array(start + records.length);
  bytes[0] = frameKinds.records;
  writeVarint(first, bytes, 1);
  bytes.set(records, start);
  return { bytes, first, end, isFragment: false };
}
