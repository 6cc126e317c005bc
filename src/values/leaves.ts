import SuperJSON from 'superjson';
import { annotationsVersion, type AnnotationType } from './annotations.js';
import { binaryTransformer } from './binary-transformer.js';

/** The most digits of a bigint: the work of reading and writing one grows faster than its length. */
export const bigintDigitsMax = 10_000;

/** The smallest bigint that has one digit too many. Made once: it takes longer than writing a hundred usual ones. */
const bigintTooLong = 10n ** BigInt(bigintDigitsMax);

/** The most characters of all regular expressions of a value together: a few of them can be much work to read. */
export const regexpCharactersMax = 10_000;

/** The most characters of a URL up to its path: the work of reading the name of a host grows faster than its length. */
export const urlAuthorityCharactersMax = 4_096;

/** A value that holds no other: its JSON, and how superjson calls its type. */
export interface WrittenLeaf {
  readonly json: unknown;
  readonly type: AnnotationType;
}

// An instance of its own, so that classes which the application registers with the shared one stay the application's.
const superjson = new SuperJSON();

superjson.registerCustom<ArrayBuffer | ArrayBufferView, { type: string; base64: string }>(binaryTransformer, 'binary');

const authority = /^[a-z][a-z0-9+.-]*:\/\/([^/?#\\]*)/i;

/** The texts of numbers that JSON has not. */
const numbers: readonly unknown[] = ['NaN', 'Infinity', '-Infinity', '-0'];

/** What the JSON of a leaf has to be so that superjson may read it, by type: nothing else is ever written. */
const isWritten = new Map<string, (json: unknown) => boolean>([
  ['undefined', (json) => json === null],
  ['bigint', (json) => isText(json) && json.length <= bigintDigitsMax + 1 && /^-?\d+$/.test(json)],
  ['number', (json) => numbers.includes(json)],
  ['Date', (json) => isText(json) && /^(?:\d{4}|[+-]\d{6})-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(json)],
  ['regexp', (json) => isText(json) && json.length <= regexpCharactersMax && /^\/.+\/[a-z]*$/s.test(json)],
  ['URL', (json) => isText(json) && /^[ -~]*$/.test(json) && authorityLength(json) <= urlAuthorityCharactersMax],
]);

/** Writes a value that JSON has not and that holds no other. @throws {TypeError} where it is too much to be read. */
export function writeLeaf(value: unknown): WrittenLeaf {
  refuseCostly(value);
  const { json, meta } = superjson.serialize(value);
  const [type] = (meta?.values ?? []) as readonly AnnotationType[];
  if (type === undefined) throw new TypeError(`expected a value of a type that superjson knows, came ${typeof value}`);
  return { json, type };
}

/** Reads what {@link writeLeaf} wrote. @throws where it never writes this. */
export function readLeaf(json: unknown, type: AnnotationType): unknown {
  // What plain JSON says of -0 is 0, and where the JSON must stay plain it is what stands there.
  if (type === 'number' && json === 0) return -0;
  const isBinary = Array.isArray(type) && type.length === 2 && type[0] === 'custom' && type[1] === 'binary';
  if (!isBinary && (typeof type !== 'string' || isWritten.get(type)?.(json) !== true)) {
    throw new TypeError(`expected an annotation as it is written, came ${shortTextOf(type)} for ${shortTextOf(json)}`);
  }
  const meta = { values: [type], v: annotationsVersion };
  const value: unknown = superjson.deserialize({ json, meta } as Parameters<typeof superjson.deserialize>[0]);
  const isAsWritten =
    value instanceof Date ? !Number.isNaN(value.getTime()) : !(value instanceof URL) || value.href === json;
  if (!isAsWritten) throw new TypeError(`expected a ${String(type)} as it is written, came ${shortTextOf(json)}`);
  return value;
}

function refuseCostly(value: unknown): void {
  if (typeof value === 'bigint') {
    if (value >= bigintTooLong || value <= -bigintTooLong) {
      throw new TypeError(`expected bigints of at most ${bigintDigitsMax} digits, came a longer one`);
    }
  } else if (value instanceof URL) {
    const length = authorityLength(value.href);
    if (length > urlAuthorityCharactersMax) {
      throw new TypeError(
        `expected URLs of at most ${urlAuthorityCharactersMax} characters up to the path, came ${length}`,
      );
    }
  }
}

function authorityLength(url: string): number {
  return authority.exec(url)?.[1]?.length ?? 0;
}

function isText(json: unknown): json is string {
  return typeof json === 'string';
}

function shortTextOf(json: unknown): string {
  return typeof json === 'object' && json !== null ? 'an object' : String(json).slice(0, 40);
}
