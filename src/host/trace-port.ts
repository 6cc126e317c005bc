import type { AnyActor } from 'xstate';
import type { NatsConnection, NatsMessage } from '../transport/nats-connection.js';
import type { Inspector } from './inspector.js';

/** What the option `recorder` of a client takes: a recorder, or one under another name. See `createRecorder`. */
export interface ClientRecorder {
  /** Called by each client for itself when it is made, or later for a client that is to be recorded. */
  readonly attach: (client: RecordedClient) => ClientRecording;
}

/** What a recorder asks a client for, and only while somebody listens. */
export interface RecordedClient {
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

/** What a client gets of its recorder. */
export interface ClientRecording {
  /** An observer for the actors that are made now; undefined while nobody listens, so that actors cost what they cost. */
  readonly inspect: Inspector | undefined;
  /** Hears what goes through the client's connection; undefined while nobody listens. */
  readonly ear: MessageEar | undefined;
}

/** Hears the messages of a client. It never throws. */
export interface MessageEar {
  sent(subject: string, payload: Uint8Array | string | undefined, reply: string | undefined): void;
  delivered(message: NatsMessage): void;
}
