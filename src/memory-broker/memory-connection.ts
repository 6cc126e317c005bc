import type {
  NatsConnection,
  NatsMessage,
  NatsSubscribeOptions,
  NatsSubscription,
} from '../transport/nats-connection.js';
import { createHeaders, readHeaders, type HeaderBlock } from '../transport/headers.js';
import type { Session } from './operation-queue.js';
import { createStatusFeed, type MemoryStatusIterator } from './status-feed.js';
import { isPublishSubject, isSubscribeSubject } from './subject.js';

/** Options of a connection to an in-memory broker. */
export interface MemoryConnectionOptions {
  /**
   * The name of the connection in tests and traces.
   *
   * @default `connection-1` and so on
   */
  name?: string;
  /**
   * What happens to messages published while disconnected. `lost`: they are dropped and `flush()` rejects, as with
   * `nats` 2.29 and `@nats-io/transport-node` 3.4, whose every attempt to reconnect empties their buffer. `kept`: they are
   * sent on reconnect and `flush()` waits for that, as with the Go client.
   *
   * @default 'lost'
   */
  publishesWhileDisconnected?: 'lost' | 'kept';
  /**
   * Whether the connection may publish to a subject. Otherwise the message is dropped and its status reports a
   * permissions violation, as with nats-server.
   *
   * @default every subject
   */
  mayPublish?: (subject: string) => boolean;
}

/** A connection to an in-memory broker, which can inject connection faults. */
export interface MemoryConnection extends NatsConnection {
  /** The name of the connection in tests and traces. */
  readonly name: string;
  /** The broker's INFO; `max_payload` is its size limit of a message, in bytes. */
  readonly info: { readonly max_payload: number };
  /** The connection's status events from now on. */
  status(): MemoryStatusIterator;
  /** Closes the connection for good. Unflushed messages may be lost, as with the clients of a real server. */
  close(): Promise<void>;
  /** Delivers the messages in transit to the subscriptions, flushes everything published, and closes the connection. */
  drain(): Promise<void>;
  /** Breaks the connection like a cut cable. It stays down until `reconnect()`, even if the broker restarts. */
  disconnect(): void;
  /** Re-establishes the connection and its subscriptions at once; while the broker is stopped, on its start. */
  reconnect(): void;
}

/** A subscription as the broker knows it, for the one session in which it was made known. */
export interface SubscriptionEntry {
  readonly connection: MemoryConnection;
  readonly session: Session;
  readonly subject: string;
  readonly queue: string | undefined;
  /** Hands a message to the callback, unless it has unsubscribed meanwhile. Throws what the callback throws. */
  receive(message: NatsMessage): void;
  /** When this member last had a message of its queue group, counted in messages of the broker. */
  servedAt: number;
}

/** What a connection asks of its broker. */
export interface Server {
  readonly maxPayloadBytes: number;
  isRunning(): boolean;
  submit(session: Session, operate: () => void): void;
  add(entry: SubscriptionEntry): void;
  remove(entry: SubscriptionEntry): void;
  route(from: MemoryConnection, message: NatsMessage): void;
  /** The connection is closed and needs no more news. */
  forget(connection: MemoryConnection): void;
}

/** The broker's end of a connection: what it does to it when the whole server goes and comes. */
export interface ConnectionEnd {
  readonly connection: MemoryConnection;
  serverStopped(): void;
  serverStarted(): void;
}

interface Subscription {
  readonly subject: string;
  readonly queue: string | undefined;
  readonly callback: NatsSubscribeOptions['callback'];
  entry: SubscriptionEntry | undefined;
}

export function createMemoryConnection(
  server: Server,
  name: string,
  { publishesWhileDisconnected = 'lost', mayPublish = () => true }: MemoryConnectionOptions,
): ConnectionEnd {
  if (!['lost', 'kept'].includes(publishesWhileDisconnected)) {
    throw new TypeError(
      `publishesWhileDisconnected: expected lost or kept, came ${JSON.stringify(publishesWhileDisconnected)}`,
    );
  }
  const statusFeed = createStatusFeed();
  const subscriptions = new Set<Subscription>();
  const kept: (() => void)[] = [];
  const flushes = new Set<(error: Error) => void>();
  /** What this session has made known and the broker was not yet told to forget, those among it that have unsubscribed. */
  const entries = new Set<SubscriptionEntry>();
  let session: Session | undefined = { isAlive: true };
  let isCut = false;
  let isClosed = false;
  let isDraining = false;
  let isDrained = false;
  let resolveClosed: () => void;
  const closed = new Promise<undefined>((resolve) => (resolveClosed = () => resolve(undefined)));

  const requireOpen = () => {
    if (isClosed) throw new Error('expected an open connection, but it is closed');
  };

  const send = (operate: () => void) => {
    if (session !== undefined) server.submit(session, operate);
    else if (publishesWhileDisconnected === 'kept') kept.push(operate);
  };

  const makeKnown = (subscription: Subscription, known: Session) => {
    const { subject, queue, callback } = subscription;
    const receive = (message: NatsMessage) => {
      if (subscriptions.has(subscription)) callback(null, message);
    };
    const entry: SubscriptionEntry = { connection, session: known, subject, queue, receive, servedAt: 0 };
    subscription.entry = entry;
    entries.add(entry);
    server.submit(known, () => server.add(entry));
  };

  const forget = (entry: SubscriptionEntry) => {
    entries.delete(entry);
    server.remove(entry);
  };

  const rejectFlushes = (error: Error) => {
    for (const reject of flushes) reject(error);
    flushes.clear();
  };

  const endSession = (error: Error) => {
    if (session === undefined) return;
    session.isAlive = false;
    session = undefined;
    // A cut is not an operation in the queue: a server forgets the subscriptions of a connection as soon as it is lost.
    for (const entry of entries) server.remove(entry);
    entries.clear();
    rejectFlushes(error);
  };

  const lose = () => {
    if (session === undefined) return;
    endSession(new Error('the connection was lost before the server answered'));
    statusFeed.emit({ type: 'disconnect' });
  };

  const regain = () => {
    if (isClosed || isCut || session !== undefined || !server.isRunning()) return;
    const begun: Session = { isAlive: true };
    session = begun;
    if (!isDraining) for (const subscription of subscriptions) makeKnown(subscription, begun);
    for (const operate of kept.splice(0)) server.submit(begun, operate);
    statusFeed.emit({ type: 'reconnect' });
  };

  const connection: MemoryConnection = {
    name,
    info: { max_payload: server.maxPayloadBytes },

    publish(subject, payload = new Uint8Array(), options) {
      requireOpen();
      if (isDrained) throw new Error('expected a connection that takes messages, but it is drained');
      // The clients of real servers write no reply subject where it is empty.
      const reply = options?.reply === '' ? undefined : options?.reply;
      requirePublishSubject('subject', subject);
      if (reply !== undefined) requirePublishSubject('reply subject', reply);
      const bytes = typeof payload === 'string' ? new TextEncoder().encode(payload) : payload;
      const headers = options?.headers as Partial<HeaderBlock> | undefined;
      const size = bytes.length + (headers?.encode?.().length ?? 0);
      if (size > server.maxPayloadBytes) {
        throw new Error(`expected a payload of at most ${server.maxPayloadBytes} bytes, got ${size}`);
      }
      // As with the clients of real servers the bytes are read when they leave, not here: who writes to a buffer before a
      // flush finds that out on this broker too. A Buffer's own slice() would not copy.
      send(() => {
        const data = new Uint8Array(bytes);
        if (mayPublish(subject)) server.route(connection, { subject, reply, data, ...headersOf(headers) });
        else statusFeed.emit({ type: 'error', error: violation(subject) });
      });
    },

    subscribe(subject, { queue, callback }): NatsSubscription {
      requireOpen();
      if (isDraining) throw new Error('expected a connection that takes subscriptions, but it is draining');
      if (!isSubscribeSubject(subject)) {
        // A real server tells of this later, on the status; a subscription that is dead from the start helps nobody.
        throw new Error(`expected tokens divided by dots, with > as the last only, got the subject '${subject}'`);
      }
      const subscription: Subscription = { subject, queue, callback, entry: undefined };
      subscriptions.add(subscription);
      if (session !== undefined) makeKnown(subscription, session);
      return {
        drain() {
          return new Promise((resolve) => {
            const { entry } = subscription;
            const finish = () => {
              subscriptions.delete(subscription);
              resolve();
            };
            // Without a session nothing is on its way, and the server has forgotten the subscription.
            if (entry?.session.isAlive !== true || session === undefined) {
              finish();
              return;
            }
            flushes.add(finish);
            server.submit(entry.session, () => {
              server.remove(entry);
              flushes.delete(finish);
              finish();
            });
          });
        },
        unsubscribe() {
          if (!subscriptions.delete(subscription)) return;
          const { entry } = subscription;
          if (entry?.session.isAlive === true) server.submit(entry.session, () => forget(entry));
        },
      };
    },

    async flush() {
      requireOpen();
      if (session === undefined && publishesWhileDisconnected === 'lost') {
        throw new Error('expected a connected connection, but it is disconnected');
      }
      await new Promise<void>((resolve, reject) => {
        flushes.add(reject);
        send(() => {
          flushes.delete(reject);
          resolve();
        });
      });
    },

    status: () => statusFeed.listen(),
    closed: () => closed,
    isClosed: () => isClosed,

    close() {
      if (isClosed) return Promise.resolve();
      isClosed = true;
      const error = new Error('the connection was closed before the server answered');
      endSession(error);
      rejectFlushes(error);
      kept.length = 0;
      subscriptions.clear();
      server.forget(connection);
      statusFeed.end();
      resolveClosed();
      return Promise.resolve();
    },

    async drain() {
      requireOpen();
      isDraining = true;
      for (const entry of entries) send(() => forget(entry));
      // A connection that is lost while it drains has nothing left to wait for.
      await connection.flush().catch(() => undefined);
      isDrained = true;
      await connection.close();
    },

    disconnect() {
      isCut = true;
      lose();
    },

    reconnect() {
      isCut = false;
      regain();
    },
  };

  return { connection, serverStopped: lose, serverStarted: regain };
}

function violation(subject: string) {
  const error = new Error(`Permissions Violation for Publish to "${subject}"`);
  return Object.assign(error, { operation: 'publish', subject } as const);
}

function requirePublishSubject(role: string, text: string): void {
  if (!isPublishSubject(text))
    throw new Error(`expected a ${role} without white space that is not empty, got '${text}'`);
}

/** A copy for those who receive it: nobody shares the headers of who published. */
function headersOf(given: Partial<HeaderBlock> | undefined): { readonly headers?: HeaderBlock } {
  const headers = createHeaders(Object.fromEntries(readHeaders(given)), given?.code);
  return headers === undefined ? {} : { headers };
}
