import { decodeBase64, encodeBase64 } from './base64.js';
import { stringifyGoJson } from './go-json.js';
import { isJsonObject, parseJsonObject, type JsonObject } from '../json-object.js';
import { malformed, type Malformed } from '../malformed.js';
import { heartbeatSubject, inboxSubject, isConsumerId, isImportReply, isStreamId } from '../subjects.js';

/** What a consumer offers beyond the protocol of plain peers, which ignore it. */
export interface ExtensionOffer {
  /** From 1. A peer that knows a lower version reads the fields which it knows. */
  readonly version: number;
  /** Whether the consumer reports exactly the streams that are not live, so that a report can be believed at once. */
  readonly exact: boolean;
  /** Whether the consumer reads superjson's annotations. */
  readonly superjson: boolean;
  /** What superjson calls `meta`, of the body of this request, where the body does not say it all. */
  readonly bodySuperjson?: unknown;
  /** What the consumer takes without a word: the delivery extension, where the producer accepts it. */
  readonly delivery?: DeliveryOffer;
  /** How long the consumer will read at most, in milliseconds from the request, so that no clocks need agree. */
  readonly timeoutMs?: number;
}

/** Whole numbers from 1. Source: PROTOCOL.md, Delivery. */
export interface DeliveryOffer {
  /** How many records, and bytes of records, may be under way before the consumer grants more. */
  readonly windowRecords: number;
  readonly windowBytes: number;
  /** The largest record that the consumer takes. */
  readonly recordBytesMax: number;
  /**
   * Whether the consumer reads frames that hold several.
   *
   * @default false
   */
  readonly joined?: boolean;
}

/** The request that opens a stream. */
export interface OpenRequest {
  readonly type: 'open';
  readonly consumerId: string;
  readonly streamId: string;
  readonly heartBeatRequestSub: string;
  /** What the application asks for. Go tells no body, null, from an empty one. */
  readonly body: Uint8Array | null;
  readonly extension?: ExtensionOffer;
}

const encoder = new TextEncoder();

/** Writes `{"consumerId":…,"streamId":…,"heartBeatRequestSub":…,"body":…}`, and `extension` at the end if there is one. */
export function encodeOpenRequest(request: Omit<OpenRequest, 'type'>): Uint8Array {
  const { consumerId, streamId, heartBeatRequestSub, body, extension } = request;
  const fields = {
    consumerId,
    streamId,
    heartBeatRequestSub,
    body: body === null ? null : encodeBase64(body),
    ...(extension === undefined ? {} : { extension: pickOffer(extension) }),
  };
  return encoder.encode(stringifyGoJson(fields));
}

/** Reads an open request. Whether it may be served is for {@link checkAddresses} to say. */
export function decodeOpenRequest(bytes: Uint8Array): OpenRequest | Malformed {
  const fields = parseJsonObject(bytes);
  if (fields === undefined) return malformed('a request as a JSON object', bytes);
  const { consumerId, streamId, heartBeatRequestSub } = fields;
  if (typeof consumerId !== 'string') return malformed('a request with a string "consumerId"', consumerId);
  if (typeof streamId !== 'string') return malformed('a request with a string "streamId"', streamId);
  if (typeof heartBeatRequestSub !== 'string') {
    return malformed('a request with a string "heartBeatRequestSub"', heartBeatRequestSub);
  }
  const body = readBody(fields);
  if (body === undefined) return malformed('a request with a "body" in base64', fields['body']);
  const extension = readOffer(fields['extension']);
  const request = { type: 'open', consumerId, streamId, heartBeatRequestSub, body } as const;
  return extension === undefined ? request : { ...request, extension };
}

/**
 * Says which address of a request is not the consumer's own, or undefined where all are. Frames and heartbeats go
 * where a request says: without this check anyone could aim a producer at a foreign subject. The reply subject of a
 * request that came from another account was written anew by the server, and leads to where the inbox is.
 */
export function checkAddresses(request: OpenRequest, reply: string | undefined): Malformed | undefined {
  const { consumerId, streamId, heartBeatRequestSub } = request;
  if (!isConsumerId(consumerId)) return malformed('a "consumerId" such as _SINBOX.<token>.', consumerId);
  if (!isStreamId(streamId)) return malformed('a "streamId" of one token', streamId);
  const heartbeat = heartbeatSubject(consumerId);
  if (heartBeatRequestSub !== heartbeat)
    return malformed(`the "heartBeatRequestSub" ${heartbeat}`, heartBeatRequestSub);
  const inbox = inboxSubject(consumerId, streamId);
  return reply === inbox || isImportReply(reply) ? undefined : malformed(`the reply subject ${inbox}`, reply);
}

function readBody(fields: JsonObject): Uint8Array | null | undefined {
  const body = fields['body'] ?? null;
  if (body === null) return null;
  return typeof body === 'string' ? decodeBase64(body) : undefined;
}

/** An offer that cannot be understood is none: the stream works as with a plain peer. */
function readOffer(offer: unknown): ExtensionOffer | undefined {
  if (!isJsonObject(offer)) return undefined;
  const { version, exact = false, superjson = false } = offer;
  if (typeof version !== 'number' || !Number.isSafeInteger(version) || version < 1) return undefined;
  if (typeof exact !== 'boolean' || typeof superjson !== 'boolean') return undefined;
  return pickOffer({
    version,
    exact,
    superjson,
    ...readBodySuperjson(offer['bodySuperjson']),
    ...readDelivery(offer['delivery']),
    ...readTimeout(offer['timeoutMs']),
  });
}

/** Annotations of any shape: whether they fit the body is for its reader to say. */
function readBodySuperjson(annotations: unknown): { readonly bodySuperjson?: unknown } {
  return (annotations ?? undefined) === undefined ? {} : { bodySuperjson: annotations };
}

/** As with the whole offer, one that cannot be understood is none. */
function readDelivery(offer: unknown): { readonly delivery?: DeliveryOffer } {
  if (!isJsonObject(offer)) return {};
  const { windowRecords, windowBytes, recordBytesMax, joined } = offer;
  if (!isCount(windowRecords) || !isCount(windowBytes) || !isCount(recordBytesMax)) return {};
  return { delivery: pickDelivery({ windowRecords, windowBytes, recordBytesMax, joined: joined === true }) };
}

function readTimeout(timeoutMs: unknown): { readonly timeoutMs?: number } {
  return isCount(timeoutMs) ? { timeoutMs } : {};
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 1;
}

/** Fixes the order of the fields, and leaves out what an object of the caller's may have besides. */
function pickOffer(offer: ExtensionOffer): ExtensionOffer {
  const { version, exact, superjson, bodySuperjson, delivery, timeoutMs } = offer;
  return {
    version,
    exact,
    superjson,
    ...(bodySuperjson === undefined ? {} : { bodySuperjson }),
    ...(delivery === undefined ? {} : { delivery: pickDelivery(delivery) }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  };
}

function pickDelivery({ windowRecords, windowBytes, recordBytesMax, joined }: DeliveryOffer): DeliveryOffer {
  const offer = { windowRecords, windowBytes, recordBytesMax };
  return joined === true ? { ...offer, joined } : offer;
}
