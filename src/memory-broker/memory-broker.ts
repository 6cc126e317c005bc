import type { NatsMessage } from '../transport/nats-connection.js';
import {
  createMemoryConnection,
  type ConnectionEnd,
  type MemoryConnection,
  type MemoryConnectionOptions,
  type Server,
  type SubscriptionEntry,
} from './memory-connection.js';
import { createOperationQueue } from './operation-queue.js';
import { createSchedule, type Schedule } from './schedule.js';
import { createSubscriptionTable } from './subscription-table.js';

/** A message in transit, from the connection that published it to one subscription of any connection. */
export interface RoutedMessage {
  readonly from: MemoryConnection;
  readonly to: MemoryConnection;
  readonly message: NatsMessage;
}

/**
 * The former name of {@link RoutedMessage}.
 *
 * @deprecated Use {@link RoutedMessage}.
 */
export type Delivery = RoutedMessage;

/** Options of {@link createMemoryBroker}. */
export interface MemoryBrokerOptions {
  /**
   * Size limit of a message's headers and payload, in bytes, as nats-server's `max_payload`.
   *
   * @default 1_048_576
   */
  maxPayloadBytes?: number;
  /**
   * Schedules the broker's turns. It must never run a turn synchronously.
   *
   * @default microtasks, with an occasional macrotask
   */
  schedule?: Schedule;
  /**
   * Decides the fate of each message: call `deliver()` now or later, once, twice or never. Has no effect once the
   * subscriber has unsubscribed or its connection was lost.
   *
   * @default delivers every message at once
   */
  route?: (delivery: RoutedMessage, deliver: () => void) => void;
  /**
   * Called with whatever a subscriber's callback throws; the broker and the other subscribers go on. (The clients of
   * real servers print it and never read from their socket again.)
   *
   * @default the error becomes an unhandled rejection
   */
  onCallbackError?: (error: unknown) => void;
}

/**
 * An in-process NATS server: subjects and wildcards, queue groups, no-responders replies, and connections that are lost
 * and re-established. Messages of all clients are processed in one order and delivered asynchronously in that order, so
 * that the same calls give the same deliveries.
 */
export interface MemoryBroker {
  /**
   * Opens a connection.
   *
   * @throws {Error} If the broker is stopped.
   * @throws {TypeError} If `publishesWhileDisconnected` is neither of the two.
   */
  connect(options?: MemoryConnectionOptions): MemoryConnection;
  /** How many subscriptions the broker has, over all connections. */
  readonly subscriptionCount: number;
  /** Kills the server: undelivered messages are lost, and every connection is disconnected. */
  stop(): void;
  /** Restarts the server: every connection reconnects, except those that `disconnect()` has cut. */
  start(): void;
}

/** nats-server's default for `max_payload`. */
const defaultMaxPayloadBytes = 1024 * 1024;

/**
 * Creates an in-memory broker.
 *
 * @example
 *   const broker = createMemoryBroker();
 *   const consumer = new ConsumerClient({ connection: broker.connect() });
 */
export function createMemoryBroker({
  maxPayloadBytes = defaultMaxPayloadBytes,
  schedule = createSchedule(),
  route: decide = (_delivery, deliver) => deliver(),
  onCallbackError = rejectUnhandled,
}: MemoryBrokerOptions = {}): MemoryBroker {
  const table = createSubscriptionTable<SubscriptionEntry>();
  const operations = createOperationQueue(schedule);
  const ends = new Map<MemoryConnection, ConnectionEnd>();
  let isRunning = true;
  let connectionsMade = 0;
  let groupDeliveries = 0;

  const handOver = (from: MemoryConnection, entry: SubscriptionEntry, message: NatsMessage) => {
    const deliver = () => {
      if (!entry.session.isAlive) return;
      try {
        entry.receive(message);
      } catch (error) {
        onCallbackError(error);
      }
    };
    decide({ from, to: entry.connection, message }, deliver);
  };

  /** All plain subscribers, and of each queue group the member that has waited longest. */
  const choose = (entries: readonly SubscriptionEntry[]): SubscriptionEntry[] => {
    const receivers: SubscriptionEntry[] = [];
    const members = new Map<string, SubscriptionEntry>();
    for (const entry of entries) {
      if (entry.queue === undefined) {
        receivers.push(entry);
      } else {
        const chosen = members.get(entry.queue);
        if (chosen === undefined || entry.servedAt < chosen.servedAt) members.set(entry.queue, entry);
      }
    }
    for (const member of members.values()) {
      groupDeliveries += 1;
      member.servedAt = groupDeliveries;
      receivers.push(member);
    }
    return receivers;
  };

  /** Like nats-server: to one plain subscription of the connection that asked, and to no other connection's. */
  const tellNoResponders = (from: MemoryConnection, reply: string) => {
    const inbox = table.match(reply).find((entry) => entry.connection === from && entry.queue === undefined);
    if (inbox !== undefined) {
      handOver(from, inbox, { subject: reply, data: new Uint8Array(), headers: { code: 503 } });
    }
  };

  const route = (from: MemoryConnection, message: NatsMessage) => {
    const receivers = choose(table.match(message.subject));
    if (receivers.length === 0 && message.reply !== undefined) tellNoResponders(from, message.reply);
    receivers.forEach((entry, index) => {
      // Data belongs to its receiver, so each has bytes of its own.
      handOver(from, entry, index === 0 ? message : { ...message, data: message.data.slice() });
    });
  };

  const server: Server = {
    maxPayloadBytes,
    isRunning: () => isRunning,
    submit: (session, operate) => operations.submit(session, operate),
    add: (entry) => table.add(entry),
    remove: (entry) => table.remove(entry),
    route,
    forget: (connection) => ends.delete(connection),
  };

  return {
    connect(options = {}) {
      if (!isRunning) throw new Error('expected a running broker, but it is stopped');
      connectionsMade += 1;
      const end = createMemoryConnection(server, options.name ?? `connection-${connectionsMade}`, options);
      ends.set(end.connection, end);
      return end.connection;
    },
    get subscriptionCount() {
      return table.size;
    },
    stop() {
      isRunning = false;
      for (const end of ends.values()) end.serverStopped();
    },
    start() {
      isRunning = true;
      for (const end of ends.values()) end.serverStarted();
    },
  };
}

/** The platform's way for errors that nobody waits for: it ends a Node process, and a browser shows it. */
function rejectUnhandled(error: unknown): void {
  void Promise.resolve().then(() => {
    throw error instanceof Error ? error : new Error('a subscriber threw what is not an Error', { cause: error });
  });
}
