/// <reference lib="esnext.disposable" preserve="true" />
// See src/index.ts for the line above.

/**
 * The door of tracing: what happens to clients and other actors, as events for the page, for files and for tools.
 *
 * @module nats-stream-actors/tracing
 */
export { createTracer } from './tracer.js';
export type { Tracer } from './tracer.js';
export type { TracerOptions } from './tracer-options.js';
export type { StopListening, TraceListener } from './outlet.js';
export { traceOverNats } from './trace-over-nats.js';
export type { TraceableClient, TraceOverNatsOptions } from './trace-over-nats.js';
export type { TracePublication } from './trace-publisher.js';
export { collectTraces } from './collector.js';
export type { Collector, CollectorOptions } from './collector.js';
export { showInStately } from './stately-inspect.js';
export type { StatelyInspector, StatelyShow } from './stately-inspect.js';
export { showInPage } from './show-in-page.js';
export type { PageFrame, ShowInPageOptions } from './show-in-page.js';
export { readJsonLines, toJsonLine } from './json-lines.js';
export { traceVersion } from '../trace-events/trace-event.js';
export type {
  ContactReason,
  Json,
  TraceActor,
  TraceContact,
  TraceCounts,
  TraceEnd,
  TraceEvent,
  TraceGap,
  TraceLink,
  TraceMachine,
  TraceMark,
  TraceMessage,
  TraceRun,
  TraceSnapshot,
  TraceStateNode,
  TraceStep,
  TraceSystem,
  TraceTimer,
  TraceTransition,
} from '../trace-events/trace-event.js';
export type { TraceEventDraft } from '../trace-events/draft.js';
export type { Inspector } from '../host/inspector.js';
export type { ClientTrace, ClientTracer, MessageTap, StreamCounts, TracedClient } from '../host/trace-port.js';
export * from './deprecated.js';
