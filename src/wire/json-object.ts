/** An object as it was read from JSON. Its keys are a stranger's: read the known ones, never index by another. */
export type JsonObject = Readonly<Record<string, unknown>>;

// As in Go, bytes that are not UTF-8 become U+FFFD and a byte order mark is an error. The data of a record are base64,
// so nothing of theirs is ever replaced.
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** The object that the bytes of a message say, or undefined where they are not JSON, or not an object, or too much. */
export function parseJsonObject(bytes: Uint8Array): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(decoder.decode(bytes));
    return isJsonObject(value) ? value : undefined;
  } catch {
    // A SyntaxError; or, of a huge message, what the engine throws where its stack or its longest string is too short.
    return undefined;
  }
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
