/**
 * The events of all machines. The first part of a name is the origin: `app` the application, `frame` the peer, `peer`
 * the other end of an extended stream, `flow` its credit, `heartbeat` the heartbeat exchange, `stream` another actor of
 * the same client, `source` and `reader` the ends of a stream, `link` the NATS connection, `round` and `buffer` the
 * machine itself. Payloads never enter a machine, so no event carries any.
 *
 * The docstring of an event says when it occurs; the specification's table of events is generated from it.
 */
import type { ListedStream } from './listed-stream.js';

/**
 * The events of a consumer client.
 *
 * @see PROTOCOL.md, Consumer client
 */
export type ConsumerClientEvent =
  /** The application opens a stream. The id is new. */
  | { readonly type: 'app.open'; readonly id: string; readonly subject: string }
  /** The application leaves all streams, and closes the client once the producers know. */
  | { readonly type: 'app.drain' }
  | CloseRequested
  /** A heartbeat request arrived: a producer asks which of these streams are still wanted. `more` of a long request follows. */
  | {
      readonly type: 'heartbeat.requested';
      readonly reply: string;
      readonly streams: readonly ListedStream[];
      readonly more?: true;
    }
  /** A stream has lost its reader and is no longer live. */
  | { readonly type: 'stream.left'; readonly id: string }
  | StreamClosed
  /** A stream is requested again, and is live only under the stream id of this attempt. */
  | { readonly type: 'stream.renewed'; readonly id: string; readonly attempt: number }
  | LinkLost
  | LinkRestored
  | LinkClosed;

/**
 * The events of a stream at its consumer.
 *
 * @see PROTOCOL.md, Consumer stream
 */
export type ConsumerStreamEvent =
  /** A record arrived, and the reader's queue has room for it. */
  | { readonly type: 'frame.data' }
  /** A close arrived, or the open request can never be published. */
  | { readonly type: 'frame.close'; readonly code: number; readonly text: string }
  /** A frame arrived that cannot be decoded; the text says what was expected and what came. */
  | { readonly type: 'frame.malformed'; readonly text: string }
  /** The producer has shown that it supports the delivery extension. */
  | { readonly type: 'frame.announced' }
  /** Items of the stream are missing, or still missing. */
  | { readonly type: 'frame.gap' }
  /** The missing items have arrived, or were never sent. */
  | { readonly type: 'frame.recovered' }
  /** The stream has ended, and the missing items can no longer be recovered. */
  | { readonly type: 'frame.lost'; readonly code: number; readonly text: string }
  /** The server answered the open request with 503: nobody subscribes to its subject. */
  | { readonly type: 'frame.noResponders' }
  /** A record arrived, and the reader's queue is full. */
  | { readonly type: 'reader.overflow'; readonly text: string }
  /** A heartbeat request listed this stream, which is live. */
  | { readonly type: 'heartbeat.alive' }
  /** A heartbeat request listed this stream, which is not live and is reported. */
  | { readonly type: 'heartbeat.listed' }
  /** The reader leaves, or its deadline has passed. */
  | { readonly type: 'app.cancel'; readonly reason: 'cancelled' | 'timedOut'; readonly text: string }
  | CloseRequested
  /** The server denies publishing the request, or what the client must tell the producer; the text says what. */
  | { readonly type: 'link.refused'; readonly text: string }
  | LinkLost
  | LinkRestored
  | LinkClosed;

/**
 * The events of a producer client.
 *
 * @see PROTOCOL.md, Producer client
 */
export type ProducerClientEvent =
  RequestReceived | CloseRequested | StreamClosed | StreamUnreachable | LinkLost | LinkRestored | LinkClosed;

/** An open request arrived, and its addresses are consistent. */
export interface RequestReceived {
  readonly type: 'request.received';
  /** The stream's inbox subject: consumer id and stream id. */
  readonly id: string;
  /** The consumer id, with its trailing dot. */
  readonly consumerId: string;
  readonly streamId: string;
  /** The request subject. */
  readonly subject: string;
  /** Whether the consumer's reports are exact. */
  readonly exact: boolean;
  /** Whether the consumer supports the delivery extension. */
  readonly extended: boolean;
}

/**
 * The events of a stream at its producer.
 *
 * @see PROTOCOL.md, Producer stream
 */
export type ProducerStreamEvent =
  /** The source produced a record. */
  | { readonly type: 'source.record' }
  /** The source ended by itself. */
  | { readonly type: 'source.ended'; readonly text: string }
  /** The source failed, or closed its stream with a code other than 1000. */
  | { readonly type: 'source.failed'; readonly code: number; readonly text: string }
  /** A record is waiting for credit. */
  | { readonly type: 'flow.blocked' }
  /**
   * A record is waiting for credit that the consumer grants only when prompted, or, on any stream of the consumer, for
   * the consumer to acknowledge what has arrived.
   */
  | { readonly type: 'flow.starved' }
  /** No record is waiting for credit any more. */
  | { readonly type: 'flow.open' }
  /** The consumer asks for a retransmission of what it lacks. */
  | { readonly type: 'peer.resumed' }
  /** The consumer says that its reader is gone, its deadline has passed, or nothing more can be published to it. */
  | { readonly type: 'peer.cancelled'; readonly text: string }
  /** The consumer has received everything, the close included. */
  | { readonly type: 'peer.acknowledged' }
  /** The server denies publishing to the inbox, or K + 1 announcements in a row went unanswered, unlike heartbeats. */
  | { readonly type: 'peer.unreachable'; readonly code: number; readonly text: string }
  /** A heartbeat request listed this stream, and the response reports it. */
  | { readonly type: 'heartbeat.reported' }
  /** A heartbeat request listed this stream, and the response does not report it. */
  | { readonly type: 'heartbeat.confirmed' }
  /** The cancellation buffer has elapsed since the first report. Raised by the machine itself. */
  | { readonly type: 'buffer.over' }
  /** The consumer missed K heartbeats in a row, and the last one listed this stream. */
  | { readonly type: 'heartbeat.lost' }
  /** The server denies publishing heartbeat requests to the consumer; the text says so. */
  | { readonly type: 'heartbeat.refused'; readonly text: string }
  | CloseRequested
  | LinkLost
  | LinkClosed;

/**
 * The events of the heartbeats to one consumer.
 *
 * @see PROTOCOL.md, Heartbeat
 */
export type HeartbeatEvent =
  /** A stream of this consumer was registered: its request proves that the consumer is alive. */
  | {
      readonly type: 'stream.added';
      readonly id: string;
      readonly streamId: string;
      readonly subject: string;
      /** Whether its consumer hears of the stream by an announcement, and need not be asked before the next round. */
      readonly extended: boolean;
    }
  /** A stream of this consumer is over, and others are not. */
  | { readonly type: 'stream.removed'; readonly id: string }
  | StreamUnreachable
  /** Every part of the outstanding request was answered; these stream ids are reported. */
  | { readonly type: 'heartbeat.answered'; readonly reported: readonly string[] }
  /** The server answered a part of the request with 503: nobody subscribes to the consumer's heartbeat subject. */
  | { readonly type: 'heartbeat.unanswerable' }
  /** The heartbeat interval has elapsed. Raised by the machine itself. */
  | { readonly type: 'round.due' }
  | CloseRequested
  | LinkLost
  | LinkRestored
  | LinkClosed;

/** The application closes the client immediately, or removes the stream. */
export interface CloseRequested {
  readonly type: 'app.close';
}

/** A stream is over. */
export interface StreamClosed {
  readonly type: 'stream.closed';
  readonly id: string;
}

/** A stream is over, and its inbox cannot be reached: the heartbeat must tell its consumer. */
export interface StreamUnreachable {
  readonly type: 'stream.unreachable';
  /** The stream's inbox subject. */
  readonly id: string;
  readonly code: number;
  readonly text: string;
}

/** The connection is lost, and may be re-established. */
export interface LinkLost {
  readonly type: 'link.lost';
}

/** The connection is re-established. */
export interface LinkRestored {
  readonly type: 'link.restored';
}

/** The connection is permanently closed, or the server ended the client's inbox subscription; the text says why. */
export interface LinkClosed {
  readonly type: 'link.closed';
  readonly text: string;
}

/** Any event that one actor may send to another. */
export type ActorEvent =
  ConsumerClientEvent | ConsumerStreamEvent | ProducerClientEvent | ProducerStreamEvent | HeartbeatEvent;
