import { inspect } from '@xstate/inspect/lib/server.js';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';
import { createBridge, type Bridge, type BridgeOptions, type DevTools } from './bridge.js';
import { isAllowed } from './messages.js';

export interface InspectServerOptions extends BridgeOptions {
  /** On 127.0.0.1; any that is free unless told. */
  readonly port?: number;
  /** Pages of which origins may look on, such as `http://127.0.0.1:4173`. None unless told; programs need no origin. */
  readonly origins?: readonly string[];
}

/** A server to which receivers of `@xstate/inspect` 0.8 connect. */
export interface InspectServer extends Pick<Bridge, 'inspect' | 'adopt'> {
  /** What `createWebSocketReceiver({ server })` takes: the host, and a token without which nobody is let in. */
  readonly address: string;
  /** How many receivers look on. */
  readonly receivers: number;
  close(): Promise<void>;
}

/** A receiver that is so far behind is cut off, or its frames would fill the memory of the process. Bytes. */
const behindMax = 32 * 1024 * 1024;
/** No receiver says more at once. Bytes. */
const payloadMax = 64 * 1024;

/** What the package does with a client that connects: it listens to its messages. */
type Connected = (client: { on(event: string, listener: (data: unknown, isBinary: boolean) => void): void }) => void;

/**
 * The one server that the package is given: its register is global, and what it listens to it never lets go. Which
 * receivers there are is decided behind it.
 */
const hub: { receivers: Set<WebSocket>; connected: Connected; tools: DevTools | undefined } = {
  receivers: new Set(),
  connected: () => undefined,
  tools: undefined,
};

let isRunning = false;

/** Starts the package's server, once in a process. */
function startPackage(): DevTools {
  if (hub.tools !== undefined) return hub.tools;
  const server = {
    get clients() {
      return [...hub.receivers].map((client) => ({
        readyState: client.readyState,
        OPEN: client.OPEN,
        send: (text: string) => {
          if (client.bufferedAmount > behindMax) client.terminate();
          else client.send(text);
        },
      }));
    },
    on: (event: string, listener: Connected) => {
      if (event === 'connection') hub.connected = listener;
    },
  };
  inspect({ server: server as unknown as Parameters<typeof inspect>[0]['server'] });
  hub.tools = (globalThis as unknown as { readonly __xstate__: DevTools }).__xstate__;
  return hub.tools;
}

/**
 * Starts a server for receivers, on this machine only. One at a time in a process.
 *
 * @throws Error where one runs already, or the port is taken.
 */
export async function createInspectServer(options: InspectServerOptions = {}): Promise<InspectServer> {
  const { port = 0, origins = [], allowSend = false } = options;
  if (isRunning) throw new Error('expected no inspect server in this process, but one runs');
  isRunning = true;
  const bridge = createBridge(options);
  const token = randomBytes(16).toString('hex');
  const receivers = new Set<WebSocket>();
  const http = createServer((_, response) => response.writeHead(404).end());
  const server = new WebSocketServer({ noServer: true, maxPayload: payloadMax });

  const refusal = ({ headers, url }: IncomingMessage): string | undefined => {
    if (url !== `/${token}`) return '403 Forbidden';
    const { origin, host } = headers;
    // A name that an attacker points to this machine is not what was asked for.
    if (!/^(127\.0\.0\.1|localhost)(:\d+)?$/.test(host ?? '')) return '403 Forbidden';
    return origin === undefined || origins.includes(origin) ? undefined : '403 Forbidden';
  };
  http.on('upgrade', (request, socket, head) => {
    const refused = refusal(request);
    if (refused === undefined) server.handleUpgrade(request, socket, head, (client) => admit(client));
    else socket.end(`HTTP/1.1 ${refused}\r\nConnection: close\r\n\r\n`);
  });

  const admit = (client: WebSocket): void => {
    const tools = startPackage();
    receivers.add(client);
    hub.receivers = receivers;
    bridge.open(tools);
    // A frame that is too large, or none, ends this receiver and nobody else.
    client.on('error', () => client.terminate());
    client.on('close', () => {
      receivers.delete(client);
      if (receivers.size === 0) bridge.close();
    });
    // The package parses whatever comes and dies of what it does not expect, so it is given what it expects only.
    const guarded = {
      on: (event: string, listener: (data: unknown, isBinary: boolean) => void) => {
        if (event !== 'message') return;
        client.on('message', (data: Buffer, isBinary: boolean) => {
          if (!isBinary && isAllowed(data.toString(), allowSend)) listener(data, false);
        });
      },
    };
    hub.connected(guarded);
  };

  http.listen(port, '127.0.0.1');
  try {
    await once(http, 'listening');
  } catch (error) {
    isRunning = false;
    throw error;
  }
  const { port: taken } = http.address() as AddressInfo;
  return {
    inspect: bridge.inspect,
    adopt: bridge.adopt,
    address: `127.0.0.1:${taken}/${token}`,
    get receivers() {
      return receivers.size;
    },
    close: async () => {
      bridge.dispose();
      for (const client of receivers) client.terminate();
      receivers.clear();
      server.close();
      http.close();
      await once(http, 'close');
      isRunning = false;
    },
  };
}
