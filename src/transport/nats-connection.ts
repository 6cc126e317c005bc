/**
 * What this package needs of a NATS connection, and nothing else. The user brings the connection: `nats` 2.x,
 * `@nats-io/transport-node` or `wsconnect` 3.x, and the in-memory broker all satisfy this interface as they are.
 */
export interface NatsConnection {
  /** What the server said of itself; `max_payload` is the most bytes that one message may hold. */
  readonly info?: { readonly max_payload: number } | undefined;

  /**
   * Sends one message. Throws where the connection is closed or the payload is larger than `max_payload`. The payload
   * is read within this turn of the event loop, and nobody who receives it shares its memory: that of frames is used
   * again.
   */
  publish(subject: string, payload?: Uint8Array | string, options?: NatsPublishOptions): void;

  /** Subscribes to a subject, which may hold wildcards. Each message is handed to the callback as it comes. */
  subscribe(subject: string, options: NatsSubscribeOptions): NatsSubscription;

  /** Resolves when the server has taken everything that was published before. */
  flush(): Promise<void>;

  /**
   * What happens to the connection. Read here are the types `disconnect` and `reconnect`, and `error` where it tells of
   * a permissions violation: its operation and subject are in `permissionContext` (`nats` 2) or in `error` (3).
   */
  status(): AsyncIterable<NatsStatus>;

  /** Resolves when the connection is closed for good, with the error if there was one. */
  closed(): Promise<unknown>;

  isClosed(): boolean;
}

export interface NatsStatus {
  readonly type: string;
  readonly permissionContext?: { readonly operation: string; readonly subject: string } | undefined;
  readonly error?: unknown;
}

/** What a message is published with. */
export interface NatsPublishOptions {
  reply?: string;
  /** Headers as the connection's own client makes them, or an object whose `encode()` gives them as they travel. */
  headers?: object;
}

/** What a subscription is made with. */
export interface NatsSubscribeOptions {
  /** Members of one queue group share the messages of a subject. */
  queue?: string;
  callback: (error: Error | null, message: NatsMessage) => void;
}

/** A subscription, as the clients use it. */
export interface NatsSubscription {
  /** Takes nothing more, not even what the server has sent already. */
  unsubscribe(): void;
  /** Has the server send nothing more, and resolves when all that it had sent was handed to the callback. */
  drain(): Promise<void>;
}

/** A message as it came. `data` belongs to the receiver; nothing writes to it afterwards. */
export interface NatsMessage {
  readonly subject: string;
  readonly data: Uint8Array;
  readonly reply?: string | undefined;
  /** `code` is 503 on the empty message by which a server says that nobody subscribes to the subject of a request. */
  readonly headers?: NatsHeaders | undefined;
}

/** The headers of a message as it came. */
export interface NatsHeaders {
  readonly code: number;
  /** The names, and the values of one. */
  keys?(): string[];
  values?(name: string): string[];
}
