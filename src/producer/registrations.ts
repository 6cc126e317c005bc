import { StreamError } from '../errors.js';
import type { Accept } from './acceptance.js';
import type { InterceptedRequest, Interceptor } from '../host/interceptors.js';
import type { ClientHost } from '../host/client-host.js';
import type { NatsMessage, NatsSubscription } from '../transport/nats-connection.js';

/** How often the readers of a handler hear of their producer. */
export interface HandlerHeartbeat {
  /** From one heartbeat to the next, in milliseconds. */
  readonly intervalMs: number;
  /**
   * For how long the answer to one is waited for, in milliseconds; at most the interval.
   *
   * @default the interval
   */
  readonly timeoutMs?: number;
  /**
   * After how many missed heartbeats in a row a reader takes its producer for dead.
   *
   * @default 2
   */
  readonly missedMax?: number;
}

/** Options of `handle`: how requests are taken. */
export interface HandleOptions {
  /**
   * The queue group of the subscription. Producers of one group share the load: each request goes to one of them.
   *
   * @default none: each producer gets every request
   */
  readonly queue?: string;
  /**
   * Decides about each request before a stream, an actor or a heartbeat is created for it, and may reject it with a code
   * and a text; see {@link Accept}. While its promise is pending the request counts as a stream, and duplicates of it
   * are ignored.
   *
   * @default accepts every request
   */
  readonly accept?: Accept;
  /**
   * How many streams this handler may have. A request beyond is refused with 4029.
   *
   * @default no limit but the client's `streamsMax`
   */
  readonly streamsMax?: number;
  /**
   * What readers of this package are told of how often they hear of the producer of this handler's streams: they wait
   * for `missedMax * intervalMs + timeoutMs`. A shorter interval than that of the client is kept for as long as a
   * consumer has such a stream, a longer one gives a handler time that keeps its event loop busy. Go consumers are told
   * nothing.
   *
   * @default as the client's other handlers
   */
  readonly heartbeat?: HandlerHeartbeat;
  /**
   * Functions around each stream of this handler, inside those of the client, the first one outermost; see
   * {@link Interceptor}.
   *
   * @default none
   */
  readonly interceptors?: readonly Interceptor<InterceptedRequest>[];
}

/** A handler's registration for the requests on a subject. Disposing it calls `stop()`. */
export interface Registration extends Disposable {
  /** The subject, which may contain wildcards. */
  readonly subject: string;
  /**
   * Resolves once the server has the subscription: streams opened from then on reach this producer. (In a cluster, other
   * servers learn of it a moment later.) Stays pending while the connection is down. Rejects with a {@link StreamError}:
   * `subscriptionLost` if the server refuses the subscription or it was stopped, `clientClosed` if the client or the
   * connection closes first. It need not be awaited.
   */
  readonly ready: Promise<void>;
  /** Stops taking requests. Running streams continue. */
  stop(): void;
}

/**
 * The former name of {@link Registration}.
 *
 * @deprecated Use {@link Registration}.
 */
export type Handling = Registration;

/** The subscriptions to request subjects of a producer. */
export class Registrations {
  readonly #host: ClientHost;
  readonly #subscriptions = new Set<NatsSubscription>();

  constructor(host: ClientHost) {
    this.#host = host;
  }

  /** @param take Takes each request. */
  add(subject: string, { queue }: HandleOptions, take: (message: NatsMessage) => void): Registration {
    let lost: StreamError | undefined;
    const subscription = this.#host.connection.subscribe(subject, {
      ...(queue === undefined ? {} : { queue }),
      callback: (error, message) => {
        if (error === null) {
          take(message);
          return;
        }
        const text = `no requests can be taken: ${error.message}`;
        lost = new StreamError('subscriptionLost', text, { cause: error });
        this.#host.warn({ code: 'subscriptionLost', message: text, subject, error });
      },
    });
    this.#subscriptions.add(subscription);
    const confirm = async (): Promise<void> => {
      const isConfirmed = await this.#host.publisher.confirm();
      if (lost !== undefined) throw lost;
      if (!isConfirmed || this.#host.isReleased) throw new StreamError('clientClosed', 'the client is closed');
      if (!this.#subscriptions.has(subscription)) {
        throw new StreamError('subscriptionLost', 'the handling was stopped');
      }
    };
    let ready: Promise<void> | undefined;
    const stop = (): void => {
      if (this.#subscriptions.delete(subscription)) this.#host.unsubscribe(subscription);
    };
    return {
      subject,
      // Asked only where somebody wants to know: it costs a trip to the server.
      get ready() {
        if (ready === undefined) {
          ready = confirm();
          ready.catch(() => undefined);
        }
        return ready;
      },
      stop,
      [Symbol.dispose]: stop,
    };
  }

  /** Takes no more requests. Those that the server has routed to this client already are taken before this resolves. */
  async drain(): Promise<void> {
    await Promise.all(
      Array.from(this.#subscriptions, (subscription) =>
        this.#host.publisher.whileConnected(() => subscription.drain()),
      ),
    );
    this.#subscriptions.clear();
  }

  /** Takes no more requests from now on. */
  release(): void {
    for (const subscription of this.#subscriptions) this.#host.unsubscribe(subscription);
    this.#subscriptions.clear();
  }
}
