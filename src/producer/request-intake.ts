import { CloseCode } from '../../machines/index.js';
import { messageOf, StreamError } from '../errors.js';
import type { ClientHost } from '../host/client-host.js';
import type { NatsMessage } from '../transport/nats-connection.js';
import { readHeaders, type MessageHeaders } from '../transport/headers.js';
import type { ResolvedOptions } from '../validation/options.js';
import { decodeValue } from '../values/codec.js';
import {
  checkAddresses,
  decodeOpenRequest,
  encodeCloseFrame,
  inboxSubject,
  isImportReply,
  isPublishSubject,
  type OpenRequest,
} from '../wire/index.js';
import { setYieldedForm, type YieldedForm } from '../writer/writer.js';
import { decisionOf, type Accept, type Decision } from './acceptance.js';
import type { HeartbeatTerms } from './heartbeat-paces.js';
import type { ProducerStream, ProducerStreamOutlet } from './producer-stream.js';
import type { RunningStreams } from './running-stream.js';
import { runSource, type Records } from './source.js';
import { StreamPlaces, type HandlerPlaces, type Place } from './stream-limits.js';
import type { StreamAddresses, StreamRegistry } from './stream-registry.js';
import type { StopSignal } from './stop-signal.js';
import { createStreamRequest, type StreamRequest } from './stream-request.js';

/**
 * Produces the records of one stream: usually an async generator function. May also return any other iterable, a web
 * `ReadableStream`, a Node `Readable`, anything with `Symbol.observable` or `subscribe`, or a promise of one of these.
 */
export type StreamHandler = (request: StreamRequest) => Records;

/** What takes the requests of one subject. */
export interface Handling {
  /** @param given What `accept` gave for the request. */
  readonly handler: (request: StreamRequest, given: unknown) => Records;
  readonly accept: Accept | undefined;
  /** What becomes of a value that the source yields; undefined where it is written as it is. */
  readonly form: YieldedForm | undefined;
  /** What its streams announce of heartbeats; undefined where they announce what all do. */
  readonly heartbeat: HeartbeatTerms | undefined;
  readonly places: HandlerPlaces;
}

/** Where a refusal may go: to what is an inbox by its name. Nobody can aim this client at another subject. */
const inboxPattern = /^_(SINBOX|INBOX|R_)\./;

/** Takes open requests: decodes and checks each, and refuses it or starts its stream and the source of its records. */
export class RequestIntake {
  readonly #host: ClientHost;
  readonly #options: ResolvedOptions;
  readonly #streams: RunningStreams;
  readonly #registry: StreamRegistry;
  readonly #sources = new Set<Promise<void>>();
  readonly #places: StreamPlaces;
  /** Whether the client drains: nothing new is served, and requests that still wait to be accepted come too late. */
  isClosing = false;
  /** The inboxes of requests that wait to be accepted. */
  readonly #asking = new Set<string>();

  constructor(host: ClientHost, options: ResolvedOptions, streams: RunningStreams, registry: StreamRegistry) {
    this.#host = host;
    this.#options = options;
    this.#streams = streams;
    this.#registry = registry;
    this.#places = new StreamPlaces(options);
  }

  /** The sources that have not finished, each as a promise that resolves when it has. */
  get sources(): ReadonlySet<Promise<void>> {
    return this.#sources;
  }

  /** Takes one request for the streams of a handler. */
  take(message: NatsMessage, handling: Handling): void {
    const request = decodeOpenRequest(message.data);
    if (request.type === 'malformed') {
      const text = `error decoding Request: expected ${request.expected}, came ${request.came}`;
      this.#refuse(message, CloseCode.BadRequest, text);
      return;
    }
    const misfit = checkAddresses(request, message.reply);
    if (misfit !== undefined) {
      this.#refuse(message, CloseCode.BadRequest, `expected ${misfit.expected}, came ${misfit.came}`);
      return;
    }
    if (this.#host.isOver) {
      this.#refuse(message, CloseCode.GoingAway, 'the producer shuts down');
      return;
    }
    const inbox = inboxSubject(request.consumerId, request.streamId);
    if (this.#asking.has(inbox)) return;
    if (this.#streams.has(inbox)) {
      // The machine is told of the duplicate, and ignores it.
      this.#start(message, request, handling, undefined, undefined);
      return;
    }
    const place = this.#places.take(request.consumerId, handling.places);
    if (typeof place === 'string') {
      this.#refuse(message, CloseCode.TooManyStreams, place);
      return;
    }
    this.#accept(message, request, handling, place);
  }

  #accept(message: NatsMessage, request: OpenRequest, handling: Handling, place: Place): void {
    const { consumerId, streamId, body, extension } = request;
    const { accept } = handling;
    const inbox = inboxSubject(consumerId, streamId);
    const conclude = (decision: Decision): void => {
      const wasAsked = this.#asking.delete(inbox);
      if ('given' in decision && !this.#host.isOver && !(this.isClosing && wasAsked)) {
        this.#start(message, request, handling, decision.given, place);
        return;
      }
      place.release();
      const { code, text } =
        'refusal' in decision ? decision.refusal : { code: CloseCode.GoingAway, text: 'the producer shuts down' };
      this.#refuse(message, code, text);
    };
    if (accept === undefined) {
      conclude({ given: undefined });
      return;
    }
    const { codec, acceptExtension } = this.#options;
    const timeoutMs = acceptExtension ? extension?.timeoutMs : undefined;
    const data = body ?? new Uint8Array();
    const superjson = acceptExtension ? extension?.bodySuperjson : undefined;
    const decision = decisionOf(accept, {
      subject: message.subject,
      consumerId,
      streamId,
      headers: readHeaders(message.headers),
      body: data,
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
      object: <Value>() => decodeValue({ data, superjson }, codec) as Value,
    });
    if (!(decision instanceof Promise)) {
      conclude(decision);
      return;
    }
    this.#asking.add(inbox);
    void decision.then(conclude);
  }

  #start(
    message: NatsMessage,
    request: OpenRequest,
    { handler, form, heartbeat }: Handling,
    given: unknown,
    place: Place | undefined,
  ): void {
    const { subject, reply } = message;
    const extension = this.#options.acceptExtension ? request.extension : undefined;
    const addresses: StreamAddresses = {
      consumerId: request.consumerId,
      streamId: request.streamId,
      subject,
      ...(isImportReply(reply) ? { reply } : {}),
      exact: extension?.exact ?? false,
      superjson: extension?.superjson ?? false,
      ...(extension?.delivery === undefined ? {} : { delivery: extension.delivery }),
      ...(extension?.timeoutMs === undefined ? {} : { timeoutMs: extension.timeoutMs }),
    };
    const onGone = (): void => place?.release();
    const headersOf = (): MessageHeaders => readHeaders(message.headers);
    const startOf =
      ({ stream, stop, recordBytesMax }: ProducerStreamOutlet) =>
      () => {
        const { codec } = this.#options;
        const told = { ...addresses, headers: headersOf() };
        const live = { signal: () => stream.signal, recordBytesMax };
        const asked = createStreamRequest(told, live, request.body, extension?.bodySuperjson, codec);
        if (form !== undefined) setYieldedForm(stream.writer, form);
        this.#runSource(stream, stop, () => handler(asked, given));
      };
    this.#registry.register(addresses, onGone, startOf, headersOf, heartbeat);
  }

  #runSource({ writer, info: { subject, inbox } }: ProducerStream, stop: StopSignal, records: () => Records): void {
    const warn = (message: string, error: unknown): void => {
      this.#host.warn({ code: 'sourceFailed', message, subject, error });
    };
    // User code never runs in the middle of an actor's step.
    const source = Promise.resolve()
      .then(() => runSource(records, writer, stop, warn))
      .catch((error: unknown) => {
        // The stream was over in the very moment in which its source finished: nothing is left to be told.
        if (error instanceof StreamError && error.code === 'writerClosed') return;
        warn('a source failed', error);
        this.#streams.get(inbox)?.fail(messageOf(error));
      })
      .finally(() => this.#sources.delete(source));
    this.#sources.add(source);
  }

  #refuse({ reply, subject }: NatsMessage, code: number, text: string): void {
    this.#host.warn({ code: 'requestRefused', message: `a request was refused: ${text}`, subject });
    if (reply === undefined || !isPublishSubject(reply) || !inboxPattern.test(reply)) return;
    const payload = (bytesMax: number): Uint8Array => encodeCloseFrame(code, text, bytesMax);
    this.#host.publish(reply, payload, undefined, 'could not publish a refusal');
  }
}
