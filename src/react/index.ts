/// <reference lib="esnext.disposable" preserve="true" />
// See src/index.ts for the line above.

/** The door of React: `nats-stream-actors/react`. It needs `react`, an optional peer. */
export { useStream } from './use-stream.js';
export type { StreamHookInput, StreamView } from './use-stream.js';
