import type { MemoryConnection } from '../../src/memory-broker/index.js';
import { joinFrames } from '../../src/wire/index.js';

const decoder = new TextDecoder();
const encoder = new TextEncoder();
const announcement = 1;
const joinedFrames = 8;

/**
 * Makes the client of a connection look like one of a later version: its offers and announcements have a higher version
 * and fields that nobody knows yet.
 */
export function alter(connection: MemoryConnection, onAltered: (what: 'request' | 'announcement') => void): void {
  const publish = connection.publish.bind(connection);
  connection.publish = (subject, payload, options) => {
    const bytes = typeof payload === 'string' ? encoder.encode(payload) : (payload ?? new Uint8Array());
    publish(subject, altered(bytes, onAltered), options);
  };
}

function altered(bytes: Uint8Array, onAltered: (what: 'request' | 'announcement') => void): Uint8Array {
  if (bytes[0] === joinedFrames) return joinFrames(framesOf(bytes).map((frame) => altered(frame, onAltered)));
  const brace = bytes.indexOf('{'.charCodeAt(0));
  if (brace === -1) return bytes;
  if (brace > 0 && bytes[0] !== announcement) return bytes;
  const json = JSON.parse(decoder.decode(bytes.subarray(brace))) as Record<string, unknown>;
  const unknown = { later: { than: ['now'] } };
  if (brace > 0) {
    onAltered('announcement');
    return withJson(bytes.subarray(0, brace), { ...json, version: 7, ...unknown });
  }
  const extension = json['extension'] as Record<string, unknown> | undefined;
  if (extension === undefined) return bytes;
  onAltered('request');
  const delivery = { ...(extension['delivery'] as object), ...unknown };
  return withJson(new Uint8Array(), {
    ...json,
    ...unknown,
    extension: { ...extension, version: 7, delivery, ...unknown },
  });
}

/** The frames of a joined one, each after its length as a varint. */
function framesOf(bytes: Uint8Array): readonly Uint8Array[] {
  const frames: Uint8Array[] = [];
  for (let at = 1; at < bytes.length;) {
    let length = 0;
    for (let shift = 0, isMore = true; isMore; shift += 7, at += 1) {
      const byte = bytes[at] ?? 0;
      length |= (byte & 0x7f) << shift;
      isMore = byte > 0x7f;
    }
    frames.push(bytes.subarray(at, at + length));
    at += length;
  }
  return frames;
}

function withJson(head: Uint8Array, json: object): Uint8Array {
  return new Uint8Array([...head, ...encoder.encode(JSON.stringify(json))]);
}
