import { messageOf, StreamError } from '../errors.js';
import type { HeadersInput, MessageHeaders } from '../transport/headers.js';
import { decodeValue, encodeValue } from '../values/codec.js';

/** The headers of a request in which a cursor travels: its JSON, and annotations where that does not say it all. */
const cursorHeader = 'Stream-Cursor';
const annotationsHeader = 'Stream-Cursor-Superjson';

const encoder = new TextEncoder();
const decoder = new TextDecoder();

/**
 * The headers that ask for a stream from behind a cursor; none where there is no cursor.
 *
 * @throws {StreamError} `notEncodable` where it is nothing that can be sent.
 */
export function headersOfCursor(since: unknown): HeadersInput {
  if (since === undefined) return {};
  try {
    const { data, superjson } = encodeValue(since, undefined, true);
    return {
      [cursorHeader]: decoder.decode(data),
      ...(superjson === undefined ? {} : { [annotationsHeader]: JSON.stringify(superjson) }),
    };
  } catch (error) {
    throw new StreamError('notEncodable', `since: ${messageOf(error)}`, { cause: error });
  }
}

/**
 * The cursor of a request; undefined where it has none.
 *
 * @throws {StreamError} `notDecodable`.
 */
export function cursorOf(headers: MessageHeaders): unknown {
  const [text] = headers.get(cursorHeader) ?? [];
  if (text === undefined) return undefined;
  const [annotations] = headers.get(annotationsHeader) ?? [];
  return decodeValue(
    { data: encoder.encode(text), ...(annotations === undefined ? {} : { annotations: encoder.encode(annotations) }) },
    undefined,
  );
}
