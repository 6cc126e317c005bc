import type { MemoryConnection } from '../../src/memory-broker/index.js';

const decoder = new TextDecoder();
const encoder = new TextEncoder();
const announcement = 1;

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
  const brace = bytes.indexOf('{'.charCodeAt(0));
  if (brace === -1) return bytes;
  if (brace > 0 && bytes[0] !== announcement) return bytes;
  const json = JSON.parse(decoder.decode(bytes.subarray(brace))) as Record<string, unknown>;
  const unknown = { later: { than: ['now'] } };
  if (brace > 0) {
    onAltered('announcement');
    return joined(bytes.subarray(0, brace), { ...json, version: 7, ...unknown });
  }
  const extension = json['extension'] as Record<string, unknown> | undefined;
  if (extension === undefined) return bytes;
  onAltered('request');
  const delivery = { ...(extension['delivery'] as object), ...unknown };
  return joined(new Uint8Array(), {
    ...json,
    ...unknown,
    extension: { ...extension, version: 7, delivery, ...unknown },
  });
}

function joined(head: Uint8Array, json: object): Uint8Array {
  return new Uint8Array([...head, ...encoder.encode(JSON.stringify(json))]);
}
