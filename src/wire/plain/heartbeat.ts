import { compareCodePoints, stringifyGoJson } from './go-json.js';
import { isJsonObject, parseJsonObject, type JsonObject } from '../json-object.js';
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
  /** How listed streams were closed whose inboxes cannot be reached, by stream id. Never with 1000. */
  readonly closes?: ReadonlyMap<string, HeartbeatClose>;
}

export interface HeartbeatClose {
  readonly code: number;
  readonly text: string;
}

/** A consumer's answer: those that are not. */
export interface HeartbeatResponse {
  readonly type: 'heartbeatResponse';
  readonly streams: SubjectStreams;
}

const requestField = 'ActiveStreamIds';
const closesField = 'closes';
const responseField = 'NonActiveStreamIds';

/** The code that says of a stream that it is complete. */
const normalCode = 1000;

const encoder = new TextEncoder();

/** Writes `{"ActiveStreamIds":{"<subject>":["<id>"]}}`, subjects in Go's order, those named twice put together. */
export function encodeHeartbeatRequest(
  streams: NullableSubjectStreams,
  closes: ReadonlyMap<string, HeartbeatClose> = new Map(),
): Uint8Array {
  if (closes.size === 0) return encodeStreams(requestField, streams);
  const written = Array.from(
    closes,
    ([id, { code, text }]) => `${stringifyGoJson(id)}:{"Code":${code},"Text":${stringifyGoJson(text)}}`,
  );
  return encoder.encode(`{"${requestField}":${stringifyMap(streams ?? [])},"${closesField}":{${written.join(',')}}}`);
}

/** Writes `{"NonActiveStreamIds":{"<subject>":["<id>"]}}`, as {@link encodeHeartbeatRequest}. */
export function encodeHeartbeatResponse(streams: NullableSubjectStreams): Uint8Array {
  return encodeStreams(responseField, streams);
}

/** Reads a heartbeat request. No map, like a null one, says that there are no streams; a null list is empty. */
export function decodeHeartbeatRequest(bytes: Uint8Array): HeartbeatRequest | Malformed {
  const message = parseJsonObject(bytes);
  const streams = readStreams(requestField, message, bytes);
  if (isMalformed(streams)) return streams;
  const closes = readCloses(message?.[closesField], streams);
  return { type: 'heartbeatRequest', streams, ...(closes.size === 0 ? {} : { closes }) };
}

/** Reads a heartbeat response, as {@link decodeHeartbeatRequest}. */
export function decodeHeartbeatResponse(bytes: Uint8Array): HeartbeatResponse | Malformed {
  const streams = readStreams(responseField, parseJsonObject(bytes), bytes);
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

function readStreams(field: string, message: JsonObject | undefined, bytes: Uint8Array): SubjectStreams | Malformed {
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

/** The closes of listed streams. What is none is passed over, as any field is that a peer does not know. */
function readCloses(given: unknown, streams: SubjectStreams): ReadonlyMap<string, HeartbeatClose> {
  const closes = new Map<string, HeartbeatClose>();
  if (!isJsonObject(given)) return closes;
  const listed = new Set(streams.flatMap(({ streamIds }) => streamIds));
  for (const [id, close] of Object.entries(given)) {
    if (!listed.has(id) || !isJsonObject(close)) continue;
    const { Code: code, Text: text } = close;
    // Nobody knows what came before it, so it cannot say that the stream is complete.
    if (typeof code !== 'number' || !Number.isSafeInteger(code) || code === normalCode || typeof text !== 'string')
      continue;
    closes.set(id, { code, text });
  }
  return closes;
}

function isStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}

function isMalformed(streams: SubjectStreams | Malformed): streams is Malformed {
  return 'type' in streams;
}
