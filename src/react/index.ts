/// <reference lib="esnext.disposable" preserve="true" />
// See src/index.ts for the line above.

/**
 * The door of React: `nats-stream-actors/react`. It needs `react`, an optional peer.
 *
 * @module nats-stream-actors/react
 */
export { useStream } from './use-stream.js';
export type { StreamHookInput, StreamView } from './use-stream.js';
