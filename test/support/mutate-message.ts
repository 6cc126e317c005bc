import type { Random } from '../../src/testing/doubles/random.js';

/** What a value in a message is replaced by: another type, another size, another depth. */
const oddValues: readonly string[] = [
  'null',
  'true',
  '0',
  '-1',
  '1.5',
  '1e999',
  '9007199254740993',
  '""',
  '"__proto__"',
  '"_SINBOX.*.>"',
  '"\\ud800"',
  '[]',
  '[null]',
  '{}',
  '{"__proto__":["x"],"constructor":null}',
  `${'['.repeat(5_000)}${']'.repeat(5_000)}`,
  `"${'x'.repeat(5_000)}"`,
];

/** One random change of a message: of a bit, of some bytes, or of what its JSON says. */
export function mutateMessage(message: Uint8Array, random: Random): Uint8Array {
  const at = random.integer(0, message.length);
  const length = random.integer(1, 8);
  const before = message.slice(0, at);
  const after = message.slice(at);
  switch (random.integer(0, 7)) {
    case 0: {
      const flipped = message.slice();
      const place = random.integer(0, message.length - 1);
      flipped[place] = (flipped[place] ?? 0) ^ (1 << random.integer(0, 7));
      return flipped;
    }
    case 1:
      return before;
    case 2:
      return join(before, after.slice(length));
    case 3:
      return join(before, random.bytes(length), after);
    case 4:
      return join(before, message.slice(0, length * 4), after);
    default:
      return replaceValue(message, random);
  }
}

/** Puts an odd value in the place of one string, number, list, map or null of a JSON text. */
function replaceValue(message: Uint8Array, random: Random): Uint8Array {
  const text = new TextDecoder().decode(message);
  const values = [...text.matchAll(/"[^"]*"|\d+|null|\[[^[\]]*\]|\{[^{}]*\}/g)];
  const value = values[random.integer(0, values.length - 1)];
  if (value === undefined) return message;
  const odd = oddValues[random.integer(0, oddValues.length - 1)] ?? '';
  const end = value.index + value[0].length;
  return new TextEncoder().encode(text.slice(0, value.index) + odd + text.slice(end));
}

function join(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}
