/** The headers of a received message: the values of each name, in the order in which they were sent. */
export type MessageHeaders = ReadonlyMap<string, readonly string[]>;

/** Headers as connections take and give them: the clients of both generations call these methods of theirs. */
export interface HeaderBlock {
  /**
   * The status: 503 on the empty message by which a server says that nobody subscribes; 0 where there is none. A peer
   * can send one as well.
   */
  readonly code: number;
  keys(): string[];
  values(name: string): string[];
  /** As they go over the wire, between the subject and the payload. */
  encode(): Uint8Array;
}

/** Headers to send: one value or several per name. */
export type HeadersInput = Readonly<Record<string, string | readonly string[]>>;

const encoder = new TextEncoder();

/** Makes headers that were checked, with a status; undefined where there are neither. */
export function createHeaders(given: HeadersInput | undefined, code = 0): HeaderBlock | undefined {
  const entries = Object.entries(given ?? {}).map(
    ([name, value]) => [name, typeof value === 'string' ? [value] : [...value]] as const,
  );
  const lines = entries.flatMap(([name, values]) => values.map((value) => `${name}: ${value}\r\n`));
  if (lines.length === 0 && code === 0) return undefined;
  const byName = new Map(entries);
  const bytes = encoder.encode(`NATS/1.0${code === 0 ? '' : ` ${code}`}\r\n${lines.join('')}\r\n`);
  return {
    code,
    keys: () => [...byName.keys()],
    values: (name) => [...(byName.get(name) ?? [])],
    encode: () => bytes,
  };
}

const none: MessageHeaders = new Map();

/** The headers of a message that came. Names are told apart by their case, as NATS does. */
export function readHeaders(
  headers:
    { readonly keys?: () => readonly string[]; readonly values?: (name: string) => readonly string[] } | undefined,
): MessageHeaders {
  if (headers?.keys === undefined || headers.values === undefined) return none;
  const read = new Map<string, readonly string[]>();
  for (const name of headers.keys()) read.set(name, Object.freeze([...headers.values(name)]));
  return read;
}
