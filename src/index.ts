/// <reference lib="esnext.disposable" preserve="true" />
// The streams and the clients are disposable: the line above brings the names of that to a project whose `lib` has not
// got them, and the compiler keeps it in the declarations that are shipped.

/**
 * The public door: what applications use to consume and to produce. Contracts, stream actors for machines and tracing
 * have entries of their own.
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
export type { InterceptedOpen, InterceptedRequest, Interceptor } from './host/interceptors.js';
export { CloseError, StreamError } from './errors.js';
export type { StreamErrorCode } from './errors.js';
export { CloseCode } from '../machines/index.js';
export type { EndReason } from '../machines/index.js';
export type { ConsumerClientOptions, ProducerClientOptions } from './validation/options.js';
export type { LogFields, Logger } from './host/logger.js';
export type { DebugNote } from './host/debug-notes.js';
export type { Warning, WarningCode } from './host/warnings.js';
export type { Codec } from './values/codec.js';

// For those who bring a clock of their own; the entry `./transport` has the parts of a connection.
export type { Clock } from './host/clock.js';
