import type { ActorRefFrom } from 'xstate';
import {
  clientActorId,
  CloseCode,
  heartbeatMachine,
  producerClientMachine,
  producerStreamMachine,
} from '../../machines/index.js';
import { checkAddressesArgument, checkHandleOptions } from '../validation/arguments.js';
import { messageOf, StreamError } from '../errors.js';
import { FrameMemory } from '../delivery/frame-pool.js';
import { HeartbeatExchange } from './heartbeat-exchange.js';
import { linkClient } from '../host/client-link.js';
import { ByteBudget } from '../delivery/byte-budget.js';
import { ConsumerBudget } from '../delivery/consumer-budget.js';
import type { NatsConnection, NatsMessage, NatsSubscription } from '../transport/nats-connection.js';
import {
  plainCancellationBufferMs,
  resolveOptions,
  type ProducerClientOptions,
  type ResolvedOptions,
} from '../validation/options.js';
import { RecentSubjects } from '../transport/recent-subjects.js';
import type { Violation } from '../transport/violation.js';
import { Outbound } from '../transport/publisher.js';
import { OutboundDelivery } from '../delivery/sender.js';
import {
  createProducerStream,
  type ProducerStream,
  type ProducerStreamOutlet,
  type StreamInfo,
} from './producer-stream.js';
import type { TracedClient, StreamCounts } from '../host/trace-port.js';
import { attachTracer, makeTraceable } from '../host/traceable.js';
import { Runner } from '../host/runner.js';
import { timerMsMax } from '../validation/argument-checks.js';
import { runSource, type Records } from './source.js';
import { createStreamRequest, type StreamRequest } from './stream-request.js';
import { createSubjectWriter } from '../writer/subject-writer.js';
import {
  checkAddresses,
  decodeControl,
  decodeOpenRequest,
  encodeCloseFrame,
  heartbeatSubject,
  inboxSubject,
  isPublishSubject,
  isSubscribeSubject,
  newConsumerToken,
  type DeliveryOffer,
  type OpenRequest,
} from '../wire/index.js';
import type { Writer } from '../writer/writer.js';

/**
 * Makes the records of one stream: usually an async generator function. May give any iterable as well, a web
 * `ReadableStream`, a Node `Readable`, what has `Symbol.observable` or `subscribe`, or a promise of one of them.
 */
export type StreamHandler = (request: StreamRequest) => Records;

/** How requests are taken. */
export interface HandleOptions {
  /** Producers of one queue group share the requests: each request goes to one of them. */
  readonly queue?: string;
}

/** A handler's registration for the requests of a subject. Disposing of it stops it. */
export interface Registration extends Disposable {
  readonly subject: string;
  /**
   * Resolves when the server knows of it: streams that are opened from then on find this producer. (In a cluster other
   * servers hear of it a moment later.) While the connection is down it waits. Rejects with a {@link StreamError}:
   * `subscriptionLost` where the server refuses the subscription or it was stopped, `clientClosed` where the client or
   * the connection is closed before. Nobody has to await it.
   */
  readonly ready: Promise<void>;
  /** Takes no more requests. Streams that run go on. */
  stop(): void;
}

/**
 * The former name of {@link Registration}.
 *
 * @deprecated Use {@link Registration}.
 */
export type Handling = Registration;

/** Which stream to register: what the consumer's open request says, and the subject on which it came. */
export interface StreamAddresses {
  readonly subject: string;
  readonly consumerId: string;
  readonly streamId: string;
  /** Whether the consumer's heartbeat answers are exact, so that one report is enough. False unless told. */
  readonly exact?: boolean;
  /** Whether the consumer reads superjson's annotations. False unless told. */
  readonly superjson?: boolean;
  /** What the consumer offers of the delivery extension. Nothing unless told. */
  readonly delivery?: DeliveryOffer;
  /** How long the reader will read at most, in milliseconds from now. For ever unless told. */
  readonly timeoutMs?: number;
}

/** A stream of this client, from its registration to its `closed` state. */
interface RunningStream extends ProducerStreamOutlet {
  readonly start: () => void;
  /** The subject on which the consumer of an extended stream says what it has received. */
  readonly control: string;
  /** Gives back the timer of the reader's deadline. */
  readonly releaseDeadline: () => void;
  /** Resolves when its actor is over. */
  readonly gone: Promise<void>;
  readonly settleGone: () => void;
}

/** What the last token of a control subject begins with. Heartbeat answers go to tokens of letters and digits. */
const controlPrefix = '~';

/** Where a refusal may go: to what is an inbox by its name. Nobody can aim this client at another subject. */
const inboxPattern = /^_(SINBOX|INBOX|R_)\./;

/**
 * Takes open requests and produces their streams.
 *
 * @example
 *   const producer = new ProducerClient({ connection });
 *   producer.handle('logs.web', async function* (request) {
 *     for await (const line of tail('web.log', { signal: request.signal })) yield line;
 *   });
 */
export class ProducerClient {
  readonly #options: ResolvedOptions;
  /** The application's connection, with the tracer's tap on it where there is one. */
  readonly #connection: NatsConnection;
  readonly #runner: Runner;
  readonly #outbound: Outbound;
  readonly #heartbeats: HeartbeatExchange;
  readonly #streams = new Map<string, RunningStream>();
  /** Extended streams by their control subjects, which no two streams ever share. */
  readonly #controls = new Map<string, string>();
  readonly #budget: ByteBudget;
  /** By the ids of the consumers that have extended streams here. */
  readonly #consumerBudgets = new Map<string, ConsumerBudget>();
  readonly #frameMemory = new FrameMemory();
  readonly #inboxSubject: string;
  /** What the server was heard to refuse: told once, however many messages it is. */
  readonly #refused = new RecentSubjects();
  #controlsMade = 0;
  readonly #sources = new Set<Promise<void>>();
  readonly #handlings = new Set<NatsSubscription>();
  readonly #inbox: NatsSubscription;
  readonly #link: { release(): void };
  #isReleased = false;
  #isDraining = false;
  readonly #closed: Promise<void>;
  #settleClosed: () => void = () => undefined;

  /**
   * @throws {StreamError} `badArgument` where an option is unknown or has a bad value, or where the durations break a
   *   timing rule.
   */
  constructor(options: ProducerClientOptions) {
    this.#options = resolveOptions(options, 'producer');
    const { clock, heartbeatIntervalMs, heartbeatRequestTimeoutMs, missedHeartbeatsMax } = this.#options;
    const traced: TracedClient = {
      role: 'producer',
      connection: this.#options.connection,
      actors: () => this.#runner.actors,
      streams: () => Array.from(this.#streams.values(), countsOf),
      streamOf: (id) => {
        const running = this.#streams.get(id);
        return running === undefined ? undefined : countsOf(running);
      },
    };
    const traceable = makeTraceable(this, traced);
    const { connection } = traceable;
    this.#connection = connection;
    this.#outbound = new Outbound(connection, (subject, error) => {
      this.#warnOfPublish(subject, 'a message could not be published', error);
    });
    this.#budget = new ByteBudget(this.#options.keptBytesMax);
    this.#closed = new Promise((resolve) => {
      this.#settleClosed = resolve;
    });
    this.#runner = new Runner({
      client: producerClientMachine,
      clientInput: { missedHeartbeatsMax },
      machines: { producerStream: producerStreamMachine, heartbeat: heartbeatMachine },
      clock,
      inspect: this.#options.inspect,
      traceable,
      delays: {
        heartbeatInterval: heartbeatIntervalMs,
        heartbeatRequestTimeout: heartbeatRequestTimeoutMs,
        cancellationBuffer: plainCancellationBufferMs(this.#options),
      },
      performers: {
        'wire.data': ({ id }) => this.#streams.get(id)?.publishRecord(),
        'wire.announce': ({ id }) => this.#streams.get(id)?.delivery?.announce(),
        'wire.probe': ({ id, isRound }) => this.#streams.get(id)?.delivery?.probe(isRound),
        'wire.resend': ({ id }) => this.#streams.get(id)?.delivery?.resend(),
        'wire.finish': ({ id, code, text }) => this.#streams.get(id)?.delivery?.finish(code, text),
        'wire.close': ({ id, code, text }) => this.#streams.get(id)?.publishClose(code, text),
        'wire.ask': ({ id, streams }) => {
          this.#heartbeats.ask(id, streams);
        },
        'source.start': ({ id }) => this.#streams.get(id)?.start(),
        'source.cancel': ({ id, text }) => this.#streams.get(id)?.cancel(text),
        'client.release': () => {
          this.#release();
        },
      },
      onGone: (id) => {
        this.#onGone(id, 'its actor was stopped');
      },
      onBroken: (id, error) => {
        this.#options.onWarning({ code: 'actorBroke', message: `the actor ${id} broke`, error });
        this.#onGone(id, messageOf(error));
      },
    });
    const inbox = `${this.#options.inboxPrefix}.${newConsumerToken(this.#options.randomBytes)}`;
    this.#inboxSubject = inbox;
    this.#heartbeats = new HeartbeatExchange(this.#outbound, inbox, this.#options.randomBytes, {
      answered: (id, reported) => {
        this.#runner.dispatch(id, { type: 'heartbeat.answered', reported });
      },
      unanswerable: (id) => {
        this.#runner.dispatch(id, { type: 'heartbeat.unanswerable' });
      },
      warn: this.#options.onWarning,
    });
    this.#inbox = connection.subscribe(`${inbox}.*`, {
      callback: (error, message) => {
        if (error !== null) this.#onInboxLost(error);
        else if (this.#isControl(message.subject)) this.#onControl(message);
        else this.#heartbeats.onAnswer(message);
      },
    });
    this.#link = linkClient(connection, this.#outbound, this.#runner, (violation) => {
      this.#onRefused(violation);
    });
    attachTracer(traceable, this.#options.tracer, this.#options.onWarning);
  }

  /** The live actor of this client. */
  get actor(): ActorRefFrom<typeof producerClientMachine> {
    return this.#runner.client as ActorRefFrom<typeof producerClientMachine>;
  }

  /** The streams that are registered and not over. */
  get streams(): readonly StreamInfo[] {
    return Array.from(this.#streams.values(), ({ stream }) => stream.info);
  }

  /**
   * Takes the open requests of a subject, which may hold wildcards, and runs the handler for each.
   *
   * What the handler yields is written: bytes and strings as they are, any other value with the codec. Its return
   * closes the stream with 1000, its throw with 5000 and the reason, or with the code of a `CloseError`. When the
   * reader is gone, `request.signal` aborts and the generator's `finally` blocks run.
   *
   * A promise of a source is awaited; where it rejects, the stream closes as for a throw. Streams and iterables are read
   * as fast as the reader takes their records, and cancelled, destroyed or returned when it leaves. An observable is
   * subscribed to, and unsubscribed from when the reader leaves; it cannot be asked to wait, so where 64 MiB of its
   * records wait for the reader the stream closes with 5000 after them. Strings and bytes are no sources: give `[text]`
   * for one record.
   *
   * @throws {StreamError} `badArgument` or `clientClosed`.
   */
  handle(subject: string, handler: StreamHandler, options: HandleOptions = {}): Registration {
    if (!isSubscribeSubject(subject)) {
      throw new StreamError('badArgument', `subject: expected a NATS subject, came ${JSON.stringify(subject)}`);
    }
    if (typeof handler !== 'function') {
      throw new StreamError('badArgument', `handler: expected a function, came ${typeof handler}`);
    }
    checkHandleOptions(options);
    this.#refuseIfClosed();
    let lost: StreamError | undefined;
    const subscription = this.#connection.subscribe(subject, {
      ...(options.queue === undefined ? {} : { queue: options.queue }),
      callback: (error, message) => {
        if (error === null) {
          this.#onRequest(message, handler);
          return;
        }
        const text = `no requests can be taken: ${error.message}`;
        lost = new StreamError('subscriptionLost', text, { cause: error });
        this.#options.onWarning({ code: 'subscriptionLost', message: text, subject, error });
      },
    });
    this.#handlings.add(subscription);
    const confirm = async (): Promise<void> => {
      const isConfirmed = await this.#outbound.confirm();
      if (lost !== undefined) throw lost;
      if (!isConfirmed || this.#isReleased) throw new StreamError('clientClosed', 'the client is closed');
      if (!this.#handlings.has(subscription)) throw new StreamError('subscriptionLost', 'the handling was stopped');
    };
    let ready: Promise<void> | undefined;
    const stop = (): void => {
      if (this.#handlings.delete(subscription)) this.#unsubscribe(subscription);
    };
    return {
      subject,
      // Asked only where somebody wants to know: it costs a trip to the server.
      get ready() {
        if (ready === undefined) {
          ready = confirm();
          ready.catch(() => undefined);
        }
        return ready;
      },
      stop,
      [Symbol.dispose]: stop,
    };
  }

  /**
   * Registers a stream, for those who take requests themselves: it is supervised by heartbeats from now on. Registering
   * a stream again gives the one that is registered.
   *
   * @throws {StreamError} `badArgument` for addresses that are none, `clientClosed`.
   */
  addStream(addresses: StreamAddresses): ProducerStream {
    checkAddressesArgument(addresses);
    const { subject, consumerId, streamId } = addresses;
    this.#refuseIfClosed();
    const request: OpenRequest = {
      type: 'open',
      consumerId,
      streamId,
      heartBeatRequestSub: heartbeatSubject(consumerId),
      body: null,
    };
    const inbox = inboxSubject(consumerId, streamId);
    const misfit = checkAddresses(request, inbox);
    if (misfit !== undefined || !isPublishSubject(subject)) {
      throw new StreamError(
        'badArgument',
        misfit === undefined
          ? `subject: expected a subject without wildcards, came ${JSON.stringify(subject)}`
          : `expected ${misfit.expected}, came ${misfit.came}`,
      );
    }
    return this.#register(addresses, () => () => undefined);
  }

  /** Ends a registered stream with 1001, unless its writer has closed it. Says whether it was registered. */
  removeStream(consumerId: string, streamId: string): boolean {
    const id = inboxSubject(consumerId, streamId);
    if (!this.#streams.has(id)) return false;
    this.#runner.dispatch(id, { type: 'app.close' });
    return true;
  }

  /**
   * A writer of records and a close to a subject. Where the subject is the inbox of a registered stream, it is that
   * stream's own writer.
   */
  newWriter(subject: string): Writer {
    return (
      this.#streams.get(subject)?.stream.writer ??
      createSubjectWriter(subject, this.#outbound, this.#options.codec, (message, error) => {
        this.#warnOfPublish(subject, message, error);
      })
    );
  }

  /** Takes no more requests and ends every stream with 1001 at once. Does not wait for sources to finish. */
  async close(): Promise<void> {
    this.#runner.dispatch(clientActorId, { type: 'app.close' });
    await this.#closed;
  }

  /**
   * Takes no more requests and ends every stream with 1001: one with delivery after what was written, which its reader
   * has received when this resolves. Waits for that and until the sources have finished, for `cancellationBufferMs` at
   * most, and until the server has taken everything.
   */
  async drain(): Promise<void> {
    this.#isDraining = true;
    // Requests that the server has routed to this client already are taken, and told that it shuts down.
    await Promise.all(
      Array.from(this.#handlings, (subscription) => this.#outbound.whileConnected(() => subscription.drain())),
    );
    this.#handlings.clear();
    const { clock, cancellationBufferMs } = this.#options;
    let timer: unknown;
    const expired = new Promise<'expired'>((resolve) => {
      timer = clock.setTimeout(() => {
        resolve('expired');
      }, cancellationBufferMs);
    });
    const finishing = Array.from(this.#streams.values()).filter(({ delivery }) => delivery !== undefined);
    for (const stream of finishing) stream.end(CloseCode.GoingAway, 'the producer drains');
    await Promise.race([Promise.all(finishing.map(({ gone }) => gone)), this.#closed, expired]);
    const late = finishing.filter(({ stream: { info } }) => this.#streams.has(info.inbox)).length;
    await this.close();
    const outcome = await Promise.race([Promise.all(this.#sources), expired]);
    clock.clearTimeout(timer);
    if (late > 0 || outcome === 'expired') {
      const left = `${late} readers have not received everything, ${this.#sources.size} sources go on`;
      this.#options.onWarning({ code: 'drainIncomplete', message: `drain: after ${cancellationBufferMs} ms ${left}` });
    }
    await this.#outbound.flush();
  }

  /** The same as {@link close}. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #onRequest(message: NatsMessage, handler: StreamHandler): void {
    const request = decodeOpenRequest(message.data);
    if (request.type === 'malformed') {
      this.#refuse(
        message,
        CloseCode.BadRequest,
        `error decoding Request: expected ${request.expected}, came ${request.came}`,
      );
      return;
    }
    const misfit = checkAddresses(request, message.reply);
    if (misfit !== undefined) {
      this.#refuse(message, CloseCode.BadRequest, `expected ${misfit.expected}, came ${misfit.came}`);
      return;
    }
    if (this.#isClosed()) {
      this.#refuse(message, CloseCode.GoingAway, 'the producer shuts down');
      return;
    }
    const { consumerId, streamId, body } = request;
    const extension = this.#options.acceptExtension ? request.extension : undefined;
    const inbox = inboxSubject(consumerId, streamId);
    const addresses = {
      consumerId,
      streamId,
      subject: message.subject,
      exact: extension?.exact ?? false,
      superjson: extension?.superjson ?? false,
      ...(extension?.delivery === undefined ? {} : { delivery: extension.delivery }),
      ...(extension?.timeoutMs === undefined ? {} : { timeoutMs: extension.timeoutMs }),
    };
    this.#register(addresses, ({ writer, signal }) => () => {
      const given = createStreamRequest({ ...addresses, signal }, body, extension?.bodySuperjson, this.#options.codec);
      const warn = (text: string, error: unknown) => {
        this.#options.onWarning({ code: 'sourceFailed', message: text, subject: message.subject, error });
      };
      // User code never runs in the middle of an actor's step.
      const source = Promise.resolve()
        .then(() => runSource(() => handler(given), writer, signal, warn))
        .catch((error: unknown) => {
          // The stream was over in the very moment in which its source finished: nothing is left to be told.
          if (error instanceof StreamError && error.code === 'writerClosed') return;
          warn('a source failed', error);
          this.#streams.get(inbox)?.fail(messageOf(error));
        })
        .finally(() => this.#sources.delete(source));
      this.#sources.add(source);
    });
  }

  #register(addresses: StreamAddresses, startOf: (stream: ProducerStream) => () => void): ProducerStream {
    const { subject, consumerId, streamId, exact = false, superjson = false, timeoutMs } = addresses;
    // Delivery builds on exact reports: a consumer whose reports may be taken back cannot offer it.
    const offer = exact ? addresses.delivery : undefined;
    const id = inboxSubject(consumerId, streamId);
    const findActor = () => this.#runner.actorOf(id) as ActorRefFrom<typeof producerStreamMachine>;
    let actor: ActorRefFrom<typeof producerStreamMachine> | undefined;
    let running = this.#streams.get(id);
    if (running === undefined) {
      const control = this.#newControl();
      const outlet = createProducerStream({
        consumerId,
        streamId,
        subject,
        inbox: id,
        readsSuperjson: superjson && this.#options.codec === undefined,
        outbound: this.#outbound,
        delivery: offer === undefined ? undefined : this.#createDelivery(id, consumerId, control, offer),
        codec: this.#options.codec,
        actor: () => (actor ??= findActor()),
        dispatch: (event) => {
          this.#runner.dispatch(id, event);
        },
        warn: (message, error) => {
          this.#warnOfPublish(id, message, error);
        },
      });
      let settleGone: () => void = () => undefined;
      const gone = new Promise<void>((resolve) => {
        settleGone = resolve;
      });
      const start = startOf(outlet.stream);
      running = Object.assign(outlet, {
        start,
        control,
        releaseDeadline: this.#setDeadline(id, timeoutMs),
        gone,
        settleGone,
      });
      this.#streams.set(id, running);
      if (offer !== undefined) this.#controls.set(control, id);
    }
    // A duplicate is told to the machine as well, which ignores it: so that it is seen.
    const extended = offer !== undefined;
    this.#runner.dispatch(clientActorId, {
      type: 'request.received',
      id,
      consumerId,
      streamId,
      subject,
      exact,
      extended,
    });
    // Where an abort listener registers it, amid the runner's work, the actor is made when this has returned.
    actor = findActor();
    return running.stream;
  }

  #budgetOf(consumerId: string): ConsumerBudget {
    const known = this.#consumerBudgets.get(consumerId);
    if (known !== undefined) return known;
    const budget = new ConsumerBudget(this.#options.clientWindowBytes, this.#budget);
    this.#consumerBudgets.set(consumerId, budget);
    return budget;
  }

  #forgetBudget(consumerId: string): void {
    if (this.#consumerBudgets.get(consumerId)?.isUnused === true) this.#consumerBudgets.delete(consumerId);
  }

  #createDelivery(id: string, consumerId: string, control: string, offer: DeliveryOffer): OutboundDelivery {
    const { windowRecords, windowBytes, recordBytesMax } = this.#options;
    const { heartbeatIntervalMs, heartbeatRequestTimeoutMs, missedHeartbeatsMax } = this.#options;
    return new OutboundDelivery({
      inbox: id,
      control,
      outbound: this.#outbound,
      offered: { records: offer.windowRecords, bytes: offer.windowBytes },
      window: {
        records: Math.min(windowRecords, offer.windowRecords),
        bytes: Math.min(windowBytes, offer.windowBytes),
      },
      recordBytesMax: Math.min(recordBytesMax, offer.recordBytesMax),
      budget: this.#budgetOf(consumerId),
      memory: this.#frameMemory,
      terms: { version: 1, heartbeatIntervalMs, heartbeatRequestTimeoutMs, missedHeartbeatsMax },
      onEdge: (edge) => {
        this.#runner.dispatch(id, { type: edge });
      },
      onUnreachable: (announcements) => {
        this.#runner.dispatch(id, {
          type: 'peer.unreachable',
          code: CloseCode.GoingAway,
          text: `the consumer answers heartbeats, but not ${announcements} frames in a row`,
        });
      },
      onFailure: (error) => {
        this.#warnOfPublish(id, 'a frame could not be published', error);
        this.#runner.dispatch(id, {
          type: 'peer.cancelled',
          text: `a frame could not be published: ${messageOf(error)}`,
        });
      },
    });
  }

  #newControl(): string {
    this.#controlsMade += 1;
    return `${this.#inboxSubject}.${controlPrefix}${this.#controlsMade}`;
  }

  #isControl(subject: string): boolean {
    return subject.startsWith(controlPrefix, this.#inboxSubject.length + 1);
  }

  /** A consumer says what it has received, or that nobody reads. One that speaks of a stream that is over is late. */
  #onControl(message: NatsMessage): void {
    const { subject, data } = message;
    const id = this.#controls.get(subject);
    const delivery = id === undefined ? undefined : this.#streams.get(id)?.delivery;
    if (id === undefined || delivery === undefined) return;
    const control = decodeControl(data);
    if (control === undefined) {
      this.#options.onDebug({ message: `a control frame of the unknown kind ${data[0] ?? 0}`, subject });
    } else if (control.type === 'malformed') {
      this.#options.onWarning({
        code: 'malformedControl',
        message: `expected ${control.expected}, came ${control.came}`,
        subject,
      });
    } else if (control.type === 'cancel') {
      this.#runner.dispatch(id, { type: 'peer.cancelled', text: control.text });
    } else if (!delivery.onGrant(control)) {
      this.#options.onWarning({
        code: 'malformedControl',
        message: 'expected a grant of what was sent, came one of more',
        subject,
      });
    } else if (control.type === 'resume') {
      this.#runner.dispatch(id, { type: 'peer.resumed' });
    }
  }

  /** The reader will have left by then, so that nobody need wait for it to say so. */
  #setDeadline(id: string, timeoutMs: number | undefined): () => void {
    if (timeoutMs === undefined || timeoutMs > timerMsMax) return () => undefined;
    const { clock } = this.#options;
    const timer = clock.setTimeout(() => {
      this.#runner.dispatch(id, {
        type: 'peer.cancelled',
        text: `the reader's deadline of ${timeoutMs} ms has passed`,
      });
    }, timeoutMs);
    return () => {
      clock.clearTimeout(timer);
    };
  }

  #refuse(message: NatsMessage, code: number, text: string): void {
    const { reply, subject } = message;
    this.#options.onWarning({ code: 'requestRefused', message: `a request was refused: ${text}`, subject });
    if (reply === undefined || !isPublishSubject(reply) || !inboxPattern.test(reply)) return;
    try {
      this.#outbound.publish(reply, (bytesMax) => encodeCloseFrame(code, text, bytesMax));
    } catch (error) {
      this.#warnOfPublish(reply, 'could not publish a refusal', error);
    }
  }

  #warnOfPublish(subject: string, message: string, error: unknown): void {
    this.#options.onWarning({ code: 'publishFailed', message, subject, error });
  }

  /** An actor is over. One that broke, or that somebody stopped, has told nobody. */
  #onGone(id: string, text: string): void {
    if (id === clientActorId) {
      if (this.#isReleased) return;
      for (const stream of this.#streams.keys()) this.#runner.dispatch(stream, { type: 'app.close' });
      this.#release();
      return;
    }
    this.#heartbeats.forget(id);
    const stream = this.#streams.get(id);
    this.#streams.delete(id);
    if (stream === undefined) return;
    this.#controls.delete(stream.control);
    stream.releaseDeadline();
    stream.settleGone();
    if (stream.isOver()) {
      stream.delivery?.release('it is over');
      this.#forgetBudget(stream.stream.info.consumerId);
      return;
    }
    stream.publishClose(CloseCode.InternalServerError, text);
    stream.cancel(text);
    this.#forgetBudget(stream.stream.info.consumerId);
    this.#runner.dispatch(clientActorId, { type: 'stream.closed', id });
  }

  /** The server ended the subscription for heartbeat answers: no stream can be supervised any more. */
  #onInboxLost(error: Error): void {
    const text = `the inbox of the client is gone: ${error.message}`;
    this.#options.onWarning({ code: 'subscriptionLost', message: text, error });
    this.#runner.dispatch(clientActorId, { type: 'link.closed', text });
  }

  /** The server refuses what the client publishes: frames end their stream, heartbeats those of their consumer. */
  #onRefused({ operation, subject }: Violation): void {
    // The end of a subscription is told to its callback.
    if (operation !== 'publish') return;
    const text = `the server does not let the producer publish to ${subject}`;
    const supervised = Array.from(this.#streams.values(), ({ stream }) => stream.info).filter(
      ({ consumerId }) => heartbeatSubject(consumerId) === subject,
    );
    const isFrame = this.#streams.has(subject);
    if (!isFrame && supervised.length === 0 && !this.#outbound.writtenTo.has(subject)) return;
    if (this.#refused.add(subject)) {
      this.#options.onWarning({ code: 'notPermitted', message: text, subject, operation });
    }
    if (isFrame) {
      this.#runner.dispatch(subject, { type: 'peer.unreachable', code: CloseCode.NotPermitted, text });
    }
    for (const { inbox } of supervised) this.#runner.dispatch(inbox, { type: 'heartbeat.refused', text });
  }

  #isClosed(): boolean {
    return this.actor.getSnapshot().status !== 'active';
  }

  #refuseIfClosed(): void {
    if (this.#isClosed() || this.#isDraining) throw new StreamError('clientClosed', 'the client is closed or drains');
  }

  #unsubscribe(subscription: NatsSubscription): void {
    // A closed connection has given up its subscriptions itself.
    if (!this.#options.connection.isClosed()) subscription.unsubscribe();
  }

  #release(): void {
    this.#isReleased = true;
    this.#link.release();
    this.#unsubscribe(this.#inbox);
    for (const subscription of this.#handlings) this.#unsubscribe(subscription);
    this.#handlings.clear();
    this.#settleClosed();
  }
}

function countsOf({ stream, delivery }: RunningStream): StreamCounts {
  const { inbox, records, bytes } = stream.info;
  return {
    actor: inbox,
    stream: inbox,
    records,
    bytes,
    ...(delivery === undefined ? {} : { credit: delivery.credit }),
  };
}
