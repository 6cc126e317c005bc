import type { LivenessClock } from '../host/liveness-clock.js';
import type { ClientHost } from '../host/client-host.js';
import type { HostedActor } from '../host/hosted-actor.js';
import type { HeaderBlock } from '../transport/headers.js';
import { assembliesOf } from '../delivery/assembly-budget.js';
import { Receiver, type ReceiverHost } from '../delivery/receiver.js';
import type { ResolvedOptions } from '../validation/options.js';
import { timerMsMax } from '../validation/argument-checks.js';
import { inboxSubject, type AnnouncedTerms, type ReceivedRecord } from '../wire/index.js';
import { ConsumerStreamInlet, type ConsumerStream, type ConsumerStreamParameters } from './consumer-stream.js';
import { takeRecord } from './take-record.js';

/** What all streams of a client have in common. */
export interface StreamSurroundings {
  readonly host: ClientHost;
  readonly consumerId: string;
  readonly options: ResolvedOptions;
  /** Whether the application said for how long a stream may be silent: it may then be longer, and never shorter. */
  readonly isSilenceGiven: boolean;
}

/** What a stream is asked for with. */
export interface StreamRequestParts {
  /** The open request with this stream id. */
  readonly requestAs: (streamId: string) => Uint8Array;
  /** The headers of each request. */
  readonly headers: HeaderBlock | undefined;
  /** How many bytes it is granted from the beginning; undefined where delivery is not offered. */
  readonly windowBytes: number | undefined;
}

/**
 * A stream of a client, from its open to its `closed` state: what the parts of the client note of it, and what the
 * frames of an extended one bring about, as events of its actor.
 */
export class OpenStream extends ConsumerStreamInlet implements ReceiverHost {
  readonly #surroundings: StreamSurroundings;
  /** What it is asked for with; undefined as soon as somebody has answered. */
  request: StreamRequestParts | undefined;
  /** The stream id under which it was requested last: the public one, or one of a request that was asked again. */
  streamId: string;
  /** Where the client answered the heartbeat request that listed the stream last. */
  answeredTo: string | undefined;
  /** The extended stream, where the producer may accept it. */
  readonly delivery: Receiver | undefined;
  /** How many bytes were granted from the beginning. */
  readonly windowBytes: number;
  /** The silence timeout, raised where the producer announced that it is heard less often. Milliseconds. */
  silenceTimeoutMs: number;
  /** Where heartbeats that list the stream come from, the last token left out: each producer has an inbox of its own. */
  heartbeatInbox: string | undefined;
  /** Whether it was warned of a second producer. */
  isShared = false;
  /** Gives back the deadline's timer and the signal's listener. */
  releaseReader: () => void = nothing;
  #hosted: HostedActor | undefined;

  constructor(
    surroundings: StreamSurroundings,
    request: StreamRequestParts,
    given: Pick<ConsumerStreamParameters, 'id' | 'subject' | 'reader' | 'onSlow'> & { readonly clock: LivenessClock },
  ) {
    const { options } = surroundings;
    const { codec, bufferedRecordsMax, bufferedBytesMax } = options;
    super({ ...given, codec, bufferedRecordsMax, bufferedBytesMax });
    this.#surroundings = surroundings;
    this.request = request;
    this.streamId = given.id;
    this.windowBytes = request.windowBytes ?? 0;
    this.silenceTimeoutMs = options.silenceTimeoutMs;
    if (request.windowBytes === undefined) return;
    const window = { records: options.windowRecords, bytes: request.windowBytes };
    const assemblies = assembliesOf(options.connection);
    this.delivery = new Receiver(window, options.recordBytesMax, this, assemblies, options.clientWindowBytes);
  }

  /** Its actor where there is one: amid the runner's work, in an observer say, it is made later. It is kept when it is over. */
  get hosted(): HostedActor | undefined {
    this.keepActor();
    return this.#hosted;
  }

  /** From now on its actor is known, also when it is over. */
  keepActor(): void {
    this.#hosted ??= this.#surroundings.host.actorOf(this.id);
  }

  get actor(): ConsumerStream['actor'] {
    return this.hosted?.actor as ConsumerStream['actor'];
  }

  override attach(): void {
    this.request = undefined;
    super.attach();
  }

  override detach(): void {
    this.request = undefined;
    super.detach();
  }

  /** Its producer has shown that it knows the extension. */
  announced(terms: AnnouncedTerms | undefined): void {
    if (terms !== undefined) this.#adoptSilence(terms);
    this.#surroundings.host.dispatch(this.id, { type: 'frame.announced' });
  }

  gap(): void {
    this.#surroundings.host.dispatch(this.id, { type: 'frame.gap' });
  }

  recovered(): void {
    this.#surroundings.host.dispatch(this.id, { type: 'frame.recovered' });
  }

  records(records: readonly ReceivedRecord[]): void {
    for (const record of records) takeRecord(this.#surroundings.host, this.id, this, record);
  }

  closedBy(code: number, text: string): void {
    this.#surroundings.host.dispatch(this.id, { type: 'frame.close', code, text });
  }

  lost(code: number, text: string): void {
    this.#surroundings.host.dispatch(this.id, { type: 'frame.lost', code, text });
  }

  broken(text: string): void {
    const { host, consumerId } = this.#surroundings;
    host.warn({ code: 'malformedFrame', message: text, subject: inboxSubject(consumerId, this.id) });
    host.dispatch(this.id, { type: 'frame.malformed', text });
  }

  publish(subject: string, control: Uint8Array): void {
    this.#surroundings.host.publish(subject, control);
  }

  protected leave(text: string): void {
    this.#surroundings.host.dispatch(this.id, { type: 'app.cancel', reason: 'cancelled', text });
  }

  protected onConsumed(bytes: number, annotationBytes: number): void {
    this.delivery?.onConsumed(bytes, annotationBytes);
  }

  /**
   * A producer is taken for dead as its announcement says, and one that is heard less often than the application expects
   * is not before. Source: PROTOCOL.md, Timing.
   */
  #adoptSilence(terms: AnnouncedTerms): void {
    const { host, isSilenceGiven } = this.#surroundings;
    const neededMs = terms.missedHeartbeatsMax * terms.heartbeatIntervalMs + terms.heartbeatRequestTimeoutMs;
    if (neededMs > timerMsMax) return;
    if (neededMs <= this.silenceTimeoutMs) {
      if (!isSilenceGiven) this.silenceTimeoutMs = neededMs;
      return;
    }
    host.debug({
      code: 'silenceTimeoutRaised',
      message:
        `the silence timeout of ${this.silenceTimeoutMs} ms is raised to ${neededMs} ms: the producer announced ` +
        `K = ${terms.missedHeartbeatsMax}, I = ${terms.heartbeatIntervalMs} ms, T = ${terms.heartbeatRequestTimeoutMs} ms`,
      subject: this.subject,
    });
    this.silenceTimeoutMs = neededMs;
  }
}

function nothing(): void {
  // Nothing is watched.
}

/** The streams of a client that are not over, by their public ids. */
export type OpenStreams = ReadonlyMap<string, OpenStream>;
