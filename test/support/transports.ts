import { connect as connectTransportNode, type wsconnect } from '@nats-io/transport-node';
import { connect as connectNats } from 'nats';
import { createMemoryBroker } from '../../src/memory-broker/index.js';
import type { NatsConnection } from '../../src/transport/nats-connection.js';
import { startNatsServer, type NatsServer } from './nats-server.js';

/** A connection as tests need it: what the package asks of one, and the two ways of ending it. */
export interface TestConnection extends NatsConnection {
  close(): Promise<void>;
  drain(): Promise<void>;
}

export interface TransportServer {
  connect(): Promise<TestConnection>;
  /** Ends the server as a crash does; connections go on trying to reconnect. */
  kill(): Promise<void>;
  restart(): Promise<void>;
  /** Ends the server for good. */
  stop(): Promise<void>;
}

export interface Transport {
  readonly name: string;
  start(options?: { maxPayloadBytes?: number }): Promise<TransportServer>;
}

/** Fast enough that a test of a restarted server need not wait for the clients' own 2 s. */
const reconnectOptions = { maxReconnectAttempts: -1, reconnectTimeWait: 20, reconnectJitter: 0 };

const memoryBroker: Transport = {
  name: 'the in-memory broker',
  start(options = {}) {
    const broker = createMemoryBroker(options);
    const stop = () => {
      broker.stop();
      return Promise.resolve();
    };
    const restart = () => {
      broker.start();
      return Promise.resolve();
    };
    return Promise.resolve({ connect: () => Promise.resolve(broker.connect()), kill: stop, restart, stop });
  },
};

// That the connections of both packages are what ours asks for, without a cast, is what the compiler checks here.
const nats: Transport = {
  name: 'nats 2',
  start: async (options) =>
    onServer(await startNatsServer(options), (url) => connectNats({ servers: url, ...reconnectOptions })),
};

const transportNode: Transport = {
  name: '@nats-io/transport-node 3',
  start: async (options) =>
    onServer(await startNatsServer(options), (url) => connectTransportNode({ servers: url, ...reconnectOptions })),
};

type Accepted<Connection extends NatsConnection> = Connection;

/** The WebSocket client is checked by its type alone: to run it takes a server with a web listener. */
export type WebSocketConnection = Accepted<Awaited<ReturnType<typeof wsconnect>>>;

/** Everything that the package runs on. */
export const transports: readonly Transport[] = [memoryBroker, nats, transportNode];

function onServer(server: NatsServer, connect: (url: string) => Promise<TestConnection>): TransportServer {
  return {
    connect: () => connect(server.url),
    kill: () => server.kill(),
    restart: () => server.restart(),
    stop: () => server.kill(),
  };
}
