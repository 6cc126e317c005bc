import { compareCodePoints, stringifyGoJson } from './go-json.js';
import { isJsonObject, parseJsonObject } from '../json-object.js';
import { malformed, type Malformed } from '../malformed.js';

/**
 * Stream ids by the subject on which the streams were requested. On the wire it is an object; here it is an array, for
 * subjects are a stranger's strings and one of them may be `__proto__`.
 */
export type SubjectStreams = readonly { readonly subject: string; readonly streamIds: readonly string[] }[];

/** The same with Go's nil map and nil lists, which are written as null and read as none. */
export type NullableSubjectStreams =
  readonly { readonly subject: string; readonly streamIds: readonly string[] | null }[] | null;

/** A producer's question: which of these streams are not live? */
export interface HeartbeatRequest {
  readonly type: 'heartbeatRequest';
  readonly streams: SubjectStreams;
}

/** A consumer's answer: those that are not. */
export interface HeartbeatResponse {
  readonly type: 'heartbeatResponse';
  readonly streams: SubjectStreams;
}

const requestField = 'ActiveStreamIds';
const responseField = 'NonActiveStreamIds';

const encoder = new TextEncoder();

/** Writes `{"ActiveStreamIds":{"<subject>":["<id>"]}}`, subjects in Go's order, those named twice put together. */
export function encodeHeartbeatRequest(streams: NullableSubjectStreams): Uint8Array {
  return encodeStreams(requestField, streams);
}

/** Writes `{"NonActiveStreamIds":{"<subject>":["<id>"]}}`, as {@link encodeHeartbeatRequest}. */
export function encodeHeartbeatResponse(streams: NullableSubjectStreams): Uint8Array {
  return encodeStreams(responseField, streams);
}

/** Reads a heartbeat request. No map, like a null one, says that there are no streams; a null list is empty. */
export function decodeHeartbeatRequest(bytes: Uint8Array): HeartbeatRequest | Malformed {
  const streams = decodeStreams(requestField, bytes);
  return isMalformed(streams) ? streams : { type: 'heartbeatRequest', streams };
}

/** Reads a heartbeat response, as {@link decodeHeartbeatRequest}. */
export function decodeHeartbeatResponse(bytes: Uint8Array): HeartbeatResponse | Malformed {
  const streams = decodeStreams(responseField, bytes);
  return isMalformed(streams) ? streams : { type: 'heartbeatResponse', streams };
}

function encodeStreams(field: string, streams: NullableSubjectStreams): Uint8Array {
  return encoder.encode(`{"${field}":${streams === null ? 'null' : stringifyMap(streams)}}`);
}

function stringifyMap(streams: NonNullable<NullableSubjectStreams>): string {
  const bySubject = new Map<string, readonly string[] | null>();
  for (const { subject, streamIds } of streams) {
    // A key that is written twice would be read once.
    const before = bySubject.get(subject);
    bySubject.set(subject, before ? before.concat(streamIds ?? []) : streamIds);
  }
  const sorted = Array.from(bySubject).sort(([a], [b]) => compareCodePoints(a, b));
  return `{${sorted.map(([subject, ids]) => `${stringifyGoJson(subject)}:${stringifyGoJson(ids)}`).join(',')}}`;
}

function decodeStreams(field: string, bytes: Uint8Array): SubjectStreams | Malformed {
  const message = parseJsonObject(bytes);
  if (message === undefined) return malformed('a heartbeat as a JSON object', bytes);
  const map = message[field] ?? {};
  if (!isJsonObject(map)) return malformed(`"${field}" as an object`, map);
  const streams: { subject: string; streamIds: readonly string[] }[] = [];
  for (const [subject, ids] of Object.entries(map)) {
    const streamIds = ids ?? [];
    if (!isStrings(streamIds)) return malformed(`"${field}" with arrays of strings`, streamIds);
    streams.push({ subject, streamIds });
  }
  return streams;
}

function isStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function isMalformed(streams: SubjectStreams | Malformed): streams is Malformed {
  return 'type' in streams;
}
