import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** Stands between clients and a server on 127.0.0.1, and can lose their connections. */
export interface TcpProxy {
  /** What clients connect to in place of the server. */
  readonly url: string;
  /** How many connections it has carried in all. */
  readonly carried: number;
  /**
   * Resets every connection at both its ends, as a router does that forgets them: what is under way is lost. Clients
   * may connect again at once.
   */
  cut(): void;
  /** Takes nothing in and lets nothing out, and keeps the connections, as a broken cable does. */
  freeze(): void;
  thaw(): void;
  close(): Promise<void>;
}

/** Starts a proxy on a free port of 127.0.0.1. */
export async function startTcpProxy(serverPort: number): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  let carried = 0;
  let isFrozen = false;

  const link = (from: Socket, to: Socket) => {
    sockets.add(from);
    from.pipe(to);
    from.setNoDelay(true);
    // The end of one side, whatever its cause, is the end of the other; the cause itself is what the tests make.
    from.on('error', () => undefined);
    from.once('close', () => {
      sockets.delete(from);
      to.destroy();
    });
    if (isFrozen) from.pause();
  };
  const server: Server = createServer((client) => {
    carried += 1;
    const upstream = connect(serverPort, '127.0.0.1');
    link(client, upstream);
    link(upstream, client);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  return {
    url: `nats://127.0.0.1:${port}`,
    get carried() {
      return carried;
    },
    cut() {
      for (const socket of sockets) socket.resetAndDestroy();
    },
    freeze() {
      isFrozen = true;
      for (const socket of sockets) socket.pause();
    },
    thaw() {
      isFrozen = false;
      for (const socket of sockets) socket.resume();
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
