/// <reference lib="esnext.disposable" preserve="true" />
// See src/index.ts for the line above.

/**
 * The door of OpenTelemetry: `nats-stream-actors/opentelemetry`. It needs `@opentelemetry/api`, an optional peer.
 *
 * @module nats-stream-actors/opentelemetry
 */
export { instrumentStreams } from './instrument-streams.js';
export type { Instrumentation, InstrumentationOptions } from './instrument-streams.js';
