import { CloseCode, type ActorEvent } from '../../machines/index.js';
import type { Codec } from '../values/codec.js';
import { CloseError, messageOf, StreamError } from '../errors.js';
import type { ClientHost } from '../host/client-host.js';
import type { HostedActor } from '../host/hosted-actor.js';
import type { ServedStream, StreamCounts, StreamOutcome } from '../host/trace-port.js';
import { traceServing } from '../host/traceable.js';
import type { MessageHeaders } from '../transport/headers.js';
import { encodePlainFrame } from '../writer/plain-frame.js';
import { encodeCloseFrame, plainRecordBytesMax, type WireRecord } from '../wire/index.js';
import type { Sender } from '../delivery/sender.js';
import { Writer, type WriterSink } from '../writer/writer.js';
import type { HeartbeatTerms } from './heartbeat-paces.js';
import type { ProducerStream, StreamInfo } from './producer-stream.js';
import { Stop } from './stop-signal.js';

/** Where a stream comes from and where it goes. */
export interface RunningStreamAddresses {
  readonly consumerId: string;
  readonly streamId: string;
  /** The subject on which it was requested. */
  readonly subject: string;
  readonly inbox: string;
  /** Where its frames go: its inbox, or what the server made of it where the request came from another account. */
  readonly framesTo: string;
  /** The subject on which the consumer of an extended stream says what it has received. */
  readonly control: string;
}

/** The request that a stream is served for. */
export interface ServedRequest {
  /** What its handler announces of heartbeats, where that is not what all do. */
  readonly heartbeat: HeartbeatTerms | undefined;
  readonly headers: MessageHeaders;
  /** Starts what makes the records of the stream. */
  start(stream: RunningStream): void;
  /** The stream is over: others may have its place. */
  release(): void;
}

export interface RunningStreamParameters {
  readonly host: ClientHost;
  readonly addresses: RunningStreamAddresses;
  readonly readsSuperjson: boolean;
  /** Sends the stream's records, where its consumer knows the extension. */
  readonly delivery: Sender | undefined;
  readonly codec: Codec | undefined;
  readonly request: ServedRequest | undefined;
  /** What it announces of heartbeats, where that is not what all do. */
  readonly heartbeat: HeartbeatTerms | undefined;
}

/**
 * A stream of a producer, from its registration to its `closed` state: how the client performs the commands of its
 * actor, and where its writer writes to. A client may have very many that wait for something, so what one needs only now
 * and then is made then.
 */
export class RunningStream implements WriterSink {
  readonly stream: ProducerStream;
  readonly writer: Writer;
  readonly addresses: RunningStreamAddresses;
  /** Whether the stream's signal has aborted, for those who need no signal of the platform's. */
  readonly stop = new Stop();
  readonly delivery: Sender | undefined;
  readonly readsSuperjson: boolean;
  /** When it was registered, as the platform counts milliseconds. */
  readonly createdAtMs = Date.now();
  /** Gives back the timer of the reader's deadline. */
  releaseDeadline: (() => void) | undefined;
  /** What it announces of heartbeats, where that is not what all do. */
  readonly heartbeat: HeartbeatTerms | undefined;
  readonly #host: ClientHost;
  #hosted: HostedActor | undefined;
  #request: ServedRequest | undefined;
  /** Who waits for the end of its actor. */
  #awaiting: (() => void)[] | undefined;
  /** Publishes what was handed to the actor, for as long as that has to be asked. */
  #asked: (() => void)[] | undefined;
  #isAttached = false;
  #over: string | undefined;
  /** The close of the stream; undefined where its source was cancelled. */
  #closed: { readonly code: number; readonly text: string } | undefined;
  #records = 0;
  #bytes = 0;

  constructor(given: RunningStreamParameters) {
    const { host, addresses, readsSuperjson, delivery, codec, request, heartbeat } = given;
    this.#host = host;
    this.addresses = addresses;
    this.readsSuperjson = readsSuperjson;
    this.delivery = delivery;
    this.heartbeat = heartbeat;
    this.#request = request;
    this.writer = new Writer(this, codec);
    this.stream = new StreamHandle(this);
  }

  /** Its actor where there is one: amid the runner's work, in an observer say, it is made later. It is kept when it is over. */
  get hosted(): HostedActor | undefined {
    this.keepActor();
    return this.#hosted;
  }

  /** From now on its actor is known, also when it is over. */
  keepActor(): void {
    this.#hosted ??= this.#host.actorOf(this.addresses.inbox);
  }

  /** How much was sent. */
  get sent(): { readonly records: number; readonly bytes: number } {
    return this.delivery?.sent ?? { records: this.#records, bytes: this.#bytes };
  }

  /** The largest record that it takes now. Bytes. */
  get recordBytesMax(): number {
    return this.delivery?.recordBytesMax ?? plainRecordBytesMax(this.#host.publisher.payloadBytesMax);
  }

  /** Starts what makes its records. */
  start(): void {
    const request = this.#request;
    if (request === undefined) return;
    const tracers = this.#host.streamTraces;
    if (tracers.length === 0) request.start(this);
    else traceServing(tracers, servedStream(this, request.headers), () => request.start(this));
  }

  /** Resolves when its actor is over. */
  whenGone(): Promise<void> {
    return new Promise((resolve) => (this.#awaiting ??= []).push(resolve));
  }

  /** Its actor is over. */
  onGone(): void {
    this.releaseDeadline?.();
    this.#request?.release();
    this.#request = undefined;
    for (const resolve of this.#awaiting ?? []) resolve();
  }

  write(record: WireRecord, signal: AbortSignal | undefined): Promise<void> | undefined {
    this.#refuseIfOver();
    if (this.#isAttached && this.#asked === undefined) return this.#publish(record, signal);
    // What is wrong with the record itself is the writer's to hear, and no reason to end the stream.
    let outcome: { readonly written: Promise<void> | undefined } | { readonly error: unknown } | undefined;
    (this.#asked ??= []).push(() => {
      try {
        outcome = { written: this.#publish(record, signal) };
      } catch (error) {
        outcome = { error };
        if (!(error instanceof StreamError) || error.code !== 'writerClosed') return;
        this.#warn('a record could not be published', error);
        this.fail(`a record could not be published: ${messageOf(error)}`);
      }
    });
    this.#dispatch({ type: 'source.record' });
    if (outcome === undefined) return this.#host.publisher.ready();
    if ('error' in outcome) throw outcome.error;
    return outcome.written;
  }

  close(code: number, text: string): void {
    this.#refuseIfOver();
    this.#over = 'it was closed';
    this.#closed = { code, text };
    if (code === CloseCode.Normal) this.#dispatch({ type: 'source.ended', text });
    else this.#dispatch({ type: 'source.failed', code, text });
  }

  ready(): Promise<void> | undefined {
    return this.#over === undefined ? (this.delivery?.ready() ?? this.#host.publisher.ready()) : undefined;
  }

  desiredSize(): number {
    if (this.#over !== undefined) return 0;
    return (this.delivery ?? this.#host.publisher).desiredSize;
  }

  /** Publishes the record that was handed to the actor; later ones are published without asking. */
  publishRecord(): void {
    this.#isAttached = true;
    const asked = this.#asked;
    const first = asked?.shift();
    if (asked?.length === 0) this.#asked = undefined;
    first?.();
  }

  /** Ends the stream here and now. */
  publishClose(code: number, text: string): void {
    if (this.delivery !== undefined) {
      this.delivery.stop(code, text);
      return;
    }
    try {
      const { framesTo } = this.addresses;
      this.#host.publisher.publish(framesTo, (bytesMax) => encodeCloseFrame(code, text, bytesMax));
    } catch (error) {
      this.#warn('a close frame could not be published', error);
    }
  }

  /** Aborts the stream's signal; nothing is written any more. */
  cancel(text: string): void {
    this.#over ??= text;
    if (!this.stop.aborted) this.stop.abort(new CloseError(CloseCode.GoingAway, text, 'cancelled'));
  }

  /** Ends the stream from outside its source, which is aborted: after what it wrote, where its consumer knows the extension. */
  end(code: number, text: string): void {
    if (this.#over !== undefined) return;
    this.#over = text;
    this.#closed = { code, text };
    this.#dispatch({ type: 'source.failed', code, text });
    this.cancel(text);
  }

  /** Ends it with 5000. */
  fail(text: string): void {
    this.end(CloseCode.InternalServerError, text);
  }

  /** Whether the stream was closed, or its source cancelled. */
  isOver(): boolean {
    return this.#over !== undefined;
  }

  /** How it ended here; undefined as long as it has not. */
  outcome(): StreamOutcome | undefined {
    if (this.#over === undefined) return undefined;
    if (this.#closed === undefined) return { reason: 'cancelled', code: CloseCode.GoingAway, text: this.#over };
    return { reason: this.#closed.code === CloseCode.Normal ? 'completed' : 'closed', ...this.#closed };
  }

  #publish(record: WireRecord, signal: AbortSignal | undefined): Promise<void> | undefined {
    const { publisher } = this.#host;
    if (this.delivery !== undefined) return this.delivery.write(record, signal) ?? publisher.ready();
    const frame = encodePlainFrame(record, publisher.payloadBytesMax);
    try {
      publisher.publishRecord(this.addresses.framesTo, frame, (error) => this.#onLost(error));
    } catch (error) {
      throw new StreamError('writerClosed', `could not publish: ${messageOf(error)}`, { cause: error });
    }
    this.#records += 1;
    this.#bytes += record.data.length;
    return publisher.ready();
  }

  /** A record that is lost may not be followed by others, nor by a normal end. */
  #onLost(error: unknown): void {
    this.#warn('a record could not be published', error);
    const text = `a record could not be published: ${messageOf(error)}`;
    if (this.#over === undefined) this.fail(text);
    else this.publishClose(CloseCode.InternalServerError, text);
  }

  #refuseIfOver(): void {
    if (this.#over !== undefined) throw new StreamError('writerClosed', `the stream is over: ${this.#over}`);
  }

  #dispatch(event: ActorEvent): void {
    this.#host.dispatch(this.addresses.inbox, event);
  }

  #warn(message: string, error: unknown): void {
    this.#host.warnOfPublish(this.addresses.framesTo, message, error);
  }
}

/** A stream as tracers see it. */
function servedStream(running: RunningStream, headers: MessageHeaders): ServedStream {
  return {
    actor: running.stream.actor,
    headers,
    get info() {
      return running.stream.info;
    },
    outcome: () => running.outcome(),
  };
}

/** What the application sees of a stream. */
class StreamHandle implements ProducerStream {
  readonly #running: RunningStream;

  constructor(running: RunningStream) {
    this.#running = running;
  }

  get writer(): Writer {
    return this.#running.writer;
  }

  get signal(): AbortSignal {
    return this.#running.stop.signal;
  }

  get actor(): ProducerStream['actor'] {
    return this.#running.hosted?.actor as ProducerStream['actor'];
  }

  get info(): StreamInfo {
    const { addresses, createdAtMs, sent } = this.#running;
    const { consumerId, streamId, subject, inbox } = addresses;
    return { consumerId, streamId, subject, inbox, createdAt: new Date(createdAtMs), ...sent };
  }
}

/** The streams of a client that are not over, by their inbox subjects. */
export type RunningStreams = ReadonlyMap<string, RunningStream>;

/** How much a stream has handled. */
export function countsOf({ addresses: { inbox }, sent, delivery }: RunningStream): StreamCounts {
  return {
    actor: inbox,
    stream: inbox,
    ...sent,
    ...(delivery === undefined ? {} : { credit: delivery.credit }),
  };
}
