import type { ActorRefFrom } from 'xstate';
import {
  clientActorId,
  CloseCode,
  consumerClientMachine,
  consumerStreamMachine,
  type StreamEnd,
} from '../../machines/index.js';
import { StreamError } from '../errors.js';
import { ClientHost } from '../host/client-host.js';
import type { InterceptedOpen, Interceptor } from '../host/interceptors.js';
import type { StreamCounts } from '../host/trace-port.js';
import { traceOpening } from '../host/traceable.js';
import { createHeaders } from '../transport/headers.js';
import { checkOpenStreamOptions } from '../validation/arguments.js';
import {
  absorbingMs,
  resolveOptions,
  type ConsumerClientOptions,
  type ResolvedOptions,
} from '../validation/options.js';
import {
  consumerIdOf,
  heartbeatSubject,
  inboxSubject,
  inboxWildcard,
  isPublishSubject,
  newConsumerToken,
  newStreamId,
} from '../wire/index.js';
import type { Receiver } from '../delivery/receiver.js';
import { isObject, partsOf, type AnyContract } from '../contracts/contract.js';
import { createSubjectWriter } from '../writer/subject-writer.js';
import type { Writer } from '../writer/writer.js';
import type { ConsumerStream } from './consumer-stream.js';
import { openContract, type ContractStream, type OpenArguments } from './contract-stream.js';
import { createOpenStream } from './create-open-stream.js';
import { FrameRouter } from './frame-router.js';
import { countGranted, nextWindowBytes } from './granted-windows.js';
import { HeartbeatAnswers } from './heartbeat-answers.js';
import type { OpenStream, StreamSurroundings } from './open-stream.js';
import { OpenRequests, requestRetryMs } from './open-requests.js';
import type { OpenStreamOptions } from './open-stream-options.js';
import { SecondProducers } from './second-producers.js';

/**
 * Opens streams and reads them. However many streams a client has, they share one inbox subscription.
 *
 * @example
 *   const consumer = new ConsumerClient({ connection });
 *   for await (const record of consumer.openStream('logs.web')) console.log(record.length);
 */
export class ConsumerClient {
  readonly #options: ResolvedOptions;
  readonly #surroundings: StreamSurroundings;
  readonly #interceptors: readonly Interceptor<InterceptedOpen>[];
  readonly #host: ClientHost;
  readonly #streams = new Map<string, OpenStream>();
  /** The streams that no producer has answered yet. */
  readonly #opening = new Set<string>();
  readonly #requests: OpenRequests;
  readonly #seconds: SecondProducers;
  /** The consumer id on the wire: `_SINBOX.`, `consumerName` and a dot if there is one, 22 random characters, a dot. */
  readonly id: string;

  /**
   * @throws {StreamError} `badArgument` if an option is unknown or invalid, or if the durations violate a timing rule.
   */
  constructor(options: ConsumerClientOptions) {
    this.#options = resolveOptions(options);
    this.#interceptors = options.interceptors ?? [];
    this.id = consumerIdOf(newConsumerToken(this.#options.randomBytes), this.#options.consumerName);
    this.#host = new ClientHost(this, 'consumer', this.#options, {
      ids: () => this.#streams.keys(),
      countsOf: (id) => this.#countsOf(id),
    });
    const isSilenceGiven = options.silenceTimeoutMs !== undefined;
    this.#surroundings = { host: this.#host, consumerId: this.id, options: this.#options, isSilenceGiven };
    this.#requests = new OpenRequests(this.id, this.#options, this.#host);
    this.#seconds = new SecondProducers(this.#host, this.#options.inboxPrefix);
    this.#start();
  }

  /** The running actor of this client. */
  get actor(): ActorRefFrom<typeof consumerClientMachine> {
    return this.#host.client as ActorRefFrom<typeof consumerClientMachine>;
  }

  /** The streams of this client that have not closed yet, including those being cancelled. */
  get streams(): readonly ConsumerStream[] {
    return Array.from(this.#streams.values(), ({ stream }) => stream);
  }

  /**
   * Opens a stream. The request is published before this returns, or on reconnect while the connection is down.
   *
   * @param subject The subject that producers serve; no wildcards.
   * @param data The request body: bytes are sent as is, strings as UTF-8, any other value through the codec. Without a
   *   codec the body is plain JSON, and type annotations travel beside it for producers that know the extension.
   * @param options How the stream is read, and when it is cancelled.
   * @throws {StreamError} `badArgument`, `tooLarge` if the body does not fit into one message, `notEncodable`,
   *   `tooManyOpening`, or `clientClosed`. Throws the signal's reason if it has already aborted.
   */
  openStream(subject: string, data?: unknown, options?: OpenStreamOptions): ConsumerStream;
  /**
   * Opens a stream of a contract: the parameters of its subject and its request are checked against it, and its records
   * are parsed. What does not fit ends the stream, with 4000 before a request is sent and with 1003 at a record; the
   * texts say where.
   *
   * @throws {StreamError} as for a subject. Where a schema answers later, what is thrown then ends the stream.
   */
  openStream<Contract extends AnyContract>(
    contract: Contract,
    ...options: OpenArguments<Contract>
  ): ContractStream<Contract>;
  openStream(
    target: string | AnyContract,
    data?: unknown,
    options: OpenStreamOptions = {},
  ): ConsumerStream | ContractStream {
    if (!isObject(target)) return this.#openSubject(target, data, options);
    const open = (subject: string, body: unknown, reading: OpenStreamOptions): ConsumerStream =>
      this.#openSubject(subject, body, reading);
    return openContract(partsOf(target), data ?? {}, {
      open,
      clock: this.#options.clock,
      interceptors: this.#interceptors,
    });
  }

  #openSubject(subject: string, data: unknown, options: OpenStreamOptions): ConsumerStream {
    checkOpenStreamOptions(options);
    const tracers = this.#host.streamTraces;
    if (tracers.length === 0) return this.#open(subject, data, options);
    return traceOpening(tracers, subject, options.headers, (headers) =>
      this.#open(subject, data, headers === undefined ? options : { ...options, headers }),
    );
  }

  #open(subject: string, data: unknown, options: OpenStreamOptions): ConsumerStream {
    if (!isPublishSubject(subject)) {
      throw new StreamError(
        'badArgument',
        `subject: expected a subject without wildcards, came ${JSON.stringify(subject)}`,
      );
    }
    if (this.#host.isReleased || !this.#host.clientSnapshot.matches({ open: { intake: 'accepting' } })) {
      throw new StreamError('clientClosed', 'the client is closed or drains: no stream can be opened');
    }
    if (this.#opening.size >= this.#options.openingMax) {
      throw new StreamError(
        'tooManyOpening',
        `expected at most ${this.#options.openingMax} streams that wait to be opened (openingMax), came one more`,
      );
    }
    options.signal?.throwIfAborted();

    // Whatever may throw comes before the timer and the listener are set.
    const id = this.#newId();
    const windowBytes = this.#offersDelivery ? nextWindowBytes(this.id, this.#options) : undefined;
    const headers = createHeaders(options.headers);
    const requestAs = this.#requests.build(id, { data, windowBytes, timeoutMs: options.timeoutMs, headers });
    const request = { requestAs, headers, windowBytes };
    const stream = createOpenStream(this.#surroundings, { id, subject }, request, options);
    this.#streams.set(id, stream);
    this.#opening.add(id);
    countGranted(this.#options.connection, this.id, stream.windowBytes);
    this.#host.dispatch(clientActorId, { type: 'app.open', id, subject });
    // The handle keeps its actor, which may be over when somebody asks for it.
    stream.keepActor();
    return stream.stream;
  }

  /** A writer that publishes records and a close to any subject, such as the inbox of a stream registered elsewhere. */
  newWriter(subject: string): Writer {
    return createSubjectWriter(subject, this.#host.publisher, this.#options.codec, (message, error) => {
      this.#host.warnOfPublish(subject, message, error);
    });
  }

  /**
   * Ends every stream and unsubscribes immediately. Producers are not notified: they notice missed heartbeats and stop
   * by themselves. Use {@link drain} for a graceful shutdown.
   */
  async close(): Promise<void> {
    await this.#host.close();
  }

  /**
   * Ends every stream, opens no new ones, and keeps answering heartbeats until every producer knows, or has been silent
   * for the cancellation buffer.
   */
  async drain(): Promise<void> {
    this.#host.dispatch(clientActorId, { type: 'app.drain' });
    await this.#host.released;
    await this.#host.publisher.flush();
  }

  /** The same as {@link close}. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Wires the parts: what performs the commands of the machines, and what hears of the wire. */
  #start(): void {
    const streams = this.#streams;
    const { inboxPrefix } = this.#options;
    const frames = new FrameRouter(this.#host, streams, this.#seconds, inboxPrefix);
    const heartbeats = new HeartbeatAnswers(this.#host, streams, this.#seconds, inboxPrefix);
    const { openTimeoutMs, silenceTimeoutMs } = this.#options;
    this.#host.start({
      client: consumerClientMachine,
      machines: { consumerStream: consumerStreamMachine },
      clockOf: (id) => streams.get(id)?.clock,
      delays: {
        openTimeout: openTimeoutMs,
        silenceTimeout: ({ context }) => streams.get(context.id ?? '')?.silenceTimeoutMs ?? silenceTimeoutMs,
        requestRetry: requestRetryMs,
        cancellationBuffer: absorbingMs(this.#options),
      },
      performers: {
        'wire.open': ({ id, attempt }) => {
          const stream = streams.get(id);
          if (stream !== undefined) this.#requests.publish(id, stream, attempt);
        },
        'wire.resume': ({ id }) => streams.get(id)?.delivery?.resume(),
        'wire.catchUp': ({ id }) => streams.get(id)?.delivery?.catchUp(),
        'wire.cancel': ({ id, text }) => streams.get(id)?.delivery?.cancel(text),
        'wire.answer': (answer) => heartbeats.answer(answer),
        'reader.deliver': ({ id }) => streams.get(id)?.deliverHeld(),
        'reader.attach': ({ id }) => {
          this.#opening.delete(id);
          streams.get(id)?.attach();
        },
        'reader.detach': ({ id }) => streams.get(id)?.detach(),
        'reader.end': ({ id, reason, code, text }) => {
          const stream = streams.get(id);
          this.#opening.delete(id);
          stream?.releaseReader();
          stream?.end(withFirstMissing({ reason, code, text }, stream.delivery));
        },
      },
      inboxes: {
        [inboxWildcard(this.id)]: (message) => frames.onFrame(message),
        [heartbeatSubject(this.id)]: (message) => heartbeats.onRequest(message),
      },
      onStreamGone: (id, text) => this.#onStreamGone(id, text),
      onRefused: (subject, text) =>
        this.#streamsThatNeed(subject).map((id) => [id, { type: 'link.refused', text }] as const),
    });
  }

  /** An id that no stream of this client has. One in 2^47 is taken at random, so a second draw is as good as none. */
  #newId(): string {
    for (let draws = 0; draws < 100; draws += 1) {
      const id = newStreamId(this.#options.randomBytes);
      if (!this.#streams.has(id)) return id;
    }
    throw new StreamError('badArgument', 'randomBytes: expected random bytes, came the same ones again and again');
  }

  get #offersDelivery(): boolean {
    return this.#options.offerExtension && this.#options.offerDelivery;
  }

  #countsOf(id: string): StreamCounts | undefined {
    const stream = this.#streams.get(id);
    if (stream === undefined) return undefined;
    const touchedAgoMs = this.#options.clock.now() - stream.clock.touchedAt;
    return { actor: id, stream: inboxSubject(this.id, stream.streamId), ...stream.counts(), touchedAgoMs };
  }

  /** The streams that cannot do without a subject: of their request, or of what the client says to their producer. */
  #streamsThatNeed(subject: string): readonly string[] {
    return Array.from(this.#streams)
      .filter(([, { hosted, subject: asked, delivery, answeredTo }]) =>
        hosted?.snapshot.matches('opening') === true
          ? asked === subject
          : delivery?.control === subject || answeredTo === subject,
      )
      .map(([id]) => id);
  }

  #onStreamGone(id: string, text: string): void {
    const stream = this.#streams.get(id);
    if (stream === undefined) return;
    this.#streams.delete(id);
    this.#opening.delete(id);
    stream.delivery?.release();
    countGranted(this.#options.connection, this.id, -stream.windowBytes);
    this.#seconds.keep(id, stream);
    if (stream.hasEnded()) return;
    stream.releaseReader();
    stream.end({ reason: 'closed', code: CloseCode.InternalServerError, text });
    this.#host.dispatch(clientActorId, { type: 'stream.closed', id });
  }
}

/** A loss names the first record that is missing. */
function withFirstMissing(
  end: StreamEnd,
  delivery: Receiver | undefined,
): StreamEnd & { readonly firstMissing?: number } {
  if (end.reason !== 'recordsLost' || delivery === undefined) return end;
  const { next } = delivery;
  return { ...end, text: `record ${next}, counted from 0, is missing: ${end.text}`, firstMissing: next };
}
