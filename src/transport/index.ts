/**
 * The door of those who bring a transport of their own: the types that a connection is made of.
 *
 * @module nats-stream-actors/transport
 */
export type {
  NatsConnection,
  NatsHeaders,
  NatsMessage,
  NatsPublishOptions,
  NatsStatus,
  NatsSubscribeOptions,
  NatsSubscription,
} from './nats-connection.js';
