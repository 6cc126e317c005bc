import type { NatsConnection } from '../transport/nats-connection.js';

/** What every stream is granted, however many there are. */
const leastWindowBytes = 16 * 1024;

/** A stream is granted no more than this share of what is left, so that later ones find more than the least. */
const windowShare = 1 / 4;

/** What the streams of all clients of a connection were granted from the beginning: a server counts them together. */
interface Granted {
  bytes: number;
  /** By consumer id; those that have nothing are left out. */
  readonly byConsumer: Map<string, number>;
}

const grantedOf = new WeakMap<NatsConnection, Granted>();

/**
 * What a new stream is granted: its window, or a share of what the connection has left, but never nothing. Half as much
 * again is kept for the consumers of the connection in equal parts, so that one with many streams leaves the others
 * more than the least. Bytes.
 */
export function nextWindowBytes(
  consumerId: string,
  given: {
    readonly connection: NatsConnection;
    readonly windowBytes: number;
    readonly clientWindowBytes: number;
  },
): number {
  const { bytes, byConsumer } = grantedOf.get(given.connection) ?? { bytes: 0, byConsumer: new Map<string, number>() };
  const own = byConsumer.get(consumerId) ?? 0;
  const consumers = byConsumer.size + (own === 0 ? 1 : 0);
  const part = consumers === 1 ? 0 : given.clientWindowBytes / 2 / consumers;
  const left = Math.max(given.clientWindowBytes - bytes, part - own);
  return Math.min(given.windowBytes, Math.max(leastWindowBytes, Math.floor(left * windowShare)));
}

/** A stream was granted so many bytes, or has given them back where they are negative. */
export function countGranted(connection: NatsConnection, consumerId: string, bytes: number): void {
  const granted = grantedOf.get(connection) ?? { bytes: 0, byConsumer: new Map<string, number>() };
  grantedOf.set(connection, granted);
  granted.bytes += bytes;
  const own = (granted.byConsumer.get(consumerId) ?? 0) + bytes;
  if (own > 0) granted.byConsumer.set(consumerId, own);
  else granted.byConsumer.delete(consumerId);
}
