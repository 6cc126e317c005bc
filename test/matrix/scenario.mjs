// A module of its own, as worker threads load it.
import { protocolProperties, protocolSystem } from 'nats-stream-actors/testing';

export const protocol = (options) => ({ system: protocolSystem(options), options: protocolProperties(options) });
