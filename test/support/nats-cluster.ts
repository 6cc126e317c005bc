import { connect } from 'nats';
import { startNatsServer, type NatsServer } from './nats-server.js';

/** Nodes of one cluster, each of which has a route to each other. */
export interface NatsCluster {
  readonly nodes: readonly NatsServer[];
  /** The URLs of all nodes with that of one of them first, as a client lists them that prefers this one. */
  urlsFrom(index: number): string[];
  stop(): Promise<void>;
}

/** Starts nodes on free ports of 127.0.0.1, and resolves when messages go from each to each. */
export async function startNatsCluster(count: number): Promise<NatsCluster> {
  const first = await startNatsServer({ config: configOf(0) });
  const routePort = await routePortOf(first);
  const others = Array.from({ length: count - 1 }, (_, index) =>
    startNatsServer({ config: configOf(index + 1, `nats-route://127.0.0.1:${routePort}`) }),
  );
  const nodes = [first, ...(await Promise.all(others))];
  await untilMeshed(nodes);
  return {
    nodes,
    urlsFrom: (index) => nodes.map((_, offset) => nodes[(index + offset) % nodes.length]?.url ?? ''),
    stop: async () => {
      await Promise.all(nodes.map((node) => node.kill()));
    },
  };
}

/** A node opens the port of its routes after that of its clients, and tells it in its log. */
async function routePortOf(node: NatsServer): Promise<string> {
  for (;;) {
    const [, port] = /Listening for route connections on 127\.0\.0\.1:(\d+)/.exec(node.log) ?? [];
    if (port !== undefined) return port;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

function configOf(index: number, route = ''): string {
  return `server_name: node${index}\ncluster { name: streams, listen: "127.0.0.1:-1", routes: [${route}] }`;
}

/** A node passes on what came from a client and never what came by a route, so this needs every route. */
async function untilMeshed(nodes: readonly NatsServer[]): Promise<void> {
  const connections = await Promise.all(nodes.map(({ url }) => connect({ servers: url, ignoreClusterUpdates: true })));
  const missing = new Set<string>();
  for (const [to, connection] of connections.entries()) {
    for (const from of connections.keys()) missing.add(`mesh.${from}.${to}`);
    connection.subscribe(`mesh.*.${to}`, { callback: (_, { subject }) => void missing.delete(subject) });
  }
  while (missing.size > 0) {
    for (const subject of missing) connections[Number(subject.split('.')[1])]?.publish(subject);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  await Promise.all(connections.map((connection) => connection.close()));
}
