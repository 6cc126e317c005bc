import { inspect } from '@xstate/inspect/lib/server.js';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer, type WebSocket } from 'ws';
import { createBridge, type Bridge, type BridgeOptions, type DevTools } from './bridge.js';
import { isAllowed, sentEvent, withIdentity } from './messages.js';
import { receiverPage } from './receiver-page.js';

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
  /** The page that draws the actors, served by this server: open it in a browser on this machine. */
  readonly url: string;
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
const hub: {
  receivers: Set<WebSocket>;
  find: Bridge['find'];
  connected: Connected;
  tools: DevTools | undefined;
} = {
  receivers: new Set(),
  find: () => undefined,
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
          else client.send(withIdentity(text, hub.find));
        },
      }));
    },
    on: (event: string, listener: Connected) => {
      if (event === 'connection') hub.connected = listener;
    },
  };
  hub.tools = withoutIndex(() => {
    inspect({ server: server as unknown as Parameters<typeof inspect>[0]['server'] });
  });
  return hub.tools;
}

type RegisterListener = (service: unknown) => void;

/** What the package puts into the global scope and then takes from there. */
interface PackageTools extends DevTools {
  onRegister(listener: RegisterListener): { unsubscribe(): void };
}

/**
 * Starts the package without the index of all services that it keeps for ever, by which it finds the actor that a
 * receiver sends an event to: the first who listens for registrations. The bridge finds actors itself.
 */
function withoutIndex(start: () => void): DevTools {
  let tools: PackageTools | undefined;
  Object.defineProperty(globalThis, '__xstate__', {
    configurable: true,
    get: () => tools,
    set: (made: PackageTools) => {
      let listeners = 0;
      const onRegister: PackageTools['onRegister'] = (listener) => {
        listeners += 1;
        return listeners === 1 ? { unsubscribe: () => undefined } : made.onRegister(listener);
      };
      tools = { ...made, onRegister };
    },
  });
  start();
  if (tools === undefined) throw new Error('expected @xstate/inspect to register its tools, it has none');
  return tools;
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
  const http = createServer((request, response) => {
    const refused = refusal(request.headers);
    const part = refused === undefined ? receiverPage(request.url ?? '', `/${token}`) : undefined;
    if (part === undefined) response.writeHead(refused === undefined ? 404 : 403).end();
    else response.writeHead(200, part.headers).end(part.body);
  });
  const server = new WebSocketServer({ noServer: true, maxPayload: payloadMax });

  const refusal = ({ origin, host = '' }: IncomingMessage['headers']): string | undefined => {
    // A name that an attacker points to this machine is not what was asked for.
    if (!/^(127\.0\.0\.1|localhost)(:\d+)?$/.test(host)) return '403 Forbidden';
    // The page of this server is of the host that it asks.
    const isKnown = origin === undefined || origin === `http://${host}` || origins.includes(origin);
    return isKnown ? undefined : '403 Forbidden';
  };
  http.on('upgrade', (request, socket, head) => {
    const refused = request.url === `/${token}` ? refusal(request.headers) : '403 Forbidden';
    if (refused === undefined) server.handleUpgrade(request, socket, head, (client) => admit(client));
    else socket.end(`HTTP/1.1 ${refused}\r\nConnection: close\r\n\r\n`);
  });

  const admit = (client: WebSocket): void => {
    const tools = startPackage();
    receivers.add(client);
    hub.receivers = receivers;
    hub.find = (sessionId) => bridge.find(sessionId);
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
          const text = data.toString();
          if (isBinary || !isAllowed(text, allowSend)) return;
          const sent = sentEvent(text);
          if (sent === undefined) listener(data, false);
          else bridge.find(sent.origin)?.send(sent);
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
    url: `http://127.0.0.1:${taken}/${token}/`,
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
