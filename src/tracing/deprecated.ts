/** Names that the package had before trace events were called so. */
/* eslint-disable @typescript-eslint/no-deprecated -- these names are made of each other. */
import type { ClientTrace, ClientTracer, MessageTap, TracedClient } from '../host/trace-port.js';
import type { TraceEventDraft } from '../trace-events/draft.js';
import type {
  TraceActor,
  TraceCounts,
  TraceEnd,
  TraceEvent,
  TraceGap,
  TraceLink,
  TraceMachine,
  TraceMark,
  TraceMessage,
  TraceRun,
  TraceStateNode,
  TraceStep,
  TraceSystem,
  TraceTimer,
  TraceTransition,
} from '../trace-events/trace-event.js';
import type { NatsConnection } from '../transport/nats-connection.js';
import { collectTraces } from './collector.js';
import type { TraceListener } from './outlet.js';
import { isTracer, traceOverNats, type TraceableClient, type TraceOverNatsOptions } from './trace-over-nats.js';
import type { TracePublication } from './trace-publisher.js';
import { createTracer, type Tracer } from './tracer.js';
import type { TracerOptions } from './tracer-options.js';
import { traceVersion } from '../trace-events/trace-event.js';

/**
 * The former name of {@link createTracer}.
 *
 * @deprecated Use {@link createTracer}.
 */
export const createRecorder = createTracer;
/**
 * The former name of {@link collectTraces}.
 *
 * @deprecated Use {@link collectTraces}.
 */
export const collectOverNats = collectTraces;
/**
 * The former name of {@link traceVersion}.
 *
 * @deprecated Use {@link traceVersion}.
 */
export const recordVersion = traceVersion;
/**
 * The former name of {@link Tracer}.
 *
 * @deprecated Use {@link Tracer}.
 */
export type Recorder = Tracer;
/**
 * The former name of {@link TracerOptions}.
 *
 * @deprecated Use {@link TracerOptions}.
 */
export type RecorderOptions = TracerOptions;
/**
 * The former name of {@link TraceListener}.
 *
 * @deprecated Use {@link TraceListener}.
 */
export type RecordListener = TraceListener;
/**
 * The former name of {@link TraceEvent}.
 *
 * @deprecated Use {@link TraceEvent}.
 */
export type AnyRecord = TraceEvent;
/**
 * The former name of {@link TraceRun}.
 *
 * @deprecated Use {@link TraceRun}.
 */
export type RunRecord = TraceRun;
/**
 * The former name of {@link TraceStep}.
 *
 * @deprecated Use {@link TraceStep}.
 */
export type StepRecord = TraceStep;
/**
 * The former name of {@link TraceMessage}.
 *
 * @deprecated Use {@link TraceMessage}.
 */
export type MessageRecord = TraceMessage;
/**
 * The former name of {@link TraceSystem}.
 *
 * @deprecated Use {@link TraceSystem}.
 */
export type SystemRecord = TraceSystem;
/**
 * The former name of {@link TraceMachine}.
 *
 * @deprecated Use {@link TraceMachine}.
 */
export type MachineRecord = TraceMachine;
/**
 * The former name of {@link TraceActor}.
 *
 * @deprecated Use {@link TraceActor}.
 */
export type ActorRecord = TraceActor;
/**
 * The former name of {@link TraceEnd}.
 *
 * @deprecated Use {@link TraceEnd}.
 */
export type EndRecord = TraceEnd;
/**
 * The former name of {@link TraceMark}.
 *
 * @deprecated Use {@link TraceMark}.
 */
export type MarkRecord = TraceMark;
/**
 * The former name of {@link TraceLink}.
 *
 * @deprecated Use {@link TraceLink}.
 */
export type LinkRecord = TraceLink;
/**
 * The former name of {@link TraceTimer}.
 *
 * @deprecated Use {@link TraceTimer}.
 */
export type TimerRecord = TraceTimer;
/**
 * The former name of {@link TraceCounts}.
 *
 * @deprecated Use {@link TraceCounts}.
 */
export type CountsRecord = TraceCounts;
/**
 * The former name of {@link TraceGap}.
 *
 * @deprecated Use {@link TraceGap}.
 */
export type GapRecord = TraceGap;
/**
 * The former name of {@link TraceStateNode}.
 *
 * @deprecated Use {@link TraceStateNode}.
 */
export type StateNodeRecord = TraceStateNode;
/**
 * The former name of {@link TraceTransition}.
 *
 * @deprecated Use {@link TraceTransition}.
 */
export type TransitionRecord = TraceTransition;
/**
 * The former name of {@link TraceEventDraft}.
 *
 * @deprecated Use {@link TraceEventDraft}.
 */
export type RecordDraft = TraceEventDraft;
/**
 * The former name of {@link ClientTracer}.
 *
 * @deprecated Use {@link ClientTracer}.
 */
export type ClientRecorder = ClientTracer;
/**
 * The former name of {@link ClientTrace}.
 *
 * @deprecated Use {@link ClientTrace}.
 */
export type ClientRecording = ClientTrace;
/**
 * The former name of {@link TracedClient}.
 *
 * @deprecated Use {@link TracedClient}.
 */
export type RecordedClient = TracedClient;
/**
 * The former name of {@link MessageTap}.
 *
 * @deprecated Use {@link MessageTap}.
 */
export type MessageEar = MessageTap;
/**
 * The former name of {@link TraceableClient}.
 *
 * @deprecated Use {@link TraceableClient}.
 */
export type InspectedClient = TraceableClient;
/**
 * The former name of {@link TracePublication}.
 *
 * @deprecated Use {@link TracePublication}.
 */
export type InspectionOverNats = TracePublication;
/**
 * The options of {@link inspectOverNats}.
 *
 * @deprecated Use {@link TraceOverNatsOptions}, with {@link traceOverNats}.
 */
export type OverNatsOptions = Omit<TraceOverNatsOptions, 'connection'>;

/**
 * The former name of {@link traceOverNats}, for clients.
 *
 * @deprecated Use {@link traceOverNats}.
 */
export function inspectOverNats(
  clients: TraceableClient | readonly TraceableClient[],
  options?: OverNatsOptions,
): TracePublication;
/**
 * The former name of {@link traceOverNats}, for a tracer, whose connection was an argument.
 *
 * @deprecated Use {@link traceOverNats}, which takes the connection among its options.
 */
export function inspectOverNats(
  tracer: Tracer,
  connection: NatsConnection,
  options?: OverNatsOptions,
): TracePublication;
export function inspectOverNats(
  what: Tracer | TraceableClient | readonly TraceableClient[],
  where?: NatsConnection | OverNatsOptions,
  more?: OverNatsOptions,
): TracePublication {
  if (isTracer(what)) return traceOverNats(what, { ...more, connection: where as NatsConnection });
  return traceOverNats(what, where as OverNatsOptions | undefined);
}
