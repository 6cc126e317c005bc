const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Bytes in JSON: as text where they are UTF-8, else in base64. */
export type JsonBytes = { readonly text: string } | { readonly base64: string };

export function toJsonBytes(bytes: Uint8Array): JsonBytes {
  try {
    return { text: strict.decode(bytes) };
  } catch {
    return { base64: Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64') };
  }
}
