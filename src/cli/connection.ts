import { readFileSync } from 'node:fs';
import { messageOf } from '../errors.js';
import { defaultServer, type ConnectionOptions } from './connection-options.js';
import { Failure } from './failure.js';
import { withContext } from './nats-context.js';
import { loadNatsClient, type NatsClient, type NatsOptions, type ServerConnection } from './nats-client.js';

export interface Connecting {
  /** What the server lists the connection as. */
  readonly name: string;
  /**
   * How often a lost connection is tried again, a second apart; -1 without end. With less than 2 the client, when it
   * connects first, passes over servers that it never tried.
   */
  readonly reconnectsMax: number;
}

/** What the errors of the NATS clients, codes of one generation and names of the other, mean to who typed a command. */
const reasons: Readonly<Record<string, string>> = {
  CONNECTION_REFUSED: 'connection refused',
  TIMEOUT: 'no answer in time',
  CONNECTION_TIMEOUT: 'no answer in time',
  TimeoutError: 'no answer in time',
  AUTHORIZATION_VIOLATION: 'the server refuses these credentials',
  AuthorizationError: 'the server refuses these credentials',
  UserAuthenticationExpiredError: 'the server says that these credentials have expired',
};

/**
 * Connects to NATS.
 *
 * @param load Gives the NATS client; the one that is installed by default.
 * @throws {Failure} That says what was tried and why it failed, never with a password in it.
 */
export async function openConnection(
  given: ConnectionOptions,
  connecting: Connecting,
  load: () => Promise<NatsClient> = loadNatsClient,
): Promise<ServerConnection> {
  const options = withContext(given);
  const client = await load();
  const targets = (options.server ?? defaultServer).split(',').map((text) => readTarget(text.trim()));
  const natsOptions: NatsOptions = {
    name: connecting.name,
    servers: targets.map(({ url }) => url),
    timeout: options.timeout,
    maxReconnectAttempts: connecting.reconnectsMax,
    reconnectTimeWait: 1000,
    ...tlsOf(options),
    ...credentialsOf(client, options, targets),
  };
  try {
    return await client.connect(natsOptions);
  } catch (error) {
    const tried = targets.map(({ url }) => url).join(', ');
    throw new Failure(`could not connect to ${tried}: ${reasonOf(error)}`, { cause: error });
  }
}

/** The URLs of servers as they may be handed on; undefined where they cannot be read, and so cannot be cleaned. */
export function withoutCredentials(servers: string): string | undefined {
  try {
    return servers
      .split(',')
      .map((text) => readTarget(text.trim()).url)
      .join(',');
  } catch {
    return undefined;
  }
}

interface Target {
  /** Without credentials, as it may be printed. */
  readonly url: string;
  readonly user: string;
  readonly password: string;
}

/** The NATS client does not read credentials in URLs, and the `nats` command does. */
function readTarget(text: string): Target {
  const address = text.includes('://') ? text : `nats://${text}`;
  // `URL.parse`, which does not throw, came after Node 20. What came is not printed: it may hold a password.
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined || url.hostname === '') {
    throw new Failure(`--server: expected URLs such as ${defaultServer}, separated by commas; came what is none`);
  }
  return {
    url: `${url.protocol}//${url.host}`,
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
  };
}

function credentialsOf(
  client: NatsClient,
  options: ConnectionOptions,
  targets: readonly Target[],
): Partial<NatsOptions> {
  if (options.creds !== undefined)
    return { authenticator: client.credsAuthenticator(readFile('--creds', options.creds)) };
  if (options.nkey !== undefined) {
    const seed = new TextDecoder().decode(readFile('--nkey', options.nkey)).trim();
    if (!/^SU[A-Z2-7]{56}$/.test(seed)) throw new Failure(`--nkey ${options.nkey}: expected the seed of a user, SU…`);
    return { authenticator: client.nkeyAuthenticator(new TextEncoder().encode(seed)) };
  }
  if (options.token !== undefined && options.user === undefined) return { token: options.token };
  const inUrl = targets.find(({ user }) => user !== '');
  const user = options.user ?? inUrl?.user;
  const password = options.password ?? (options.user === undefined ? inUrl?.password : undefined) ?? '';
  if (user === undefined) return {};
  return password === '' ? { token: user } : { user, pass: password };
}

function tlsOf({ tlscert, tlskey, tlsca, tlsfirst = false }: ConnectionOptions): Partial<NatsOptions> {
  if (tlscert === undefined && tlskey === undefined && tlsca === undefined && !tlsfirst) return {};
  const read = (flag: string, file: string | undefined) =>
    file === undefined ? undefined : new TextDecoder().decode(readFile(flag, file));
  const cert = read('--tlscert', tlscert);
  const key = read('--tlskey', tlskey);
  const ca = read('--tlsca', tlsca);
  return {
    tls: {
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
      ...(ca === undefined ? {} : { ca }),
      ...(tlsfirst ? { handshakeFirst: true } : {}),
    },
  };
}

/** Read here rather than by the client, so that a file that is missing is named together with its flag. */
function readFile(flag: string, file: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new Failure(`${flag}: ${messageOf(error)}`, { cause: error });
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return messageOf(error);
  const code = 'code' in error ? String(error.code) : '';
  return reasons[code] ?? reasons[error.name] ?? messageOf(error);
}
