import SuperJSON from 'superjson';
import { binaryTransformer } from './binary-transformer.js';
import { messageOf, StreamError } from '../errors.js';
import { applicableSharedPaths } from './shared-objects.js';
import { unfitAnywhere, unfitForJson } from './unfit-values.js';
import { stringifyGoJson } from '../wire/index.js';

/** An encoding of values as records. Both ends of a stream must be given the same one. */
export interface Codec {
  /** The record of a value. What it throws is what `writeObject` rejects with, as the cause. */
  encode(value: unknown): Uint8Array;
  /** The value of a record. */
  decode(data: Uint8Array): unknown;
}

/** A value on its way over the wire: its bytes, and superjson's annotations where plain JSON does not say it all. */
export interface EncodedValue {
  readonly data: Uint8Array;
  readonly superjson?: unknown;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

// An instance of its own, so that classes which the application registers with the shared one stay the application's.
const superjson = new SuperJSON();

superjson.registerCustom<ArrayBuffer | ArrayBufferView, { type: string; base64: string }>(binaryTransformer, 'binary');

// Asked about each value on the way, it stops those that superjson would leave to JSON, or shorten.
superjson.registerCustom<unknown, never>(
  {
    isApplicable: (value): value is unknown => unfitAnywhere(value) !== undefined,
    serialize: (value) => refuse(unfitAnywhere(value)),
    deserialize: () => refuse('a value that is never written'),
  },
  'unfit',
);

/**
 * Encodes a value as JSON text, with Go's escapes.
 *
 * Towards a peer that reads superjson's annotations these arrive as what they were, at any depth of lists, plain
 * objects, maps and sets: what JSON has, `undefined`, bigints, -0, NaN and the infinities, valid dates, URLs, regular
 * expressions, maps, sets, typed arrays, `DataView`, `ArrayBuffer`, `Buffer` (a `Uint8Array` where there is none), and
 * one object that is held in several places or by itself, but for elements of sets and keys of maps, which are copies
 * where the same object is held elsewhere as well. An error arrives as an `Error` with its name, message and
 * cause. The data are the plain JSON part, so that any reader can still make sense of them; the annotations travel
 * beside them.
 *
 * Towards a plain peer, and inside instances of classes, there is JSON only: a value with `toJSON` is what that gives,
 * a date and a URL their text, an instance the plain object of its own fields, -0 is 0, and a field that is undefined
 * is left out. To both, what JSON drops of an object is dropped: names that are symbols, and names on a list that are
 * no index.
 *
 * Whatever else JSON would change in silence is refused with a {@link StreamError} `notEncodable`: functions, symbols,
 * invalid dates, lists with holes, boxed primitives, and instances that show JSON no field, such as a promise, a
 * `WeakMap` or `URLSearchParams`; and where JSON is all there is also undefined but for fields, bigints, NaN, the
 * infinities, regular expressions, errors, maps, sets, binary data, and cycles. So are towards a peer with annotations
 * fields named `__proto__`, `constructor` or `prototype`, which superjson takes for an attack.
 */
export function encodeValue(value: unknown, codec: Codec | undefined, peerReadsSuperjson: boolean): EncodedValue {
  if (codec !== undefined) {
    const data = guarded('notEncodable', 'the codec cannot encode the value', () => codec.encode(value));
    if (!(data instanceof Uint8Array)) {
      throw new StreamError('notEncodable', `codec.encode: expected a Uint8Array, came ${typeof data}`);
    }
    return { data };
  }
  if (!peerReadsSuperjson) return { data: encodePlain(value) };
  const { json, meta } = guarded('notEncodable', 'superjson cannot encode the value', () => annotate(value));
  const data = encodePlain(json);
  return meta === undefined ? { data } : { data, superjson: meta };
}

function annotate(value: unknown): { readonly json: unknown; readonly meta: unknown } {
  const { json, meta } = superjson.serialize(value);
  if (meta?.referentialEqualities === undefined) return { json, meta };
  const { referentialEqualities, ...rest } = meta;
  const shared = applicableSharedPaths(value, json, referentialEqualities);
  if (shared !== undefined) return { json, meta: { ...rest, referentialEqualities: shared } };
  return { json, meta: rest.values === undefined ? undefined : rest };
}

/** Decodes a record. Throws a {@link StreamError} `notDecodable` where the bytes are not what the codec reads. */
export function decodeValue(record: EncodedValue, codec: Codec | undefined): unknown {
  if (codec !== undefined) {
    return guarded('notDecodable', 'the codec cannot decode the record', () => codec.decode(record.data));
  }
  const json = guarded('notDecodable', 'expected a record of JSON', (): unknown =>
    JSON.parse(decoder.decode(record.data)),
  );
  if (record.superjson === undefined) return json;
  return guarded('notDecodable', 'the annotations do not fit the record', () =>
    superjson.deserialize({ json, meta: record.superjson } as Parameters<typeof superjson.deserialize>[0]),
  );
}

function encodePlain(value: unknown): Uint8Array {
  if (value === undefined)
    throw new StreamError('notEncodable', 'expected a value that JSON can carry, came undefined');
  const text = guarded('notEncodable', 'the value is not JSON', () => {
    refuseWhatJsonChanges(value);
    return stringifyGoJson(value);
  });
  return encoder.encode(text);
}

/** Throws where `JSON.stringify` would turn a value into another one without a word. */
function refuseWhatJsonChanges(root: unknown): void {
  JSON.stringify(root, function (this: unknown, key, json: unknown) {
    // What toJSON made of a value stands in `json`; the value itself is still in its holder.
    const value: unknown = (this as Record<string, unknown>)[key];
    const unfit = json === undefined && Array.isArray(this) ? 'undefined in a list' : unfitForJson(value, json);
    if (unfit !== undefined) refuse(unfit, key);
    return json;
  });
}

function refuse(unfit = 'another', key = ''): never {
  const place = key === '' ? '' : ` at ${JSON.stringify(key)}`;
  throw new TypeError(`expected values that JSON can carry, came ${unfit}${place}`);
}

function guarded<Result>(code: 'notEncodable' | 'notDecodable', what: string, run: () => Result): Result {
  try {
    return run();
  } catch (error) {
    throw new StreamError(code, `${what}: ${messageOf(error)}`, { cause: error });
  }
}
