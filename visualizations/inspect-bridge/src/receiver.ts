import { createWebSocketReceiver } from '@xstate/inspect/lib/browser.js';
import { WebSocket } from 'ws';

/** A receiver of `@xstate/inspect` 0.8, which tells the frames of a server with machines and states of XState 4. */
export type Receiver = ReturnType<typeof createWebSocketReceiver>;

/**
 * Connects the package's own receiver to a server. It wants the WebSocket of browsers, which Node has from 22 on: where
 * there is none, that of `ws` becomes the global one.
 *
 * @param address `address` of the server.
 */
export function createReceiver(address: string): Receiver {
  const scope = globalThis as { WebSocket?: unknown };
  scope.WebSocket ??= WebSocket;
  // Its types demand options that it does without.
  return createWebSocketReceiver({ server: address } as Parameters<typeof createWebSocketReceiver>[0]);
}
