import { CloseCode } from '../../machines/index.js';
import type { ClientHost } from '../host/client-host.js';
import type { NatsMessage } from '../transport/nats-connection.js';
import { readHeaders } from '../transport/headers.js';
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
import { decisionOf, type Decision } from './acceptance.js';
import type { Handling } from './handling.js';
import type { RunningStreams } from './running-stream.js';
import { StreamPlaces, type Place } from './stream-limits.js';
import type { StreamAddresses, StreamRegistry } from './stream-registry.js';
import { RequestedStream } from './requested-stream.js';
import type { SourceRuns } from './source-runs.js';

/** Where a refusal may go: to what is an inbox by its name. Nobody can aim this client at another subject. */
const inboxPattern = /^_(SINBOX|INBOX|R_)\./;

/** Takes open requests: decodes and checks each, and refuses it or starts its stream and the source of its records. */
export class RequestIntake {
  readonly #host: ClientHost;
  readonly #options: ResolvedOptions;
  readonly #streams: RunningStreams;
  readonly #registry: StreamRegistry;
  readonly #runs: SourceRuns;
  readonly #places: StreamPlaces;
  /** Whether the client drains: nothing new is served, and requests that still wait to be accepted come too late. */
  isClosing = false;
  /** The inboxes of requests that wait to be accepted. */
  readonly #asking = new Set<string>();

  constructor(
    host: ClientHost,
    options: ResolvedOptions,
    streams: RunningStreams,
    registry: StreamRegistry,
    runs: SourceRuns,
  ) {
    this.#host = host;
    this.#options = options;
    this.#streams = streams;
    this.#registry = registry;
    this.#runs = runs;
    this.#places = new StreamPlaces(options);
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
    handling: Handling,
    given: unknown,
    place: Place | undefined,
  ): void {
    const { subject, reply } = message;
    const extension = this.#options.acceptExtension ? request.extension : undefined;
    const { consumerId, streamId, body } = request;
    const { exact = false, superjson = false, delivery, timeoutMs, bodySuperjson } = extension ?? {};
    const addresses: StreamAddresses = {
      consumerId,
      streamId,
      subject,
      ...(isImportReply(reply) ? { reply } : {}),
      exact,
      superjson,
      ...(delivery === undefined ? {} : { delivery }),
      ...(timeoutMs === undefined ? {} : { timeoutMs }),
    };
    // Nothing of the message itself is kept: its bytes stand in a piece of memory with those of many others.
    const headers = readHeaders(message.headers);
    const asked = { subject, consumerId, streamId, headers, timeoutMs, body, bodySuperjson };
    this.#registry.register(addresses, new RequestedStream(this.#runs, handling, asked, given, place));
  }

  #refuse({ reply, subject }: NatsMessage, code: number, text: string): void {
    this.#host.warn({ code: 'requestRefused', message: `a request was refused: ${text}`, subject });
    if (reply === undefined || !isPublishSubject(reply) || !inboxPattern.test(reply)) return;
    const payload = (bytesMax: number): Uint8Array => encodeCloseFrame(code, text, bytesMax);
    this.#host.publish(reply, payload, undefined, 'could not publish a refusal');
  }
}
