import { printable } from './printable.js';

/** What a reader of bytes returns instead of a value. Reads as `expected ${expected}, came ${came}`. */
export interface Malformed {
  readonly type: 'malformed';
  readonly expected: string;
  /** What came, or the beginning of it: printable, and at most {@link cameLengthMax} UTF-16 units long. */
  readonly came: string;
}

/** The longest text in `came`. It goes into warnings and close texts, whatever a stranger has sent. */
export const cameLengthMax = 160;

const excerptLength = 120;

// The excerpt is cut from so many bytes at the most; a character takes four at the most.
const excerptBytes = 4 * excerptLength;
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Says what was expected and what came: bytes of a message, or a value that was read from them. */
export function malformed(expected: string, came: unknown): Malformed {
  return { type: 'malformed', expected, came: describe(came) };
}

/** Never goes into a value: it may be as deep or as large as a stranger has made it. */
function describe(came: unknown): string {
  if (came instanceof Uint8Array) return describeBytes(came);
  if (Array.isArray(came)) return `an array of ${came.length}`;
  switch (typeof came) {
    case 'undefined':
      return 'nothing';
    case 'string':
      return `"${excerpt(came)}"`;
    case 'object':
      return came === null ? 'null' : 'an object';
    case 'number':
    case 'boolean':
    case 'bigint':
      return excerpt(String(came));
    default:
      return `a ${typeof came}`;
  }
}

function describeBytes(bytes: Uint8Array): string {
  if (bytes.length === 0) return 'an empty message';
  return `${bytes.length} bytes: ${excerpt(decoder.decode(bytes.subarray(0, excerptBytes)))}`;
}

function excerpt(text: string): string {
  const isWhole = text.length <= excerptLength;
  // Half of a surrogate pair at the cut is replaced as well.
  const start = printable(isWhole ? text : text.slice(0, excerptLength - 1));
  return isWhole ? start : `${start}…`;
}
