/**
 * The part of a NATS connection that this package uses. The application provides the connection: those of `nats` 2.x,
 * of `@nats-io/transport-node` and `wsconnect` 3.x, and of the in-memory broker satisfy this interface as they are.
 */
export interface NatsConnection {
  /** The server's INFO; `max_payload` is its size limit of a message, in bytes. */
  readonly info?: { readonly max_payload: number } | undefined;

  /**
   * Publishes one message. Throws if the connection is closed or the payload exceeds `max_payload`. An implementation
   * must read the payload within this turn of the event loop, and never hand its memory to a receiver: buffers of frames
   * are reused.
   */
  publish(subject: string, payload?: Uint8Array | string, options?: NatsPublishOptions): void;

  /** Subscribes to a subject, which may contain wildcards. The callback gets each message as it arrives. */
  subscribe(subject: string, options: NatsSubscribeOptions): NatsSubscription;

  /** Resolves once the server has processed everything published before. */
  flush(): Promise<void>;

  /**
   * The connection's status events. Clients use the types `disconnect` and `reconnect`, and `error` if it reports a
   * permissions violation: its operation and subject are in `permissionContext` (`nats` 2) or in `error` (3).
   */
  status(): AsyncIterable<NatsStatus>;

  /** Resolves once the connection is closed for good, with the error if there was one. */
  closed(): Promise<unknown>;

  /** Whether the connection is closed for good. */
  isClosed(): boolean;
}

/** What a connection tells of itself. */
export interface NatsStatus {
  /** What has happened: `disconnect`, `reconnect`, `error`, and others, which are not heeded. */
  readonly type: string;
  readonly permissionContext?: { readonly operation: string; readonly subject: string } | undefined;
  readonly error?: unknown;
}

/** Options of `publish`. */
export interface NatsPublishOptions {
  /**
   * The reply subject of the message.
   *
   * @default none
   */
  reply?: string;
  /**
   * Headers made by the connection's own client library, or an object whose `encode()` returns their wire format.
   *
   * @default none
   */
  headers?: object;
}

/** Options of `subscribe`. */
export interface NatsSubscribeOptions {
  /**
   * The queue group: its members share the messages of a subject.
   *
   * @default none
   */
  queue?: string;
  /** Called with each message, or with an error if the subscription failed. */
  callback: (error: Error | null, message: NatsMessage) => void;
}

/** A subscription, as the clients use it. */
export interface NatsSubscription {
  /** Unsubscribes immediately: even messages that the server has already sent are dropped. */
  unsubscribe(): void;
  /** Unsubscribes gracefully: resolves once the callback has had every message that the server had already sent. */
  drain(): Promise<void>;
}

/** A received message. `data` belongs to the receiver; nothing writes to it afterwards. */
export interface NatsMessage {
  readonly subject: string;
  readonly data: Uint8Array;
  readonly reply?: string | undefined;
  /** Status code 503 on an empty message means that there are no responders to a request. */
  readonly headers?: NatsHeaders | undefined;
}

/** The headers of a received message. */
export interface NatsHeaders {
  /** The status code; 0 if there is none. */
  readonly code: number;
  /** The names. */
  keys?(): string[];
  /** The values of a name. */
  values?(name: string): string[];
}
