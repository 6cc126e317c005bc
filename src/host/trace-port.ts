import type { AnyActor, AnyActorRef } from 'xstate';
import type { HeadersInput, MessageHeaders } from '../transport/headers.js';
import type { NatsConnection, NatsMessage } from '../transport/nats-connection.js';
import type { Inspector } from './inspector.js';

/** What the option `tracer` of a client accepts: a tracer, or `named()` of one. See `createTracer`. */
export interface ClientTracer {
  /** Called for each client to be traced, once it is fully constructed or later. */
  readonly attach: (client: TracedClient) => ClientTrace;
}

/** A client as its tracer sees it. Asked only while somebody listens. */
export interface TracedClient {
  readonly role: 'consumer' | 'producer';
  /** The connection that the application provided; messages published directly on it are not traced. */
  readonly connection: NatsConnection;
  /** The running actors, the client's own first. */
  actors(): Iterable<AnyActor>;
  /** How long this actor has been running, in milliseconds; undefined where it is over. */
  ageMsOf(actor: string): number | undefined;
  /** The counts of all live streams, computed lazily: an iteration that stops early costs no more than what it took. */
  streams(): Iterable<StreamCounts>;
  /** The counts of the stream of this actor. */
  streamOf(actor: string): StreamCounts | undefined;
}

/** How much one end of a stream has handled since it began. Polled, because records bypass the actors. */
export interface StreamCounts {
  /** The id of its actor. */
  readonly actor: string;
  /** The inbox subject of the stream, which both ends know. */
  readonly stream: string;
  readonly records: number;
  readonly bytes: number;
  /** Records waiting for the reader. */
  readonly waiting?: number;
  /** How many more records may be sent, if the stream has flow control. */
  readonly credit?: number;
  /** How long ago a sign of life restarted the actor's timer without an event to the actor, in milliseconds. */
  readonly touchedAgoMs?: number;
}

/** What a tracer provides to a client. */
export interface ClientTrace {
  /** Observes the actors that are created now; undefined while nobody listens, so that observing costs nothing. */
  readonly inspect: Inspector | undefined;
  /** Observes the messages on the client's connection; undefined while nobody listens. */
  readonly tap: MessageTap | undefined;
  /** Hears of each stream once, as it begins; absent where that is of no interest. */
  readonly streams?: StreamTrace;
}

/** Stands around streams as they begin, and nowhere where records pass. It never throws by itself. */
export interface StreamTrace {
  /**
   * Around the opening of a stream at a consumer.
   *
   * @param open Opens it, with these headers of its request. Throws what `openStream` throws.
   */
  readonly opening?: <Opened extends OpenedStream>(
    asked: { readonly subject: string; readonly headers: HeadersInput | undefined },
    open: (headers: HeadersInput | undefined) => Opened,
  ) => Opened;
  /**
   * Around the source of a stream at a producer.
   *
   * @param run Starts the source, which is asynchronous.
   */
  readonly serving?: (stream: ServedStream, run: () => void) => void;
}

/** A stream that a consumer has opened. */
export interface OpenedStream {
  readonly id: string;
  readonly actor: AnyActorRef;
  readonly closed: Promise<StreamOutcome & { readonly records: number; readonly bytes: number }>;
}

/** A stream that a producer serves. */
export interface ServedStream {
  readonly actor: AnyActorRef;
  readonly headers: MessageHeaders;
  readonly info: {
    readonly subject: string;
    readonly consumerId: string;
    readonly inbox: string;
    readonly records: number;
    readonly bytes: number;
  };
  /** How it ended; undefined where nobody has said. */
  outcome(): StreamOutcome | undefined;
}

/** How a stream ended. */
export interface StreamOutcome {
  readonly reason: string;
  readonly code: number;
  readonly text: string;
}

/** Observes the messages of a client. It never throws. */
export interface MessageTap {
  /** Called for each message that the client publishes. */
  sent(subject: string, payload: Uint8Array | string | undefined, reply: string | undefined): void;
  /** Called for each message that the client receives. */
  delivered(message: NatsMessage): void;
}
