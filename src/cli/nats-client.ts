import type { NatsConnection } from '../transport/index.js';
import { Failure } from './failure.js';

/** What the command hands to the NATS client, whose generations name these options alike. */
export interface NatsOptions {
  readonly name: string;
  readonly servers: string[];
  readonly timeout: number;
  readonly maxReconnectAttempts: number;
  readonly reconnectTimeWait: number;
  readonly tls?: {
    readonly cert?: string;
    readonly key?: string;
    readonly ca?: string;
    readonly handshakeFirst?: boolean;
  };
  readonly user?: string;
  readonly pass?: string;
  readonly token?: string;
  /** What `credsAuthenticator` or `nkeyAuthenticator` gives. */
  readonly authenticator?: unknown;
}

/** A connection that the command has opened itself, and closes. */
export type OwnConnection = NatsConnection & { close(): Promise<void> };

/** A connection to a real server. */
export type ServerConnection = OwnConnection & {
  readonly info?: { readonly version: string } | undefined;
  /** Host and port of the server in use. */
  getServer(): string;
};

/** What the command needs of a NATS client. */
export interface NatsClient {
  connect(options: NatsOptions): Promise<ServerConnection>;
  credsAuthenticator(creds: Uint8Array): unknown;
  nkeyAuthenticator(seed: Uint8Array): unknown;
}

/** Both generations of the NATS client, the newer one first. */
export const natsClients = ['@nats-io/transport-node', 'nats'] as const;

/**
 * Loads the NATS client that the user has installed beside this package, which itself brings none along: who embeds the
 * library has a connection already, and a browser has no use for a client that opens sockets.
 *
 * @param names Where to look, in this order.
 * @throws {Failure} Where there is none, with what to type.
 */
export async function loadNatsClient(names: readonly string[] = natsClients): Promise<NatsClient> {
  for (const name of names) {
    try {
      return (await import(name)) as NatsClient;
    } catch (error) {
      // A client that is there and broken is another fault than one that is not there.
      if (!isMissing(error, name)) throw error;
    }
  }
  throw new Failure(
    'the command needs a NATS client, and none is installed: type `npm install @nats-io/transport-node` ' +
      '(or `npm install nats`) where nats-stream-actors is installed',
  );
}

function isMissing(error: unknown, name: string): boolean {
  return (
    error instanceof Error &&
    'code' in error &&
    error.code === 'ERR_MODULE_NOT_FOUND' &&
    error.message.includes(`'${name}'`)
  );
}
