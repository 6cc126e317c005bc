import { decodeBase64, encodeBase64 } from '../wire/index.js';

/** How bytes stand in the plain JSON part of a value: what they were seen through, and themselves as base64. */
interface WrittenBytes {
  readonly type: string;
  readonly base64: string;
}

type Restore = (bytes: Uint8Array<ArrayBuffer>) => ArrayBuffer | ArrayBufferView;

/** The arrays whose elements are the bytes of a buffer, by the name that each gives itself. */
const views: Readonly<Record<string, new (buffer: ArrayBuffer) => ArrayBufferView>> = {
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
  DataView,
};

const restorers = new Map<string, Restore>([
  ...Object.entries(views).map(([name, View]): [string, Restore] => [name, (bytes) => new View(bytes.buffer)]),
  ['ArrayBuffer', (bytes) => bytes.buffer],
  // Where there is no Buffer, as in a browser, the class that it is a kind of takes its place.
  ['Buffer', (bytes) => (typeof Buffer === 'function' ? Buffer.from(bytes.buffer) : bytes)],
]);

/**
 * Carries binary data through superjson as what they were: the typed arrays, `DataView`, `ArrayBuffer` and Node's
 * `Buffer`. What superjson does by itself loses the bits of NaN and of infinite elements, and knows half of the kinds.
 *
 * The bytes are written as they lie in memory, which is with the least significant one first wherever JavaScript runs
 * today. Each value arrives on a buffer of its own, even where two of them shared one.
 */
export const binaryTransformer = {
  isApplicable: isBinary,
  serialize: (value: ArrayBuffer | ArrayBufferView): { type: string; base64: string } => ({
    type: binaryTypeOf(value),
    base64: encodeBase64(
      ArrayBuffer.isView(value)
        ? new Uint8Array(value.buffer, value.byteOffset, value.byteLength)
        : new Uint8Array(value),
    ),
  }),
  deserialize: (written: unknown): ArrayBuffer | ArrayBufferView => {
    // The peer wrote this, and it may be anything.
    const { type, base64 } = (written as Partial<WrittenBytes> | null) ?? {};
    const restore = typeof type === 'string' ? restorers.get(type) : undefined;
    const bytes = typeof base64 === 'string' ? decodeBase64(base64) : undefined;
    if (restore === undefined || bytes === undefined) {
      throw new TypeError('expected the type and the base64 of binary data');
    }
    // A copy: the decoder may have written into a part of a larger buffer.
    return restore(new Uint8Array(bytes));
  },
};

/** Whether a value is binary data of a kind that is carried. */
export function isBinary(value: unknown): value is ArrayBuffer | ArrayBufferView {
  return restorers.has(binaryTypeOf(value));
}

/** The kind of binary data that a value is, of whatever realm and class; empty where it is none. */
function binaryTypeOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return '';
  if (typeof Buffer === 'function' && value instanceof Buffer) return 'Buffer';
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer) {
    return Object.prototype.toString.call(value).slice('[object '.length, -1);
  }
  return '';
}
