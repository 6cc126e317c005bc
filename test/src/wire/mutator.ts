/** Numbers from 0 to below a limit, the same for the same seed. Mulberry32. */
function createRandom(seed: number) {
  let state = seed >>> 0;
  return (limit: number): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
}

/** JSON texts that stand in for a value. Written as text, since some have no value that writes them. */
const hostileValues = [
  'null',
  'true',
  'false',
  '0',
  '-0',
  '1',
  '2',
  '3',
  '1.0',
  '1.5',
  '-7',
  '1e3',
  '1e300',
  '1e999',
  '-1e999',
  '9007199254740993',
  '123456789012345678901234567890',
  '""',
  '"x"',
  '"YQ"',
  '"YW_-"',
  '"a.b"',
  '"*"',
  '"\\u0000\\ud800"',
  '"\\u202e\\u2028"',
  '"__proto__"',
  '[]',
  '[null]',
  '["a",1]',
  '{}',
  '{"Code":1}',
  '{"length":1}',
  '{"__proto__":{"type":1}}',
  '{"a":["b"]}',
  '{"version":1,"exact":true,"superjson":true}',
] as const;

const hostileKeys = [
  'type',
  'data',
  'closeError',
  'superjson',
  'body',
  'extension',
  'ActiveStreamIds',
  'NonActiveStreamIds',
  '__proto__',
  'constructor',
  'toJSON',
  '',
];

/** Bytes that are no UTF-8: alone, too long, beyond the last character, half of a surrogate pair; and a byte order mark. */
const notUtf8 = [
  [0xff],
  [0x80],
  [0xc0, 0xaf],
  [0xf5, 0x80, 0x80, 0x80],
  [0xed, 0xa0, 0x80],
  [0xe2, 0x98],
  [0xef, 0xbb, 0xbf],
];

/** Where a value stands in the JSON text of a message: from its first character up to the one behind it. */
interface Place {
  readonly start: number;
  readonly end: number;
}

/** The places of all values within a JSON text, the whole one included. Its strings hold no brackets with quotes. */
function placesOf(text: string): readonly Place[] {
  const places: Place[] = [];
  const opened: number[] = [];
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\]|\\.)*"|[[\]{}]|[^\s,:[\]{}"]+/g)) {
    if (token === '[' || token === '{') opened.push(index);
    else
      places.push({ start: token === ']' || token === '}' ? (opened.pop() ?? 0) : index, end: index + token.length });
  }
  return places;
}

/** Makes one damaged message after another out of a good one, the same ones for the same seed. */
export function createMutator(wire: string, seed: number): { next(): Uint8Array } {
  const random = createRandom(seed);
  const good = new TextEncoder().encode(wire);
  const places = placesOf(wire);
  const pick = <Item>(items: readonly Item[]): Item => items[random(items.length)]!;

  const splice = (bytes: Uint8Array, at: number, remove: number, insert: ArrayLike<number>): Uint8Array => {
    const result = new Uint8Array(bytes.length - remove + insert.length);
    result.set(bytes.subarray(0, at));
    result.set(insert, at);
    result.set(bytes.subarray(at + remove), at + insert.length);
    return result;
  };

  const nested = (): string => {
    // Deep enough for any recursion to fail, rarely, since reading it takes long.
    const depth = random(1_000) === 0 ? 100_000 : 1 + random(200);
    return random(2) === 0 ? '['.repeat(depth) + ']'.repeat(depth) : '{"a":'.repeat(depth) + '0' + '}'.repeat(depth);
  };

  const hostile = (): string => (random(20) === 0 ? nested() : pick(hostileValues));

  const damageBytes = (bytes: Uint8Array): Uint8Array => {
    const at = random(bytes.length + 1);
    switch (random(6)) {
      case 0: {
        const flipped = bytes.slice();
        if (at < flipped.length) flipped[at] = (flipped[at] ?? 0) ^ (1 << random(8));
        return flipped;
      }
      case 1:
        return bytes.slice(0, at);
      case 2:
        return splice(
          bytes,
          at,
          0,
          Uint8Array.from({ length: 1 + random(4) }, () => random(256)),
        );
      case 3:
        return splice(bytes, at, Math.min(1 + random(4), bytes.length - at), []);
      case 4:
        return splice(bytes, at, 0, bytes.slice(random(bytes.length + 1)));
      default:
        return splice(bytes, at, 0, pick(notUtf8));
    }
  };

  const damageJson = (): string => {
    const { start, end } = pick(places);
    switch (random(4)) {
      case 0:
      case 1:
        return wire.slice(0, start) + hostile() + wire.slice(end);
      case 2:
        // A field more, or one that is there already, before the others.
        return wire.replace('{', `{${JSON.stringify(pick(hostileKeys))}:${hostile()},`);
      default:
        // The same behind the others, where it counts.
        return wire.replace(/\}$/, `,${JSON.stringify(pick(hostileKeys))}:${hostile()}}`);
    }
  };

  return {
    next() {
      if (random(2) === 0) return new TextEncoder().encode(damageJson());
      let bytes: Uint8Array = good;
      for (let times = 1 + random(3); times > 0; times -= 1) bytes = damageBytes(bytes);
      return bytes;
    },
  };
}
