import type { ActorRefFrom } from 'xstate';
import {
  CloseCode,
  heartbeatMachine,
  producerClientMachine,
  producerStreamMachine,
  type ActorEvent,
} from '../../machines/index.js';
import { StreamError } from '../errors.js';
import { ClientHost } from '../host/client-host.js';
import type { InterceptedRequest, Interceptor } from '../host/interceptors.js';
import { checkAddressesArgument, checkContractHandleOptions, checkHandleOptions } from '../validation/arguments.js';
import {
  plainCancellationBufferMs,
  resolveOptions,
  type ProducerClientOptions,
  type ResolvedOptions,
} from '../validation/options.js';
import { heartbeatSubject, inboxSubject, isSubscribeSubject, newConsumerToken } from '../wire/index.js';
import { createSubjectWriter } from '../writer/subject-writer.js';
import type { Writer } from '../writer/writer.js';
import { isObject, partsOf, type AnyContract, type ContractParts } from '../contracts/contract.js';
import {
  prepareHandler,
  type ContractHandleOptions,
  type ContractHandler,
  type PreparedHandler,
} from './contract-handler.js';
import { ControlChannel } from './control-channel.js';
import { drain } from './drain.js';
import { HeartbeatPaces, type HeartbeatTerms } from './heartbeat-paces.js';
import { HeartbeatExchange } from './heartbeat-exchange.js';
import { interceptedHandler } from './intercepted-source.js';
import type { ProducerStream, StreamInfo } from './producer-stream.js';
import { Registrations, type HandleOptions, type HandlerHeartbeat, type Registration } from './registrations.js';
import type { Handling, StreamHandler } from './handling.js';
import { RequestIntake } from './request-intake.js';
import { countsOf, type RunningStream } from './running-stream.js';
import { refuseMisfits, StreamRegistry, type StreamAddresses } from './stream-registry.js';
import type { StreamRequest } from './stream-request.js';
import type { Records } from './source.js';
import { SourceRuns } from './source-runs.js';
import { StreamSenders } from './stream-senders.js';

/**
 * Serves open requests and produces their streams.
 *
 * @example
 *   const producer = new ProducerClient({ connection });
 *   producer.handle('logs.web', async function* (request) {
 *     for await (const line of tail('web.log', { signal: request.signal })) yield line;
 *   });
 */
export class ProducerClient {
  readonly #options: ResolvedOptions;
  readonly #interceptors: readonly Interceptor<InterceptedRequest>[];
  readonly #host: ClientHost;
  readonly #streams = new Map<string, RunningStream>();
  readonly #registry: StreamRegistry;
  readonly #intake: RequestIntake;
  readonly #runs: SourceRuns;
  readonly #registrations: Registrations;

  /**
   * @throws {StreamError} `badArgument` if an option is unknown or invalid, or if the durations violate a timing rule.
   */
  constructor(options: ProducerClientOptions) {
    this.#options = resolveOptions(options, 'producer');
    this.#interceptors = options.interceptors ?? [];
    const { inboxPrefix, randomBytes } = this.#options;
    const streams = this.#streams;
    const host = new ClientHost(this, 'producer', this.#options, {
      ids: () => streams.keys(),
      countsOf: (id) => {
        const running = streams.get(id);
        return running === undefined ? undefined : countsOf(running);
      },
    });
    // Control frames and answers to heartbeats come to one inbox, and are told apart by their last token.
    const inbox = `${inboxPrefix}.${newConsumerToken(randomBytes)}`;
    const controls = new ControlChannel(host, streams, inbox, randomBytes);
    const senders = new StreamSenders(host, this.#options);
    const paces = new HeartbeatPaces(this.#options, options);
    this.#host = host;
    this.#registry = new StreamRegistry(host, this.#options, streams, { controls, senders, paces });
    this.#runs = new SourceRuns(host, this.#options.codec);
    this.#intake = new RequestIntake(host, this.#options, streams, this.#registry, this.#runs);
    this.#registrations = new Registrations(host);
    this.#start(inbox, controls, paces);
  }

  /** The running actor of this client. */
  get actor(): ActorRefFrom<typeof producerClientMachine> {
    return this.#host.client as ActorRefFrom<typeof producerClientMachine>;
  }

  /** The registered streams that have not closed yet. */
  get streams(): readonly StreamInfo[] {
    return Array.from(this.#streams.values(), ({ stream }) => stream.info);
  }

  /**
   * Serves the open requests on a subject, which may contain wildcards, by running the handler for each.
   *
   * Each value that the handler yields is written as a record: bytes and strings as is, any other value through the
   * codec. If it returns, the stream closes with 1000; if it throws, with 5000 and the message, or with the code of a
   * `CloseError`. When the reader is gone, `request.signal` aborts and the generator's `finally` blocks run.
   *
   * A promise of a source is awaited; if it rejects, the stream closes as if the handler had thrown. Streams and
   * iterables are read at the reader's pace, and cancelled, destroyed or returned when it leaves. An observable is
   * subscribed to, and unsubscribed from when the reader leaves; it has no backpressure, so once 64 MiB of its records
   * are waiting for the reader, the stream closes with 5000 after them. Strings and bytes are not sources: return
   * `[text]` for a single record.
   *
   * @throws {StreamError} `badArgument` or `clientClosed`.
   */
  handle(subject: string, handler: StreamHandler, options?: HandleOptions): Registration;
  /**
   * Serves the streams of a contract, one queue group of producers together: the handler is given the parameters of the
   * subject and the parsed request, and what it yields has to fit the records. A request that does not fit is refused
   * with 4000, and a record that does not is thrown back at its `yield` as a {@link StreamError} `notEncodable`; both
   * say where. Requests are checked after `accept`, and before anything is made for them.
   *
   * @throws {StreamError} `badArgument` or `clientClosed`.
   */
  handle<Contract extends AnyContract>(
    contract: Contract,
    handler: ContractHandler<Contract>,
    options?: ContractHandleOptions<Contract>,
  ): Registration;
  handle(
    target: string | AnyContract,
    handler: StreamHandler | ((request: never) => unknown),
    options: HandleOptions | ContractHandleOptions = {},
  ): Registration {
    const parts = isObject(target) ? partsOf(target) : undefined;
    if (parts === undefined && !isSubscribeSubject(target)) {
      throw new StreamError('badArgument', `subject: expected a NATS subject, came ${JSON.stringify(target)}`);
    }
    if (typeof handler !== 'function') {
      throw new StreamError('badArgument', `handler: expected a function, came ${typeof handler}`);
    }
    if (parts !== undefined) return this.#handleContract(parts, handler as (request: never) => unknown, options);
    checkHandleOptions(options);
    const { accept } = options;
    const requestOf = (asked: StreamRequest): StreamRequest => asked;
    return this.#take(target as string, options as HandleOptions, {
      handler: handler as (request: never) => Records,
      requestOf,
      accept,
      form: undefined,
    });
  }

  #handleContract(
    parts: ContractParts,
    handler: (request: never) => unknown,
    options: ContractHandleOptions,
  ): Registration {
    checkContractHandleOptions(options);
    const { queue = parts.pattern.pattern, params, accept, streamsMax, interceptors, heartbeat } = options;
    const subscribing = {
      ...(accept === undefined ? {} : { accept }),
      ...(queue === false ? {} : { queue }),
      ...(streamsMax === undefined ? {} : { streamsMax }),
      ...(interceptors === undefined ? {} : { interceptors }),
      ...(heartbeat === undefined ? {} : { heartbeat }),
    };
    checkHandleOptions(subscribing);
    return this.#take(parts.pattern.wildcardOf(params), subscribing, prepareHandler(parts, handler, accept));
  }

  #take(
    subject: string,
    options: HandleOptions,
    { handler, requestOf, ...taking }: Omit<PreparedHandler, 'accept'> & Pick<Handling, 'accept' | 'form'>,
  ): Registration {
    this.#refuseIfClosed();
    const { streamsMax = Infinity, interceptors = [], heartbeat } = options;
    const around = interceptedHandler([...this.#interceptors, ...interceptors], handler);
    const handling: Handling = {
      ...taking,
      handler: (asked, given) => around(requestOf(asked, given)),
      heartbeat: heartbeat === undefined ? undefined : termsOf(heartbeat),
      places: { streamsMax, taken: 0 },
    };
    return this.#registrations.add(subject, options, (message) => this.#intake.take(message, handling));
  }

  /**
   * Registers a stream, for applications that take requests themselves: it is supervised by heartbeats from then on.
   * Registering a stream again returns the existing one.
   *
   * @throws {StreamError} `badArgument` for invalid addresses, or `clientClosed`.
   */
  addStream(addresses: StreamAddresses): ProducerStream {
    checkAddressesArgument(addresses);
    this.#refuseIfClosed();
    refuseMisfits(addresses);
    return this.#registry.register(addresses);
  }

  /** Ends a registered stream with 1001, unless its writer has closed it. Returns whether it was registered. */
  removeStream(consumerId: string, streamId: string): boolean {
    const id = inboxSubject(consumerId, streamId);
    if (!this.#streams.has(id)) return false;
    this.#host.dispatch(id, { type: 'app.close' });
    return true;
  }

  /**
   * A writer that publishes records and a close to a subject. For the inbox of a registered stream it is that stream's
   * own writer.
   */
  newWriter(subject: string): Writer {
    return (
      this.#streams.get(subject)?.stream.writer ??
      createSubjectWriter(subject, this.#host.publisher, this.#options.codec, (message, error) => {
        this.#host.warnOfPublish(subject, message, error);
      })
    );
  }

  /** Stops taking requests and ends every stream with 1001 immediately, without waiting for sources to finish. */
  async close(): Promise<void> {
    await this.#host.close();
  }

  /**
   * Stops taking requests and ends every stream with 1001. A stream with the delivery extension ends after everything
   * that was written, which its reader has then received. Waits for that and for the sources to finish, up to
   * `cancellationBufferMs`, and until the server has taken everything.
   */
  async drain(): Promise<void> {
    this.#intake.isClosing = true;
    const { clock, cancellationBufferMs } = this.#options;
    await drain({
      host: this.#host,
      registrations: this.#registrations,
      streams: this.#streams,
      sources: this.#runs,
      clock,
      cancellationBufferMs,
    });
  }

  /** The same as {@link close}. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Wires the parts: what performs the commands of the machines, and what hears of the wire. */
  #start(inbox: string, controls: ControlChannel, paces: HeartbeatPaces): void {
    const streams = this.#streams;
    const host = this.#host;
    const { missedHeartbeatsMax, randomBytes } = this.#options;
    const heartbeats = new HeartbeatExchange(host.publisher, inbox, randomBytes, {
      answered: (id, reported) => host.dispatch(id, { type: 'heartbeat.answered', reported }),
      unanswerable: (id) => host.dispatch(id, { type: 'heartbeat.unanswerable' }),
      warn: (warning) => host.warn(warning),
    });
    host.start({
      client: producerClientMachine,
      clientInput: { missedHeartbeatsMax, extendedMissesMax: paces.announcedMissesMax },
      clockOf: (id) => paces.clockOf(id),
      machines: { producerStream: producerStreamMachine, heartbeat: heartbeatMachine },
      delays: {
        heartbeatInterval: ({ context }) => paces.intervalOf(context.id ?? ''),
        heartbeatRequestTimeout: ({ context }) => paces.requestTimeoutOf(context.id ?? ''),
        cancellationBuffer: plainCancellationBufferMs(this.#options),
      },
      performers: {
        'wire.data': ({ id }) => streams.get(id)?.publishRecord(),
        'wire.announce': ({ id }) => streams.get(id)?.delivery?.announce(),
        'wire.probe': ({ id, isRound }) => streams.get(id)?.delivery?.probe(isRound),
        'wire.resend': ({ id }) => streams.get(id)?.delivery?.resend(),
        'wire.finish': ({ id, code, text }) => streams.get(id)?.delivery?.finish(code, text),
        'wire.close': ({ id, code, text }) => streams.get(id)?.publishClose(code, text),
        'wire.ask': ({ id, streams: listed }) => heartbeats.ask(id, listed),
        'source.start': ({ id }) => streams.get(id)?.start(),
        'source.cancel': ({ id, text }) => streams.get(id)?.cancel(text),
      },
      inboxes: {
        [`${inbox}.*`]: (message) => {
          if (controls.isControl(message.subject)) controls.onFrame(message);
          else heartbeats.onAnswer(message);
        },
      },
      onStreamGone: (id, text) => {
        heartbeats.forget(id);
        this.#registry.onGone(id, text);
      },
      onRefused: (subject, text) => this.#onRefused(subject, text),
      onReleased: () => this.#registrations.release(),
    });
  }

  /** Frames that the server refuses end their stream, heartbeats those of their consumer. */
  #onRefused(subject: string, text: string): readonly (readonly [id: string, event: ActorEvent])[] {
    const supervised = Array.from(this.#streams.values(), ({ stream }) => stream.info).filter(
      ({ consumerId }) => heartbeatSubject(consumerId) === subject,
    );
    const code = CloseCode.NotPermitted;
    const refused = Array.from(this.#streams).flatMap(([inbox, { addresses }]) =>
      addresses.framesTo === subject ? [inbox] : [],
    );
    return [
      ...refused.map((inbox) => [inbox, { type: 'peer.unreachable', code, text }] as const),
      ...supervised.map(({ inbox }) => [inbox, { type: 'heartbeat.refused', text }] as const),
    ];
  }

  #refuseIfClosed(): void {
    if (this.#host.isOver || this.#intake.isClosing)
      throw new StreamError('clientClosed', 'the client is closed or drains');
  }
}

/** The terms of one handler; they are told apart by their identity. */
function termsOf({ intervalMs, timeoutMs = intervalMs, missedMax = 2 }: HandlerHeartbeat): HeartbeatTerms {
  return {
    heartbeatIntervalMs: intervalMs,
    heartbeatRequestTimeoutMs: timeoutMs,
    missedHeartbeatsMax: missedMax,
  };
}
