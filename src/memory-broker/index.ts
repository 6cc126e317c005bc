/**
 * The door of the broker in memory.
 *
 * @module nats-stream-actors/memory
 */
export {
  createMemoryBroker,
  type MemoryBroker,
  type MemoryBrokerOptions,
  type RoutedMessage,
} from './memory-broker.js';
export type { MemoryConnection, MemoryConnectionOptions } from './memory-connection.js';
export type { Schedule } from './schedule.js';
export type { MemoryStatus, MemoryStatusIterator } from './status-feed.js';
// eslint-disable-next-line @typescript-eslint/no-deprecated -- a former name stays for those who use it
export type { Delivery } from './memory-broker.js';
