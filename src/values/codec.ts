import { annotate } from './annotate.js';
import { checkDepth, depthOfJson } from './depth.js';
import { restore } from './restore.js';
import { refuse, unfitForJson } from './unfit-values.js';
import { messageOf, StreamError } from '../errors.js';
import { stringifyGoJson } from '../wire/index.js';

/** An encoding of values as records. Both ends of a stream must use the same one. */
export interface Codec {
  /** Encodes a value as a record. If it throws, `writeObject` rejects with `notEncodable` and that error as the cause. */
  encode(value: unknown): Uint8Array;
  /** Decodes a record. If it throws, reading fails with `notDecodable` and that error as the cause. */
  decode(data: Uint8Array): unknown;
}

/** A value on its way over the wire: its bytes, and superjson's annotations where plain JSON does not say it all. */
export interface EncodedValue {
  readonly data: Uint8Array;
  readonly superjson?: unknown;
  /** The annotations in JSON, where they have not been read yet. */
  readonly annotations?: Uint8Array;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

/**
 * Encodes a value as JSON text, with Go's escapes.
 *
 * Towards a peer that reads superjson's annotations these arrive as what they were, at any depth of lists, objects,
 * maps, sets and errors: what JSON has, `undefined`, bigints, -0, NaN and the infinities, valid dates, URLs, regular
 * expressions, maps, sets, typed arrays, `DataView`, `ArrayBuffer`, `Buffer` (a `Uint8Array` where there is none), and
 * whatever graph they are in: one object that is held in several places, or by itself, arrives as one. An error arrives
 * as one of its name and of the class of that name, where every engine has it, with its message, its cause and its
 * other own fields, and without its stack. A value with `toJSON` is what that gives, and an instance of another class
 * the plain object of its own fields. The data are the plain JSON part, so that any reader can still make sense of
 * them; the annotations travel beside them.
 *
 * Towards a plain peer there is JSON only: a date and a URL are their text, -0 is 0, a field that is undefined is left
 * out, and one object in several places is several. To both, what JSON drops of an object is dropped: names that are
 * symbols, and names on a list or a typed array that are no index.
 *
 * Whatever else would change in silence is refused with a {@link StreamError} `notEncodable`: functions, symbols,
 * invalid dates, lists with holes, boxed primitives, maps, sets, dates, URLs and regular expressions with fields of
 * their own, members of a set or keys of a map that `toJSON` makes equal, instances that show JSON no field, such as a
 * promise, a `WeakMap` or `URLSearchParams`, and what is nested to a depth of more than 1,000; where JSON is all there
 * is also undefined but for fields, bigints, NaN, the infinities, regular expressions, errors, maps, sets, binary data,
 * and cycles; and where it is not, what would be much work to read: see Limits in PROTOCOL.md.
 */
export function encodeValue(value: unknown, codec: Codec | undefined, peerReadsSuperjson: boolean): EncodedValue {
  return encode(value, codec, peerReadsSuperjson ? 'annotated' : 'plain');
}

/**
 * Encodes the body of a request, whose reader is not known yet: one that does not know the annotations reads the data
 * alone. So these are what `JSON.stringify` makes of the value wherever that loses nothing but what dates, URLs, -0 and
 * fields that are undefined are.
 */
export function encodeBody(value: unknown, codec: Codec | undefined, isAnnotated: boolean): EncodedValue {
  return encode(value, codec, isAnnotated ? 'annotatedBody' : 'plain');
}

function encode(value: unknown, codec: Codec | undefined, form: 'plain' | 'annotated' | 'annotatedBody'): EncodedValue {
  if (codec !== undefined) {
    const data = guarded('notEncodable', 'the codec cannot encode the value', () => codec.encode(value));
    if (!(data instanceof Uint8Array)) {
      throw new StreamError('notEncodable', `codec.encode: expected a Uint8Array, came ${typeof data}`);
    }
    return { data };
  }
  if (form === 'plain') return { data: encodePlain(value) };
  return guarded('notEncodable', 'the value cannot be encoded', () => {
    const { json, annotations } = annotate(value, form === 'annotatedBody');
    const data = encoder.encode(stringifyGoJson(json));
    return annotations === undefined ? { data } : { data, superjson: annotations };
  });
}

/** Decodes a record. Throws a {@link StreamError} `notDecodable` where the bytes are not what the codec reads. */
export function decodeValue(record: EncodedValue, codec: Codec | undefined): unknown {
  if (codec !== undefined) {
    return guarded('notDecodable', 'the codec cannot decode the record', () => codec.decode(record.data));
  }
  const json = guarded('notDecodable', 'expected a record of JSON', (): unknown => {
    checkDepth(depthOfJson(record.data));
    return JSON.parse(decoder.decode(record.data));
  });
  const { superjson, annotations } = record;
  if (superjson === undefined && annotations === undefined) return json;
  return guarded('notDecodable', 'the annotations do not fit the record', () =>
    restore(json, annotations === undefined ? superjson : JSON.parse(decoder.decode(annotations))),
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

/** Throws where `JSON.stringify` would turn a value into another one without a word, or the value is nested too deep. */
function refuseWhatJsonChanges(root: unknown): void {
  const holders: unknown[] = [];
  JSON.stringify(root, function (this: unknown, key, json: unknown) {
    // What toJSON made of a value stands in `json`; the value itself is still in its holder.
    const value: unknown = (this as Record<string, unknown>)[key];
    const unfit = json === undefined && Array.isArray(this) ? 'undefined in a list' : unfitForJson(value, json);
    if (unfit !== undefined) refuse(unfit, key);
    while (holders.length > 0 && holders.at(-1) !== this) holders.pop();
    if (typeof json === 'object' && json !== null) {
      // What holds the root is none of the value's.
      checkDepth(holders.push(json));
    }
    return json;
  });
}

function guarded<Result>(code: 'notEncodable' | 'notDecodable', what: string, run: () => Result): Result {
  try {
    return run();
  } catch (error) {
    throw new StreamError(code, `${what}: ${messageOf(error)}`, { cause: error });
  }
}
