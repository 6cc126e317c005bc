import { clientActorId, CloseCode } from '../../machines/index.js';
import { StreamError } from '../errors.js';
import type { ClientHost } from '../host/client-host.js';
import type { ServedStream } from '../host/trace-port.js';
import { traceServing } from '../host/traceable.js';
import type { MessageHeaders } from '../transport/headers.js';
import { timerMsMax } from '../validation/argument-checks.js';
import type { ResolvedOptions } from '../validation/options.js';
import { checkAddresses, heartbeatSubject, inboxSubject, isPublishSubject, type DeliveryOffer } from '../wire/index.js';
import type { ControlChannel } from './control-channel.js';
import type { HeartbeatPaces, HeartbeatTerms } from './heartbeat-paces.js';
import { createProducerStream, type ProducerStream, type ProducerStreamOutlet } from './producer-stream.js';
import type { RunningStream } from './running-stream.js';
import type { StreamSenders } from './stream-senders.js';

/** Which stream to register: the fields of the consumer's open request, and the subject on which it arrived. */
export interface StreamAddresses {
  /** The subject on which the request arrived. */
  readonly subject: string;
  /** The id of the consumer: `_SINBOX.`, its token, and a dot. */
  readonly consumerId: string;
  /** The id of the stream: one subject token, unique within its consumer. */
  readonly streamId: string;
  /**
   * Whether the consumer's heartbeat answers are exact, so that one report is enough to stop a stream.
   *
   * @default false
   */
  readonly exact?: boolean;
  /**
   * Whether the consumer reads superjson's annotations.
   *
   * @default false
   */
  readonly superjson?: boolean;
  /**
   * The consumer's offer of the delivery extension; without it the stream is a plain one.
   *
   * @default none
   */
  readonly delivery?: DeliveryOffer;
  /**
   * The reader's deadline, in milliseconds from now.
   *
   * @default no deadline
   */
  readonly timeoutMs?: number;
  /**
   * Where the stream's frames are published: the reply subject of the open request, if it came from another account and
   * the server rewrote it to `_R_.…`.
   *
   * @default the stream's inbox
   */
  readonly reply?: string;
}

/**
 * Refuses addresses that no open request has.
 *
 * @throws {StreamError} `badArgument`.
 */
export function refuseMisfits({ subject, consumerId, streamId, reply }: StreamAddresses): void {
  const heartBeatRequestSub = heartbeatSubject(consumerId);
  const request = { type: 'open', consumerId, streamId, heartBeatRequestSub, body: null } as const;
  const misfit = checkAddresses(request, reply ?? inboxSubject(consumerId, streamId));
  if (misfit !== undefined) {
    throw new StreamError('badArgument', `expected ${misfit.expected}, came ${misfit.came}`);
  }
  if (!isPublishSubject(subject)) {
    throw new StreamError(
      'badArgument',
      `subject: expected a subject without wildcards, came ${JSON.stringify(subject)}`,
    );
  }
}

/** The parts that make a stream an extended one. */
export interface ExtendedParts {
  readonly controls: ControlChannel;
  readonly senders: StreamSenders;
  readonly paces: HeartbeatPaces;
}

/** Registers streams, with everything that one needs, and lets go of it when its actor is over. */
export class StreamRegistry {
  readonly #host: ClientHost;
  readonly #options: ResolvedOptions;
  readonly #streams: Map<string, RunningStream>;
  readonly #controls: ControlChannel;
  readonly #senders: StreamSenders;
  readonly #paces: HeartbeatPaces;

  constructor(
    host: ClientHost,
    options: ResolvedOptions,
    streams: Map<string, RunningStream>,
    { controls, senders, paces }: ExtendedParts,
  ) {
    this.#host = host;
    this.#options = options;
    this.#streams = streams;
    this.#controls = controls;
    this.#senders = senders;
    this.#paces = paces;
  }

  /**
   * Registers a stream, or gives the one that is registered.
   *
   * @param onGone Hears that a stream that was made here is over.
   * @param startOf Gives what starts the source, when the machine says so.
   * @param headersOf Gives the headers of its request, to tracers.
   * @param heartbeat What it announces of heartbeats, where that is not what all do.
   */
  register(
    addresses: StreamAddresses,
    onGone: () => void,
    startOf: (outlet: ProducerStreamOutlet) => () => void,
    headersOf: () => MessageHeaders = () => new Map(),
    heartbeat?: HeartbeatTerms,
  ): ProducerStream {
    const { subject, consumerId, streamId, exact = false } = addresses;
    // Delivery builds on exact reports: a consumer whose reports may be taken back cannot offer it.
    const offer = exact ? addresses.delivery : undefined;
    const id = inboxSubject(consumerId, streamId);
    const actor = this.#host.actorOf(id) as () => ProducerStream['actor'];
    let running = this.#streams.get(id);
    if (running === undefined) {
      const own = offer === undefined ? undefined : heartbeat;
      running = this.#create(id, addresses, offer, actor, startOf, headersOf, own);
      this.#streams.set(id, running);
      this.#paces.join(consumerId, offer !== undefined, own);
      running.onGone.push(() => this.#paces.leave(consumerId, own));
      running.onGone.push(onGone);
      if (offer !== undefined) this.#controls.open(running.control, id);
    }
    // A duplicate is told to the machine as well, which ignores it: so that it is seen.
    const extended = offer !== undefined;
    const request = { id, consumerId, streamId, subject, exact, extended };
    this.#host.dispatch(clientActorId, { type: 'request.received', ...request });
    // The handle keeps its actor, which may be over when somebody asks for it.
    actor();
    return running.stream;
  }

  /** The actor of a stream is over. One that broke, or that somebody stopped, has told nobody; the text says which. */
  onGone(id: string, text: string): void {
    const running = this.#streams.get(id);
    if (running === undefined) return;
    this.#streams.delete(id);
    this.#controls.close(running.control);
    running.releaseDeadline();
    for (const heard of running.onGone.splice(0)) heard();
    const isOver = running.isOver();
    if (isOver) {
      running.delivery?.release('it is over');
    } else {
      running.publishClose(CloseCode.InternalServerError, text);
      running.cancel(text);
    }
    this.#senders.forget(running.stream.info.consumerId);
    if (!isOver) this.#host.dispatch(clientActorId, { type: 'stream.closed', id });
  }

  #create(
    id: string,
    { subject, consumerId, streamId, superjson = false, timeoutMs, reply: framesTo = id }: StreamAddresses,
    offer: DeliveryOffer | undefined,
    actor: () => ProducerStream['actor'],
    startOf: (outlet: ProducerStreamOutlet) => () => void,
    headersOf: () => MessageHeaders,
    heartbeat: HeartbeatTerms | undefined,
  ): RunningStream {
    const { codec } = this.#options;
    const control = this.#controls.newSubject();
    const outlet = createProducerStream({
      consumerId,
      streamId,
      subject,
      inbox: id,
      framesTo,
      readsSuperjson: superjson && codec === undefined,
      publisher: this.#host.publisher,
      delivery:
        offer === undefined
          ? undefined
          : this.#senders.create({ id, framesTo }, consumerId, control, offer, this.#paces.announcedBy(heartbeat)),
      codec,
      actor,
      dispatch: (event) => this.#host.dispatch(id, event),
      warn: (message, error) => this.#host.warnOfPublish(framesTo, message, error),
    });
    const startSource = startOf(outlet);
    const start = (): void => {
      const tracers = this.#host.streamTraces;
      if (tracers.length === 0) startSource();
      else traceServing(tracers, servedStream(outlet, headersOf()), startSource);
    };
    const releaseDeadline = this.#setDeadline(id, timeoutMs);
    return Object.assign(outlet, { start, framesTo, control, releaseDeadline, onGone: [] });
  }

  /** The reader will have left by then, so that nobody need wait for it to say so. */
  #setDeadline(id: string, timeoutMs: number | undefined): () => void {
    if (timeoutMs === undefined || timeoutMs > timerMsMax) return () => undefined;
    const { clock } = this.#options;
    const timer = clock.setTimeout(() => {
      const text = `the reader's deadline of ${timeoutMs} ms has passed`;
      this.#host.dispatch(id, { type: 'peer.cancelled', text });
    }, timeoutMs);
    return () => clock.clearTimeout(timer);
  }
}

/** A stream as tracers see it. */
function servedStream({ stream, outcome }: ProducerStreamOutlet, headers: MessageHeaders): ServedStream {
  return {
    actor: stream.actor,
    headers,
    get info() {
      return stream.info;
    },
    outcome,
  };
}
