import type { AnyActor } from 'xstate';
import type { NatsConnection, NatsMessage } from '../transport/nats-connection.js';
import type { Inspector } from './inspector.js';

/** What the option `tracer` of a client takes: a tracer, or one under another name. See `createTracer`. */
export interface ClientTracer {
  /** Called for each client that is to be traced, when it is complete or later. */
  readonly attach: (client: TracedClient) => ClientTrace;
}

/** What a tracer asks a client for, and only while somebody listens. */
export interface TracedClient {
  readonly role: 'consumer' | 'producer';
  /** As the application gave it: what goes through it by this way is not heard. */
  readonly connection: NatsConnection;
  /** The actors that live now, the client's own first. */
  actors(): Iterable<AnyActor>;
  /** What the streams that live now have handled. Only some come where one is asked for. */
  streams(): Iterable<StreamCounts>;
  /** What the stream of this actor has handled. */
  streamOf(actor: string): StreamCounts | undefined;
}

/** How much one end of a stream has handled since it began. Records bypass the actors, so these are asked for. */
export interface StreamCounts {
  /** The id of its actor. */
  readonly actor: string;
  /** The inbox subject of the stream, which both ends know. */
  readonly stream: string;
  readonly records: number;
  readonly bytes: number;
  /** Records that wait for the reader. */
  readonly waiting?: number;
  /** Records that may still be sent, where the stream has flow control. */
  readonly credit?: number;
  /** How long ago a sign of life restarted the actor's timer without its knowing. Milliseconds. */
  readonly touchedAgoMs?: number;
}

/** What a client gets of its tracer. */
export interface ClientTrace {
  /** An observer for the actors that are made now; undefined while nobody listens, so that actors cost what they cost. */
  readonly inspect: Inspector | undefined;
  /** Hears what goes through the client's connection; undefined while nobody listens. */
  readonly tap: MessageTap | undefined;
}

/** Hears the messages of a client. It never throws. */
export interface MessageTap {
  sent(subject: string, payload: Uint8Array | string | undefined, reply: string | undefined): void;
  delivered(message: NatsMessage): void;
}
