/// <reference lib="esnext.disposable" preserve="true" />
// The streams and the clients are disposable: the line above brings the names of that to a project whose `lib` has not
// got them, and the compiler keeps it in the declarations that are shipped.

/** The public door: what applications use. */
export { ConsumerClient } from './consumer-client.js';
export type { OpenStreamOptions } from './consumer-client.js';
export type { ConsumerStream, ConsumerStreamEnd } from './consumer-stream.js';
export { ProducerClient } from './producer-client.js';
export type { HandleOptions, Handling, StreamAddresses, StreamHandler } from './producer-client.js';
export type { ProducerStream, StreamInfo } from './producer-stream.js';
export type { Records } from './source.js';
export type { StreamRequest } from './stream-request.js';
export type { Writer } from './writer.js';
export { streamActor } from './stream-actor.js';
export type { StreamActorInput, StreamRecordEvent } from './stream-actor.js';
export { CloseError, StreamError } from './errors.js';
export type { StreamErrorCode } from './errors.js';
export { CloseCode } from '../machines/index.js';
export type { EndReason, StreamEnd } from '../machines/index.js';
export type { ConsumerClientOptions, ProducerClientOptions } from './options.js';
export type { DebugNote, Warning, WarningCode } from './warnings.js';
export type { Codec } from './codec.js';
export { createMemoryBroker } from './memory-broker/index.js';
export type {
  Delivery,
  MemoryBroker,
  MemoryBrokerOptions,
  MemoryConnection,
  MemoryConnectionOptions,
  MemoryStatus,
  MemoryStatusIterator,
  Schedule,
} from './memory-broker/index.js';

// Watching: what happens to clients, as records for the page, for files and for tools.
export { createRecorder } from './recording/recorder.js';
export type { Recorder } from './recording/recorder.js';
export type { RecorderOptions } from './recording/recorder-options.js';
export type { RecordListener } from './recording/outlet.js';
export { inspectOverNats } from './recording/over-nats.js';
export type { InspectedClient, InspectionOverNats, OverNatsOptions } from './recording/over-nats.js';
export { collectOverNats } from './recording/collector.js';
export type { Collector, CollectorOptions } from './recording/collector.js';
export { showInStately } from './recording/stately-inspect.js';
export type { StatelyInspector } from './recording/stately-inspect.js';
export { readJsonLines, toJsonLine } from './recording/json-lines.js';
export { recordVersion } from './recording/record.js';
export type { AnyRecord, RunRecord } from './recording/record.js';
export type { RecordDraft } from './recording/draft.js';
export type {
  ClientRecorder,
  ClientRecording,
  MessageEar,
  RecordedClient,
  StreamCounts,
} from './recording/client-recording.js';

// What follows is for those who bring a transport, a clock or an observer of their own.
export type { Clock } from './clock.js';
export type { Inspector } from './runner.js';
export type { NatsConnection, NatsMessage, NatsSubscribeOptions, NatsSubscription } from './nats-connection.js';
