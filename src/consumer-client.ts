import type { ActorRefFrom } from 'xstate';
import {
  clientActorId,
  CloseCode,
  consumerClientMachine,
  consumerStreamMachine,
  type ListedStream,
} from '../machines/index.js';
import { checkOpenStreamOptions } from './arguments.js';
import { decodeValue, encodeValue } from './codec.js';
import { createConsumerStream, type ConsumerStream, type ConsumerStreamInlet } from './consumer-stream.js';
import { messageOf, StreamError } from './errors.js';
import { linkClient } from './link.js';
import { groupBySubject, listStreams } from './listed-streams.js';
import { LivenessClock } from './liveness-clock.js';
import type { NatsMessage, NatsSubscription } from './nats-connection.js';
import type { QueuedRecord } from './record-queue.js';
import { resolveOptions, type ConsumerClientOptions, type ResolvedOptions } from './options.js';
import { Outbound } from './outbound.js';
import { Runner } from './runner.js';
import { createSubjectWriter } from './subject-writer.js';
import {
  consumerIdOf,
  decodeHeartbeatRequest,
  decodeStreamFrame,
  encodeHeartbeatResponse,
  encodeOpenRequest,
  heartbeatSubject,
  inboxSubject,
  inboxWildcard,
  isPublishSubject,
  newConsumerToken,
  newStreamId,
  splitHeartbeat,
  streamIdOfInbox,
} from './wire/index.js';
import type { Writer } from './writer.js';

export interface OpenStreamOptions {
  /** Cancels the stream when it aborts. */
  readonly signal?: AbortSignal;
  /** The stream ends with the reason `timedOut` after so many milliseconds, whatever comes meanwhile. */
  readonly timeoutMs?: number;
  /** Takes each record as it comes, instead of the iterator: for paths on which a promise a record is too much. */
  readonly onRecord?: (record: Uint8Array) => void;
  /** Takes each record as a value, decoded with the client's codec, instead of the iterator. */
  readonly onObject?: (value: unknown) => void;
}

/** A stream of this client, from its open to its `closed` state. */
interface OpenStream extends ConsumerStreamInlet {
  readonly request: Uint8Array;
  /** Gives back the deadline's timer and the signal's listener. */
  readonly releaseReader: () => void;
}

const encoder = new TextEncoder();

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
  readonly #subscriptions: readonly NatsSubscription[];
  readonly #link: { release(): void };
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
    const { connection, clock, randomBytes } = this.#options;
    this.id = consumerIdOf(newConsumerToken(randomBytes));
    this.#outbound = new Outbound(connection, (subject, error) => {
      this.#options.onWarning({ message: 'a record could not be published', subject, error });
    });
    this.#closed = new Promise((resolve) => {
      this.#settleClosed = resolve;
    });
    this.#runner = new Runner({
      client: consumerClientMachine,
      machines: { consumerStream: consumerStreamMachine },
      clock,
      inspect: this.#options.inspect,
      clockOf: (id) => this.#streams.get(id)?.clock,
      delays: {
        openTimeout: this.#options.openTimeoutMs,
        silenceTimeout: this.#options.silenceTimeoutMs,
        cancellationBuffer: this.#options.cancellationBufferMs,
      },
      performers: {
        'wire.open': ({ id }) => this.#publishOpen(id),
        'wire.answer': ({ reply, reported }) => this.#publishAnswer(reply, reported),
        'reader.deliver': ({ id }) => this.#streams.get(id)?.deliverHeld(),
        'reader.attach': ({ id }) => this.#setGate(id, 'attached'),
        'reader.detach': ({ id }) => this.#setGate(id, 'detached'),
        'reader.end': ({ id, ...end }) => {
          const stream = this.#streams.get(id);
          stream?.releaseReader();
          stream?.end(end);
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
    this.#link = linkClient(connection, this.#outbound, this.#runner);
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
   * @param data The body of the request: bytes as they are, a string as UTF-8, any other value with the codec.
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
    const request = this.#encodeRequest(id, data);
    const cancel = (reason: 'cancelled' | 'timedOut', text: string) =>
      this.#runner.dispatch(id, { type: 'app.cancel', reason, text });
    const onAbort = () => cancel('cancelled', 'the signal aborted');
    signal?.addEventListener('abort', onAbort, { once: true });
    const { clock } = this.#options;
    const deadline =
      timeoutMs === undefined
        ? undefined
        : clock.setTimeout(() => cancel('timedOut', `the deadline of ${timeoutMs} ms has passed`), timeoutMs);
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
    });
    this.#streams.set(
      id,
      Object.assign(inlet, {
        request,
        releaseReader: () => {
          if (deadline !== undefined) clock.clearTimeout(deadline);
          signal?.removeEventListener('abort', onAbort);
        },
      }),
    );
    this.#runner.dispatch(clientActorId, { type: 'app.open', id, subject });
    // Amid the runner's work, in an observer say, the actor is made when this has returned.
    actor = findActor();
    return inlet.stream;
  }

  /** A writer of records and a close to any subject, such as the inbox of a stream that somebody else registered. */
  newWriter(subject: string): Writer {
    return createSubjectWriter(subject, this.#outbound, this.#options.codec);
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

  #readerOf({ onRecord, onObject }: OpenStreamOptions): ((record: QueuedRecord) => void) | undefined {
    if (onRecord !== undefined) {
      return (record) => {
        onRecord(record.data);
      };
    }
    if (onObject === undefined) return undefined;
    return (record) => {
      onObject(decodeValue(record, this.#options.codec));
    };
  }

  #encodeRequest(streamId: string, data: unknown): Uint8Array {
    const { codec, offerExtension } = this.#options;
    const body =
      data === undefined
        ? null
        : data instanceof Uint8Array
          ? data
          : typeof data === 'string'
            ? encoder.encode(data)
            : encodeValue(data, codec, false).data;
    const request = encodeOpenRequest({
      consumerId: this.id,
      streamId,
      heartBeatRequestSub: heartbeatSubject(this.id),
      body,
      ...(offerExtension ? { extension: { version: 1, exact: true, superjson: codec === undefined } } : {}),
    });
    const most = this.#outbound.payloadBytesMax;
    if (request.length > most) {
      throw new StreamError(
        'tooLarge',
        `request: expected a message of at most ${most} bytes, came ${request.length} for ${body?.length ?? 0} bytes of body`,
      );
    }
    return request;
  }

  #setGate(id: string, gate: ConsumerStreamInlet['gate']): void {
    const stream = this.#streams.get(id);
    if (stream !== undefined) stream.gate = gate;
  }

  #publishOpen(id: string): void {
    const stream = this.#streams.get(id);
    if (stream === undefined) return;
    this.#attempt(stream.stream.subject, () =>
      this.#outbound.publish(stream.stream.subject, stream.request, inboxSubject(this.id, id)),
    );
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
      this.#options.onWarning({ message: 'could not publish', subject, error });
    }
  }

  #onFrame(message: NatsMessage): void {
    const id = streamIdOfInbox(message.subject);
    const stream = this.#streams.get(id);
    // A frame of a stream that is over: its producer learns from the next heartbeat that nobody listens.
    if (stream === undefined) return;
    if (message.data.length === 0 && message.headers?.code === 503) {
      this.#runner.dispatch(id, { type: 'frame.noResponders' });
      return;
    }
    const frame = decodeStreamFrame(message.data);
    switch (frame.type) {
      case 'data':
        this.#onRecord(id, stream, frame);
        return;
      case 'close':
        this.#runner.dispatch(id, { type: 'frame.close', code: frame.code, text: frame.text });
        return;
      case 'malformed': {
        const text = `expected ${frame.expected}, came ${frame.came}`;
        this.#options.onWarning({ message: text, subject: message.subject });
        this.#runner.dispatch(id, { type: 'frame.malformed', text });
        return;
      }
      case 'unknown':
        // The Go package drops what it does not know, so that extensions do not break plain peers; so does this.
        this.#options.onWarning({ message: `unknown frame type ${frame.wireType}`, subject: message.subject });
    }
  }

  #onRecord(id: string, stream: OpenStream, record: { readonly data: Uint8Array; readonly superjson?: unknown }): void {
    if (stream.gate === 'detached') {
      stream.clock.touch();
    } else if (!stream.hasRoomFor(record.data.length)) {
      const text = `the reader is too slow: ${stream.describeBuffer()} wait, and one of ${record.data.length} bytes came`;
      this.#runner.dispatch(id, { type: 'reader.overflow', text });
    } else if (stream.gate === 'attached') {
      stream.clock.touch();
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
      this.#options.onWarning({ message: text, subject: message.subject });
      return;
    }
    const { reply } = message;
    if (reply === undefined || !isPublishSubject(reply)) {
      this.#options.onWarning({ message: 'a heartbeat request without a reply subject', subject: message.subject });
      return;
    }
    const streams = listStreams(request.streams);
    this.#runner.dispatch(clientActorId, { type: 'heartbeat.requested', reply, streams });
  }

  /** The server ended a subscription, for want of permission say: nothing can come any more. */
  #onSubscriptionLost(error: Error): void {
    const text = `the inbox of the client is gone: ${error.message}`;
    this.#options.onWarning({ message: text, error });
    this.#runner.dispatch(clientActorId, { type: 'link.closed', text });
  }

  #onBroken(id: string, error: unknown): void {
    this.#options.onWarning({ message: `the actor ${id} broke`, error });
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
    if (stream === undefined || stream.hasEnded) return;
    stream.releaseReader();
    stream.end({ reason: 'closed', code: CloseCode.InternalServerError, text });
    this.#runner.dispatch(clientActorId, { type: 'stream.closed', id });
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
