import type { ActorRefFrom } from 'xstate';
import {
  clientActorId,
  CloseCode,
  consumerClientMachine,
  consumerStreamMachine,
  streamIdOf,
  streamOf,
  type ListedStream,
  type StreamEnd,
} from '../../machines/index.js';
import { checkOpenStreamOptions } from '../validation/arguments.js';
import { decodeValue, encodeBody } from '../values/codec.js';
import { createConsumerStream, type ConsumerStream, type ConsumerStreamInlet } from './consumer-stream.js';
import { messageOf, StreamError } from '../errors.js';
import { InboundDelivery } from '../delivery/receiver.js';
import { linkClient } from '../host/client-link.js';
import { groupBySubject, listStreams } from '../host/listed-streams.js';
import { LivenessClock } from '../host/liveness-clock.js';
import type { NatsConnection, NatsMessage, NatsSubscription } from '../transport/nats-connection.js';
import type { QueuedRecord } from './record-queue.js';
import type { TracedClient, StreamCounts } from '../host/trace-port.js';
import { attachTracer, makeTraceable } from '../host/traceable.js';
import {
  absorbingMs,
  resolveOptions,
  type ConsumerClientOptions,
  type ResolvedOptions,
} from '../validation/options.js';
import { RecentSubjects } from '../transport/recent-subjects.js';
import type { Violation } from '../transport/violation.js';
import { Outbound } from '../transport/publisher.js';
import { timerMsMax } from '../validation/argument-checks.js';
import { Runner } from '../host/runner.js';
import { shielded } from '../host/shielded.js';
import { createSubjectWriter } from '../writer/subject-writer.js';
import {
  consumerIdOf,
  decodeDeliveryFrame,
  decodeHeartbeatRequest,
  decodeStreamFrame,
  encodeControl,
  encodeHeartbeatResponse,
  encodeOpenRequest,
  heartbeatSubject,
  inboxSubject,
  inboxWildcard,
  isDeliveryFrame,
  isPublishSubject,
  newConsumerToken,
  newStreamId,
  splitHeartbeat,
  streamIdOfInbox,
  type AnnouncedTerms,
} from '../wire/index.js';
import type { Writer } from '../writer/writer.js';

/** How a stream is read, and when it is left; every option may be absent. */
export interface OpenStreamOptions {
  /** Cancels the stream when it aborts. */
  readonly signal?: AbortSignal;
  /** The stream ends with the reason `timedOut` after so many milliseconds, whatever comes meanwhile. */
  readonly timeoutMs?: number;
  /**
   * Takes each record as it comes, instead of the iterator: for paths on which a promise a record is too much. Nobody
   * waits for a promise that it gives back. What it throws, or its promise rejects with, cancels the stream.
   */
  readonly onRecord?: (record: Uint8Array) => void;
  /** The same with each record as a value, decoded with the client's codec. */
  readonly onObject?: (value: unknown) => void;
  /**
   * Is told once that the queue of a plain producer's stream is three quarters full, before it is full and the stream
   * ends with `slowReader`; and again where it was half empty in between.
   */
  readonly onSlow?: (waiting: { readonly records: number; readonly bytes: number }) => void;
}

/** A stream of this client, from its open to its `closed` state. */
interface OpenStream extends ConsumerStreamInlet {
  /** The open request with this stream id. */
  readonly requestAs: (streamId: string) => Uint8Array;
  /** The stream id under which it was requested last: the public one, or one of a request that was asked again. */
  streamId: string;
  /** Where the client answered the heartbeat request that listed the stream last. */
  answeredTo: string | undefined;
  /** The extended stream, where the producer may accept it. */
  readonly delivery: InboundDelivery | undefined;
  /** How many bytes were granted from the beginning. */
  readonly windowBytes: number;
  /** The silence timeout, raised where the producer announced that it is heard less often. Milliseconds. */
  silenceTimeoutMs: number;
  /** Where heartbeats that list the stream come from, the last token left out: each producer has an inbox of its own. */
  heartbeatInbox: string | undefined;
  /** Whether it was warned of a second producer. */
  isShared: boolean;
  /** Gives back the deadline's timer and the signal's listener. */
  readonly releaseReader: () => void;
}

/** What is kept of an extended stream that is over. */
interface ServedStream {
  readonly id: string;
  readonly subject: string;
  /** The control subject of the producer that served it. */
  readonly control: string;
  isShared: boolean;
}

/** So many of them are kept. */
const servedStreamsMax = 1024;

const encoder = new TextEncoder();

/** After what time a request is asked again that nobody took as the link came back. Source: PROTOCOL.md, Timing. */
const requestRetryMs = 250;

/** What every stream is granted, however many there are. */
const leastWindowBytes = 16 * 1024;

/** A stream is granted no more than this share of what is left, so that later ones find more than the least. */
const windowShare = 1 / 4;

/** What the streams of all clients of a connection were granted from the beginning, together: a server counts so. */
const grantedBytesOf = new WeakMap<NatsConnection, number>();

/**
 * Opens streams and reads them. One inbox subscription serves all streams of a client, however many.
 *
 * @example
 *   const consumer = new ConsumerClient({ connection });
 *   for await (const record of consumer.openStream('logs.web')) console.log(record.length);
 */
export class ConsumerClient {
  readonly #options: ResolvedOptions;
  readonly #runner: Runner;
  readonly #outbound: Outbound;
  readonly #streams = new Map<string, OpenStream>();
  /** Extended streams that are over, the last ones: by whom they were served. */
  readonly #served = new Map<string, ServedStream>();
  readonly #subscriptions: readonly NatsSubscription[];
  readonly #link: { release(): void };
  /** What the server was heard to refuse: told once, however many messages it is. */
  readonly #refused = new RecentSubjects();
  #isReleased = false;
  readonly #closed: Promise<void>;
  #settleClosed: () => void = () => undefined;
  /** What consumers are known by on the wire: `_SINBOX.`, 22 random characters, and a dot. */
  readonly id: string;

  /**
   * @throws {StreamError} `badArgument` where an option is unknown or has a bad value, or where the durations break a
   *   timing rule.
   */
  constructor(options: ConsumerClientOptions) {
    this.#options = resolveOptions(options);
    const { clock, randomBytes } = this.#options;
    const traced: TracedClient = {
      role: 'consumer',
      connection: this.#options.connection,
      actors: () => this.#runner.actors,
      streams: () => Array.from(this.#streams, ([id, stream]) => this.#countsOf(id, stream)),
      streamOf: (id) => {
        const stream = this.#streams.get(id);
        return stream === undefined ? undefined : this.#countsOf(id, stream);
      },
    };
    const traceable = makeTraceable(this, traced);
    const { connection } = traceable;
    this.id = consumerIdOf(newConsumerToken(randomBytes));
    this.#outbound = new Outbound(connection, (subject, error) => {
      this.#options.onWarning({ code: 'publishFailed', message: 'a message could not be published', subject, error });
    });
    this.#closed = new Promise((resolve) => {
      this.#settleClosed = resolve;
    });
    this.#runner = new Runner({
      client: consumerClientMachine,
      machines: { consumerStream: consumerStreamMachine },
      clock,
      inspect: this.#options.inspect,
      traceable,
      clockOf: (id) => this.#streams.get(id)?.clock,
      delays: {
        openTimeout: this.#options.openTimeoutMs,
        silenceTimeout: ({ context }) =>
          this.#streams.get(context.id ?? '')?.silenceTimeoutMs ?? this.#options.silenceTimeoutMs,
        requestRetry: requestRetryMs,
        cancellationBuffer: absorbingMs(this.#options),
      },
      performers: {
        'wire.open': ({ id, attempt }) => this.#publishOpen(id, attempt),
        'wire.resume': ({ id }) => this.#streams.get(id)?.delivery?.resume(),
        'wire.catchUp': ({ id }) => this.#streams.get(id)?.delivery?.catchUp(),
        'wire.cancel': ({ id, text }) => this.#streams.get(id)?.delivery?.cancel(text),
        'wire.answer': ({ reply, reported }) => this.#publishAnswer(reply, reported),
        'reader.deliver': ({ id }) => this.#streams.get(id)?.deliverHeld(),
        'reader.attach': ({ id }) => {
          this.#setGate(id, 'attached');
          this.#streams.get(id)?.begin();
        },
        'reader.detach': ({ id }) => this.#setGate(id, 'detached'),
        'reader.end': ({ id, ...end }) => {
          const stream = this.#streams.get(id);
          stream?.releaseReader();
          stream?.end(withFirstMissing(end, stream.delivery));
        },
        'client.release': () => this.#release(),
      },
      onGone: (id) => this.#onGone(id),
      onBroken: (id, error) => this.#onBroken(id, error),
    });
    this.#subscriptions = [
      connection.subscribe(inboxWildcard(this.id), {
        callback: (error, message) => (error === null ? this.#onFrame(message) : this.#onSubscriptionLost(error)),
      }),
      connection.subscribe(heartbeatSubject(this.id), {
        callback: (error, message) => (error === null ? this.#onHeartbeat(message) : this.#onSubscriptionLost(error)),
      }),
    ];
    this.#link = linkClient(connection, this.#outbound, this.#runner, (violation) => {
      this.#onRefused(violation);
    });
    attachTracer(traceable, this.#options.tracer, this.#options.onWarning);
  }

  /** The live actor of this client. */
  get actor(): ActorRefFrom<typeof consumerClientMachine> {
    return this.#runner.client as ActorRefFrom<typeof consumerClientMachine>;
  }

  /** The streams of this client that are not over, those that are being cancelled included. */
  get streams(): readonly ConsumerStream[] {
    return Array.from(this.#streams.values(), ({ stream }) => stream);
  }

  /**
   * Opens a stream. The request is published before this returns, or when a lost connection is back.
   *
   * @param subject Where producers take requests; no wildcards.
   * @param data The body of the request: bytes as they are, a string as UTF-8, any other value with the codec. Without
   *   one the body is plain JSON, and what that does not say is said beside it, for producers that know the extension.
   * @throws {StreamError} `badArgument`, `tooLarge` for a body that does not fit into one message, `notEncodable`, or
   *   `clientClosed`. Throws the signal's reason where it has aborted already.
   */
  openStream(subject: string, data?: unknown, options: OpenStreamOptions = {}): ConsumerStream {
    checkOpenStreamOptions(options);
    const { signal, timeoutMs } = options;
    if (!isPublishSubject(subject)) {
      throw new StreamError(
        'badArgument',
        `subject: expected a subject without wildcards, came ${JSON.stringify(subject)}`,
      );
    }
    if (this.#isReleased || !this.actor.getSnapshot().matches({ open: { intake: 'accepting' } })) {
      throw new StreamError('clientClosed', 'the client is closed or drains: no stream can be opened');
    }
    signal?.throwIfAborted();

    // Whatever may throw comes before the timer and the listener are set.
    const reader = this.#readerOf(options);
    const id = this.#newId();
    const findActor = () => this.#runner.actorOf(id) as ActorRefFrom<typeof consumerStreamMachine>;
    let actor: ActorRefFrom<typeof consumerStreamMachine> | undefined;
    const windowBytes = this.#nextWindowBytes();
    const requestAs = this.#requestOf(data, windowBytes, timeoutMs);
    const request = requestAs(id);
    const requestBytes = request.length;
    const requestBytesMax = this.#outbound.payloadBytesMax;
    if (requestBytes > requestBytesMax) {
      throw new StreamError(
        'tooLarge',
        `request: expected a message of at most ${requestBytesMax} bytes, came ${requestBytes}`,
      );
    }
    const cancel = (reason: 'cancelled' | 'timedOut', text: string) =>
      this.#runner.dispatch(id, { type: 'app.cancel', reason, text });
    const onAbort = () => cancel('cancelled', 'the signal aborted');
    signal?.addEventListener('abort', onAbort, { once: true });
    const { clock } = this.#options;
    const deadline =
      timeoutMs === undefined
        ? undefined
        : clock.setTimeout(() => cancel('timedOut', `the deadline of ${timeoutMs} ms has passed`), timeoutMs);
    const delivery = this.#offersDelivery ? this.#createDelivery(id, windowBytes) : undefined;
    const inlet = createConsumerStream({
      id,
      subject,
      reader,
      clock: new LivenessClock(clock),
      codec: this.#options.codec,
      bufferedRecordsMax: this.#options.bufferedRecordsMax,
      bufferedBytesMax: this.#options.bufferedBytesMax,
      actor: () => (actor ??= findActor()),
      cancel: (text) => cancel('cancelled', text),
      onConsumed: (bytes) => delivery?.onConsumed(bytes),
      onSlow:
        options.onSlow === undefined
          ? undefined
          : shielded(options.onSlow, (error) => {
              this.#options.onWarning({ code: 'callbackThrew', message: 'onSlow threw', subject, error });
            }),
    });
    this.#streams.set(
      id,
      Object.assign(inlet, {
        // Most requests are asked once, so that one is not encoded again.
        requestAs: (streamId: string) => (streamId === id ? request : requestAs(streamId)),
        streamId: id,
        answeredTo: undefined,
        delivery,
        windowBytes: this.#offersDelivery ? windowBytes : 0,
        silenceTimeoutMs: this.#options.silenceTimeoutMs,
        heartbeatInbox: undefined,
        isShared: false,
        releaseReader: () => {
          if (deadline !== undefined) clock.clearTimeout(deadline);
          signal?.removeEventListener('abort', onAbort);
        },
      }),
    );
    if (this.#offersDelivery) this.#countGranted(windowBytes);
    this.#runner.dispatch(clientActorId, { type: 'app.open', id, subject });
    // Amid the runner's work, in an observer say, the actor is made when this has returned.
    actor = findActor();
    return inlet.stream;
  }

  /** A writer of records and a close to any subject, such as the inbox of a stream that somebody else registered. */
  newWriter(subject: string): Writer {
    return createSubjectWriter(subject, this.#outbound, this.#options.codec, (message, error) => {
      this.#options.onWarning({ code: 'publishFailed', message, subject, error });
    });
  }

  /**
   * Ends every stream and gives back the subscriptions at once. Producers are not told: they miss heartbeats and give
   * up by themselves. Use {@link drain} to leave in good order.
   */
  async close(): Promise<void> {
    this.#runner.dispatch(clientActorId, { type: 'app.close' });
    await this.#closed;
  }

  /**
   * Ends every stream, takes no new one, and goes on answering heartbeats until each producer knows, or has not been
   * heard for the cancellation buffer.
   */
  async drain(): Promise<void> {
    this.#runner.dispatch(clientActorId, { type: 'app.drain' });
    await this.#closed;
    await this.#outbound.flush();
  }

  /** The same as {@link close}. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** An id that no stream of this client has. One in 2^47 is taken at random, so a second draw is as good as none. */
  #newId(): string {
    for (let draws = 0; draws < 100; draws += 1) {
      const id = newStreamId(this.#options.randomBytes);
      if (!this.#streams.has(id)) return id;
    }
    throw new StreamError('badArgument', 'randomBytes: expected random bytes, came the same ones again and again');
  }

  #readerOf({ onRecord, onObject }: OpenStreamOptions): ((record: QueuedRecord) => unknown) | undefined {
    if (onRecord !== undefined) return (record) => onRecord(record.data);
    if (onObject === undefined) return undefined;
    return (record) => onObject(decodeValue(record, this.#options.codec));
  }

  /** What encodes the open request of a stream, for the stream id that it is asked with. */
  #requestOf(data: unknown, windowBytes: number, timeoutMs: number | undefined): OpenStream['requestAs'] {
    const { codec, offerExtension, windowRecords, recordBytesMax } = this.#options;
    const { data: body, superjson: bodySuperjson } = this.#encodeBody(data);
    const fields = {
      consumerId: this.id,
      heartBeatRequestSub: heartbeatSubject(this.id),
      body,
      ...(offerExtension
        ? {
            extension: {
              version: 1,
              exact: true,
              superjson: codec === undefined,
              ...(bodySuperjson === undefined ? {} : { bodySuperjson }),
              ...(this.#offersDelivery ? { delivery: { windowRecords, windowBytes, recordBytesMax } } : {}),
              ...(timeoutMs === undefined ? {} : { timeoutMs: Math.max(1, Math.ceil(timeoutMs)) }),
            },
          }
        : {}),
    };
    return (streamId) => encodeOpenRequest({ ...fields, streamId });
  }

  /** What a producer reads that knows the extension says more than the body, which any producer reads. */
  #encodeBody(data: unknown): { readonly data: Uint8Array | null; readonly superjson?: unknown } {
    if (data === undefined) return { data: null };
    if (data instanceof Uint8Array) return { data };
    if (typeof data === 'string') return { data: encoder.encode(data) };
    return encodeBody(data, this.#options.codec, this.#options.offerExtension);
  }

  #countsOf(id: string, stream: OpenStream): StreamCounts {
    const touchedAgoMs = this.#options.clock.now() - stream.clock.touchedAt;
    return { actor: id, stream: inboxSubject(this.id, stream.streamId), ...stream.counts(), touchedAgoMs };
  }

  #setGate(id: string, gate: ConsumerStreamInlet['gate']): void {
    const stream = this.#streams.get(id);
    if (stream !== undefined) stream.gate = gate;
  }

  #publishOpen(id: string, attempt: number): void {
    const stream = this.#streams.get(id);
    if (stream === undefined) return;
    const { subject } = stream.stream;
    const streamId = streamIdOf(id, attempt);
    stream.streamId = streamId;
    if (attempt > 0) this.#options.onDebug({ message: `the request is asked again, as ${streamId}`, subject });
    const request = stream.requestAs(streamId);
    // It waited for a link that takes less than the one on which the stream was opened, and no other link may come.
    const bytesMax = this.#outbound.payloadBytesMax;
    if (request.length > bytesMax) {
      const text = `the request cannot be published: expected a message of at most ${bytesMax} bytes, came ${request.length}`;
      this.#runner.dispatch(id, { type: 'frame.close', code: CloseCode.BadRequest, text });
      return;
    }
    this.#attempt(subject, () => this.#outbound.publish(subject, request, inboxSubject(this.id, streamId)));
  }

  #publishAnswer(reply: string, reported: readonly ListedStream[]): void {
    // A part of the reports that fits is a legal answer: a stream that is left out is reported at the next heartbeat.
    const [fitting = []] = splitHeartbeat(groupBySubject(reported), this.#outbound.payloadBytesMax);
    this.#attempt(reply, () => this.#outbound.publish(reply, encodeHeartbeatResponse(fitting)));
  }

  /** Publishing fails only where the connection is closing, which ends every stream by its own event. */
  #attempt(subject: string, publish: () => void): void {
    try {
      publish();
    } catch (error) {
      this.#options.onWarning({ code: 'publishFailed', message: 'could not publish', subject, error });
    }
  }

  #onFrame(message: NatsMessage): void {
    const streamId = streamIdOfInbox(message.subject);
    const id = streamOf(streamId);
    const stream = this.#streams.get(id);
    // A frame of a stream that is over, or that answers an earlier request: its producer learns from the next heartbeat
    // that nobody listens.
    if (stream?.streamId !== streamId) {
      if (stream === undefined) this.#onLateFrame(id, message);
      return;
    }
    if (message.data.length === 0 && message.headers?.code === 503) {
      this.#runner.dispatch(id, { type: 'frame.noResponders' });
      return;
    }
    if (isDeliveryFrame(message.data) && stream.delivery !== undefined) {
      this.#onDeliveryFrame(id, stream, stream.delivery, message);
      return;
    }
    if (stream.delivery?.isExtended === true) {
      this.#onSecond(stream, 'the frames of the plain one are dropped');
      return;
    }
    const frame = decodeStreamFrame(message.data);
    switch (frame.type) {
      case 'data':
        stream.delivery?.keepPlain();
        this.#onRecord(id, stream, frame);
        return;
      case 'close':
        this.#runner.dispatch(id, { type: 'frame.close', code: frame.code, text: frame.text });
        return;
      case 'malformed': {
        const text = `expected ${frame.expected}, came ${frame.came}`;
        this.#options.onWarning({ code: 'malformedFrame', message: text, subject: message.subject });
        this.#runner.dispatch(id, { type: 'frame.malformed', text });
        return;
      }
      case 'unknown':
        // The Go package drops what it does not know, so that extensions do not break plain peers; so does this.
        this.#options.onWarning({
          code: 'unknownFrame',
          message: `unknown frame type ${frame.wireType}`,
          subject: message.subject,
        });
    }
  }

  #onDeliveryFrame(id: string, stream: OpenStream, delivery: InboundDelivery, message: NatsMessage): void {
    const { data, reply, subject } = message;
    const frame = decodeDeliveryFrame(data);
    if (frame === undefined) {
      // A later version may say more than this one knows.
      this.#options.onDebug({ message: `an extended frame of the unknown kind ${data[0] ?? 0}`, subject });
      return;
    }
    // The subject that was good for the first frame is good for all.
    const isAnswerable = reply !== undefined && (reply === delivery.control || isPublishSubject(reply));
    if (frame.type === 'malformed' || !isAnswerable) {
      const text =
        frame.type === 'malformed'
          ? `expected ${frame.expected}, came ${frame.came}`
          : 'expected an extended frame with a reply subject, came one without';
      this.#options.onWarning({ code: 'malformedFrame', message: text, subject });
      this.#runner.dispatch(id, { type: 'frame.malformed', text });
      return;
    }
    if (!delivery.accepts(frame, reply)) {
      this.#onSecond(stream, 'the later one was told to stop');
      return;
    }
    stream.clock.touch();
    if (stream.gate !== 'detached') {
      delivery.onFrame(frame);
    } else if (frame.type === 'announcement') {
      // It was told that nobody reads, and does not know it yet.
      delivery.cancel('the reader has left');
    } else if (frame.type === 'deliveryClose') {
      // Nothing comes any more, so there is nothing to be absorbed.
      this.#runner.dispatch(id, { type: 'frame.close', code: frame.code, text: frame.text });
    }
  }

  /** Warned of once for each stream: a producer that was told to stop may have sent a window of records by then. */
  #onSecond(stream: OpenStream, whatNow: string): void {
    if (stream.isShared) return;
    stream.isShared = true;
    this.#warnOfSecond(stream.stream, whatNow);
  }

  /** A stream that one producer has served to its end may be too short for the other one to have been heard before. */
  #onLateFrame(id: string, { data, reply }: NatsMessage): void {
    const served = this.#served.get(id);
    if (served === undefined || reply === undefined || reply === served.control) return;
    if (!isDeliveryFrame(data) || decodeDeliveryFrame(data)?.type !== 'announcement' || !isPublishSubject(reply))
      return;
    const cancel = encodeControl({ type: 'cancel', text: 'another producer has served the stream' });
    this.#attempt(reply, () => this.#outbound.publish(reply, cancel));
    if (!served.isShared) this.#warnOfSecond(served, 'the later one was told to stop');
    served.isShared = true;
  }

  #warnOfSecond({ subject, id }: Pick<ConsumerStream, 'subject' | 'id'>, whatNow: string): void {
    const message = `two producers serve the stream ${id}, a queue group would have one: ${whatNow}`;
    this.#options.onWarning({ code: 'secondProducer', message, subject });
  }

  /** Plain producers say nothing of themselves, but each takes the answers to its heartbeats on an inbox of its own. */
  #lookForSecond(id: string, inbox: string): void {
    const stream = this.#streams.get(id);
    if (stream === undefined || stream.gate === 'detached') return;
    if (stream.heartbeatInbox === undefined) stream.heartbeatInbox = inbox;
    else if (stream.heartbeatInbox !== inbox) this.#onSecond(stream, 'where both are plain, both go on');
  }

  #createDelivery(id: string, windowBytes: number): InboundDelivery {
    const { windowRecords, recordBytesMax } = this.#options;
    return new InboundDelivery({ records: windowRecords, bytes: windowBytes }, recordBytesMax, {
      announced: (terms) => {
        if (terms !== undefined) this.#raiseSilence(id, terms);
        this.#runner.dispatch(id, { type: 'frame.announced' });
      },
      gap: () => {
        this.#runner.dispatch(id, { type: 'frame.gap' });
      },
      recovered: () => {
        this.#runner.dispatch(id, { type: 'frame.recovered' });
      },
      records: (records) => {
        const stream = this.#streams.get(id);
        if (stream === undefined) return;
        for (const record of records) this.#onRecord(id, stream, record);
      },
      closed: (code, text) => {
        this.#runner.dispatch(id, { type: 'frame.close', code, text });
      },
      lost: (code, text) => {
        this.#runner.dispatch(id, { type: 'frame.lost', code, text });
      },
      broken: (text) => {
        this.#options.onWarning({ code: 'malformedFrame', message: text, subject: inboxSubject(this.id, id) });
        this.#runner.dispatch(id, { type: 'frame.malformed', text });
      },
      publish: (subject, control) => {
        this.#attempt(subject, () => this.#outbound.publish(subject, control));
      },
    });
  }

  /** A producer that is heard less often than this client expects is not taken for dead. Source: PROTOCOL.md, Timing. */
  #raiseSilence(id: string, terms: AnnouncedTerms): void {
    const stream = this.#streams.get(id);
    const neededMs = terms.missedHeartbeatsMax * terms.heartbeatIntervalMs + terms.heartbeatRequestTimeoutMs;
    if (stream === undefined || neededMs <= stream.silenceTimeoutMs || neededMs > timerMsMax) return;
    this.#options.onDebug({
      message:
        `the silence timeout of ${stream.silenceTimeoutMs} ms is raised to ${neededMs} ms: the producer announced ` +
        `K = ${terms.missedHeartbeatsMax}, I = ${terms.heartbeatIntervalMs} ms, T = ${terms.heartbeatRequestTimeoutMs} ms`,
      subject: stream.stream.subject,
    });
    stream.silenceTimeoutMs = neededMs;
  }

  get #offersDelivery(): boolean {
    return this.#options.offerExtension && this.#options.offerDelivery;
  }

  /** What a new stream is granted: its window, or a share of what the connection has left, but never nothing. */
  #nextWindowBytes(): number {
    const { windowBytes, clientWindowBytes, connection } = this.#options;
    const share = Math.floor((clientWindowBytes - (grantedBytesOf.get(connection) ?? 0)) * windowShare);
    return Math.min(windowBytes, Math.max(leastWindowBytes, share));
  }

  #countGranted(bytes: number): void {
    const { connection } = this.#options;
    grantedBytesOf.set(connection, (grantedBytesOf.get(connection) ?? 0) + bytes);
  }

  #onRecord(id: string, stream: OpenStream, record: { readonly data: Uint8Array; readonly superjson?: unknown }): void {
    // A frame of an extended stream was a sign of life as a whole, and holds no more than was granted.
    const isExtended = stream.delivery?.isExtended === true;
    if (stream.gate === 'detached') {
      stream.clock.touch();
    } else if (!isExtended && !stream.hasRoomFor(record.data.length)) {
      const text = `the reader is too slow: ${stream.describeBuffer()} wait, and one of ${record.data.length} bytes came`;
      this.#runner.dispatch(id, { type: 'reader.overflow', text });
    } else if (stream.gate === 'attached') {
      if (!isExtended) stream.clock.touch();
      stream.deliver(record);
    } else {
      stream.hold(record);
      this.#runner.dispatch(id, { type: 'frame.data' });
      stream.handOver();
    }
  }

  #onHeartbeat(message: NatsMessage): void {
    const request = decodeHeartbeatRequest(message.data);
    if (request.type === 'malformed') {
      const text = `expected ${request.expected}, came ${request.came}`;
      this.#options.onWarning({ code: 'malformedFrame', message: text, subject: message.subject });
      return;
    }
    const { reply } = message;
    if (reply === undefined || !isPublishSubject(reply)) {
      this.#options.onWarning({
        code: 'malformedFrame',
        message: 'a heartbeat request without a reply subject',
        subject: message.subject,
      });
      return;
    }
    const streams = listStreams(request.streams, request.closes);
    const inbox = reply.slice(0, reply.lastIndexOf('.'));
    for (const { streamId, close } of streams) {
      const id = streamOf(streamId);
      const stream = this.#streams.get(id);
      if (stream?.streamId !== streamId) continue;
      this.#lookForSecond(id, inbox);
      stream.answeredTo = reply;
      // It is told first, so that the answer reports the stream.
      if (close !== undefined) this.#runner.dispatch(id, { type: 'frame.close', ...close });
    }
    this.#runner.dispatch(clientActorId, { type: 'heartbeat.requested', reply, streams });
  }

  /** The server ended a subscription, for want of permission say: nothing can come any more. */
  #onSubscriptionLost(error: Error): void {
    const text = `the inbox of the client is gone: ${error.message}`;
    this.#options.onWarning({ code: 'subscriptionLost', message: text, error });
    this.#runner.dispatch(clientActorId, { type: 'link.closed', text });
  }

  /** The server refuses a request, or what the client says to a producer: the streams that need it end. */
  #onRefused({ operation, subject }: Violation): void {
    // The end of a subscription is told to its callback.
    if (operation !== 'publish') return;
    const text = `the server does not let the consumer publish to ${subject}`;
    const concerned = Array.from(this.#streams).filter(([, { stream, delivery, answeredTo }]) =>
      stream.actor.getSnapshot().matches('opening')
        ? stream.subject === subject
        : delivery?.control === subject || answeredTo === subject,
    );
    if (concerned.length === 0 && !this.#outbound.writtenTo.has(subject)) return;
    if (this.#refused.add(subject)) {
      this.#options.onWarning({ code: 'notPermitted', message: text, subject, operation });
    }
    for (const [id] of concerned) this.#runner.dispatch(id, { type: 'link.refused', text });
  }

  #onBroken(id: string, error: unknown): void {
    this.#options.onWarning({ code: 'actorBroke', message: `the actor ${id} broke`, error });
    this.#onGone(id, messageOf(error));
  }

  /** An actor is over. One that broke, or that somebody stopped, has told nobody. */
  #onGone(id: string, text = 'its actor was stopped'): void {
    if (id === clientActorId) {
      if (this.#isReleased) return;
      for (const stream of this.#streams.keys()) this.#runner.dispatch(stream, { type: 'app.close' });
      this.#release();
      return;
    }
    const stream = this.#streams.get(id);
    this.#streams.delete(id);
    this.#countGranted(-(stream?.windowBytes ?? 0));
    if (stream?.delivery?.control !== undefined) this.#keepServed(id, stream, stream.delivery.control);
    if (stream === undefined || stream.hasEnded()) return;
    stream.releaseReader();
    stream.end({ reason: 'closed', code: CloseCode.InternalServerError, text });
    this.#runner.dispatch(clientActorId, { type: 'stream.closed', id });
  }

  #keepServed(id: string, { stream: { subject }, isShared }: OpenStream, control: string): void {
    this.#served.set(id, { id, subject, control, isShared });
    if (this.#served.size <= servedStreamsMax) return;
    for (const oldest of this.#served.keys()) {
      this.#served.delete(oldest);
      return;
    }
  }

  #release(): void {
    this.#isReleased = true;
    this.#link.release();
    // A closed connection has given up its subscriptions itself.
    if (!this.#options.connection.isClosed()) {
      for (const subscription of this.#subscriptions) subscription.unsubscribe();
    }
    this.#settleClosed();
  }
}

/** A loss names the first record that is missing. */
function withFirstMissing(
  end: StreamEnd,
  delivery: InboundDelivery | undefined,
): StreamEnd & { readonly firstMissing?: number } {
  if (end.reason !== 'recordsLost' || delivery === undefined) return end;
  const { next } = delivery;
  return { ...end, text: `record ${next}, counted from 0, is missing: ${end.text}`, firstMissing: next };
}
