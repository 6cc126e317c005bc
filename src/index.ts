/// <reference lib="esnext.disposable" preserve="true" />
// The streams and the clients are disposable: the line above brings the names of that to a project whose `lib` has not
// got them, and the compiler keeps it in the declarations that are shipped.

/**
 * The public door: what applications use.
 *
 * @module nats-stream-actors
 */
export { ConsumerClient } from './consumer/consumer-client.js';
export type { OpenStreamOptions } from './consumer/open-stream-options.js';
export type { ConsumerStream, ConsumerStreamEnd, StreamOpening } from './consumer/consumer-stream.js';
// eslint-disable-next-line @typescript-eslint/no-deprecated -- a former name stays for those who use it
export type { Handling } from './producer/registrations.js';
export { ProducerClient } from './producer/producer-client.js';
export type { HandleOptions, Registration } from './producer/registrations.js';
export type { Accept, StreamAsk } from './producer/acceptance.js';
export type { HeadersInput, MessageHeaders } from './transport/headers.js';
export type { StreamHandler } from './producer/handling.js';
export type { StreamAddresses } from './producer/stream-registry.js';
export type { ProducerStream, StreamInfo } from './producer/producer-stream.js';
export type { Records } from './producer/source.js';
export type { StreamRequest } from './producer/stream-request.js';
export type { Writer } from './writer/writer.js';
export { streamActor } from './consumer/stream-actor.js';
export type { ContractActorLogic, StreamActorLogic, StreamActorOptions } from './consumer/stream-actor.js';
export type { StreamActorSnapshot } from './consumer/persisted-stream.js';
export type {
  StreamActorInput,
  StreamActorKeptInput,
  StreamActorParent,
  StreamActorRequest,
  StreamRecordEvent,
} from './consumer/stream-actor-input.js';
export type { InterceptedOpen, InterceptedRequest, Interceptor } from './host/interceptors.js';
export { defineStream } from './contracts/contract.js';
export type { StreamContract } from './contracts/contract.js';
export type { ContractStream } from './consumer/contract-stream.js';
export type { ContractHandler, ContractRequest } from './producer/contract-handler.js';
export type { ContractRecordEvent, ContractResumedEvent } from './consumer/stream-actor-input.js';
export { CloseError, StreamError } from './errors.js';
export type { StreamErrorCode } from './errors.js';
export { CloseCode } from '../machines/index.js';
export type { EndReason } from '../machines/index.js';
export type { ConsumerClientOptions, ProducerClientOptions } from './validation/options.js';
export type { LogFields, Logger } from './host/logger.js';
export type { DebugCode, DebugNote } from './host/debug-notes.js';
export type { Warning, WarningCode } from './host/warnings.js';
export type { Codec } from './values/codec.js';

// Makes clients visible to operators; the door of tracing, src/tracing/index.ts, has the rest.
export { traceOverNats } from './tracing/trace-over-nats.js';

// For those who bring a clock or a connection of their own; src/transport/index.ts has the parts of a connection.
export type { Clock } from './host/clock.js';
export type { NatsConnection } from './transport/nats-connection.js';
