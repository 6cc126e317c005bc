/**
 * The events of every machine. The first part of a name says who spoke: `app` the application, `frame` the peer, `peer`
 * the other end of an extended stream, `flow` its credit, `heartbeat` the heartbeat exchange, `stream` another actor of
 * the same client, `source` and `reader` the ends of a stream, `link` the NATS connection, `round` and `buffer` the
 * machine itself. Payloads never enter a machine, so no event carries any.
 *
 * What stands above an event says when it comes; the specification's table of events is made of it.
 */
import type { ListedStream } from './listed-stream.js';

/**
 * What can happen to a consumer's client.
 *
 * @see PROTOCOL.md, Consumer client
 */
export type ConsumerClientEvent =
  /** The application opens a stream. The id is new. */
  | { readonly type: 'app.open'; readonly id: string; readonly subject: string }
  /** The application leaves every stream, and closes the client when the producers know. */
  | { readonly type: 'app.drain' }
  | CloseRequested
  /** A heartbeat request came: a producer asks which of these streams are still wanted. */
  | { readonly type: 'heartbeat.requested'; readonly reply: string; readonly streams: readonly ListedStream[] }
  /** A stream has lost its reader, and is not live from now on. */
  | { readonly type: 'stream.left'; readonly id: string }
  | StreamClosed
  /** A stream asks again, and is live under the stream id of this attempt alone. */
  | { readonly type: 'stream.renewed'; readonly id: string; readonly attempt: number }
  | LinkLost
  | LinkRestored
  | LinkClosed;

/**
 * What can happen to a stream at the consumer.
 *
 * @see PROTOCOL.md, Consumer stream
 */
export type ConsumerStreamEvent =
  /** A record came, and the reader's queue has room for it. */
  | { readonly type: 'frame.data' }
  /** A close came, or the open request can never be published. */
  | { readonly type: 'frame.close'; readonly code: number; readonly text: string }
  /** A frame came that cannot be read; the text says what was expected and what came. */
  | { readonly type: 'frame.malformed'; readonly text: string }
  /** The producer has shown that it knows the delivery extension. */
  | { readonly type: 'frame.announced' }
  /** Items of the stream are missing, or still missing. */
  | { readonly type: 'frame.gap' }
  /** What was missing has come, or was never sent. */
  | { readonly type: 'frame.recovered' }
  /** The stream was ended, and what is missing cannot be had again. */
  | { readonly type: 'frame.lost'; readonly code: number; readonly text: string }
  /** The server answered the open request with 503: nobody subscribes to its subject. */
  | { readonly type: 'frame.noResponders' }
  /** A record came, and the reader's queue is full. */
  | { readonly type: 'reader.overflow'; readonly text: string }
  /** A heartbeat request listed this stream, which is live. */
  | { readonly type: 'heartbeat.alive' }
  /** A heartbeat request listed this stream, which is not live, and is reported. */
  | { readonly type: 'heartbeat.listed' }
  /** The reader leaves, or its deadline has passed. */
  | { readonly type: 'app.cancel'; readonly reason: 'cancelled' | 'timedOut'; readonly text: string }
  | CloseRequested
  /** The server refuses the request, or what the client has to say of the stream; the text says what. */
  | { readonly type: 'link.refused'; readonly text: string }
  | LinkLost
  | LinkRestored
  | LinkClosed;

/**
 * What can happen to a producer's client.
 *
 * @see PROTOCOL.md, Producer client
 */
export type ProducerClientEvent =
  RequestReceived | CloseRequested | StreamClosed | StreamUnreachable | LinkLost | LinkRestored | LinkClosed;

/** An open request came, and its addresses fit together. */
export interface RequestReceived {
  readonly type: 'request.received';
  /** The stream's inbox subject: consumer id and stream id. */
  readonly id: string;
  readonly consumerId: string;
  readonly streamId: string;
  /** The request subject. */
  readonly subject: string;
  /** Whether the consumer's reports are exact. */
  readonly exact: boolean;
  /** Whether the consumer knows the delivery extension. */
  readonly extended: boolean;
}

/**
 * What can happen to a stream at the producer.
 *
 * @see PROTOCOL.md, Producer stream
 */
export type ProducerStreamEvent =
  /** The source hands over a record. */
  | { readonly type: 'source.record' }
  /** The source ended by itself. */
  | { readonly type: 'source.ended'; readonly text: string }
  /** The source failed, or closes its stream with a code other than 1000. */
  | { readonly type: 'source.failed'; readonly code: number; readonly text: string }
  /** A record waits for credit. */
  | { readonly type: 'flow.blocked' }
  /**
   * A record waits for credit that the consumer does not grant unless it is asked, or, on any stream of the consumer, for
   * what it does not say to have arrived.
   */
  | { readonly type: 'flow.starved' }
  /** No record waits for credit any more. */
  | { readonly type: 'flow.open' }
  /** The consumer asks for what it lacks. */
  | { readonly type: 'peer.resumed' }
  /** The consumer says that nobody reads, its deadline has passed, or nothing more can be published to it. */
  | { readonly type: 'peer.cancelled'; readonly text: string }
  /** The consumer has received everything, the close included. */
  | { readonly type: 'peer.acknowledged' }
  /** The server refuses frames to the inbox, or K + 1 announcements in a row were not answered though heartbeats are. */
  | { readonly type: 'peer.unreachable'; readonly code: number; readonly text: string }
  /** A heartbeat request listed this stream, and the answer reports it. */
  | { readonly type: 'heartbeat.reported' }
  /** A heartbeat request listed this stream, and the answer does not report it. */
  | { readonly type: 'heartbeat.confirmed' }
  /** The cancellation buffer has passed since the first report. Raised by the machine itself. */
  | { readonly type: 'buffer.over' }
  /** The consumer missed K heartbeats in a row, and the last one listed this stream. */
  | { readonly type: 'heartbeat.lost' }
  /** The server refuses heartbeat requests to the consumer; the text says so. */
  | { readonly type: 'heartbeat.refused'; readonly text: string }
  | CloseRequested
  | LinkLost
  | LinkClosed;

/**
 * What can happen to the heartbeats to one consumer.
 *
 * @see PROTOCOL.md, Heartbeat
 */
export type HeartbeatEvent =
  /** A stream of this consumer is registered: its request proves that the consumer lives. */
  | { readonly type: 'stream.added'; readonly id: string; readonly streamId: string; readonly subject: string }
  /** A stream of this consumer is over, and others are not. */
  | { readonly type: 'stream.removed'; readonly id: string }
  | StreamUnreachable
  /** Every part of the request under way was answered; these stream ids are reported. */
  | { readonly type: 'heartbeat.answered'; readonly reported: readonly string[] }
  /** The server answered a part of the request with 503: nobody subscribes to the consumer's heartbeat subject. */
  | { readonly type: 'heartbeat.unanswerable' }
  /** The interval has passed. Raised by the machine itself. */
  | { readonly type: 'round.due' }
  | CloseRequested
  | LinkLost
  | LinkRestored
  | LinkClosed;

/** The application closes the client at once, or removes the stream. */
export interface CloseRequested {
  readonly type: 'app.close';
}

/** A stream is over. */
export interface StreamClosed {
  readonly type: 'stream.closed';
  readonly id: string;
}

/** A stream is over, and its inbox cannot be reached: the heartbeat has to tell its consumer. */
export interface StreamUnreachable {
  readonly type: 'stream.unreachable';
  /** The stream's inbox subject. */
  readonly id: string;
  readonly code: number;
  readonly text: string;
}

/** The connection is down, and may come back. */
export interface LinkLost {
  readonly type: 'link.lost';
}

/** The connection is back. */
export interface LinkRestored {
  readonly type: 'link.restored';
}

/** The connection is closed for good, or the server ended the client's inbox subscription; the text says why. */
export interface LinkClosed {
  readonly type: 'link.closed';
  readonly text: string;
}

/** Any event that an actor may be told by another. */
export type ActorEvent =
  ConsumerClientEvent | ConsumerStreamEvent | ProducerClientEvent | ProducerStreamEvent | HeartbeatEvent;
