import type { NatsConnection } from '../transport/nats-connection.js';

/** What every stream is granted, however many there are. */
const leastWindowBytes = 16 * 1024;

/** A stream is granted no more than this share of what is left, so that later ones find more than the least. */
const windowShare = 1 / 4;

/** What the streams of all clients of a connection were granted from the beginning, together: a server counts so. */
const grantedBytesOf = new WeakMap<NatsConnection, number>();

/** What a new stream is granted: its window, or a share of what the connection has left, but never nothing. Bytes. */
export function nextWindowBytes(given: {
  readonly connection: NatsConnection;
  readonly windowBytes: number;
  readonly clientWindowBytes: number;
}): number {
  const left = given.clientWindowBytes - (grantedBytesOf.get(given.connection) ?? 0);
  return Math.min(given.windowBytes, Math.max(leastWindowBytes, Math.floor(left * windowShare)));
}

/** A stream was granted so many bytes, or has given them back where they are negative. */
export function countGranted(connection: NatsConnection, bytes: number): void {
  grantedBytesOf.set(connection, (grantedBytesOf.get(connection) ?? 0) + bytes);
}
