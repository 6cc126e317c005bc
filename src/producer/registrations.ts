import { StreamError } from '../errors.js';
import type { Accept } from './acceptance.js';
import type { ClientHost } from '../host/client-host.js';
import type { NatsMessage, NatsSubscription } from '../transport/nats-connection.js';

/** How requests are taken. */
export interface HandleOptions {
  /** Producers of one queue group share the requests: each request goes to one of them. */
  readonly queue?: string;
  /**
   * Sees who asks before there is a stream, an actor or a heartbeat, and may refuse with a code and a text; see
   * {@link Accept}. While its promise is open the request counts as a stream, and a duplicate of it is ignored.
   */
  readonly accept?: Accept;
  /**
   * How many streams this handler may have. A request beyond is refused with 4029.
   *
   * @default no limit but the client's `streamsMax`
   */
  readonly streamsMax?: number;
}

/** A handler's registration for the requests of a subject. Disposing of it stops it. */
export interface Registration extends Disposable {
  readonly subject: string;
  /**
   * Resolves when the server knows of it: streams that are opened from then on find this producer. (In a cluster other
   * servers hear of it a moment later.) While the connection is down it waits. Rejects with a {@link StreamError}:
   * `subscriptionLost` where the server refuses the subscription or it was stopped, `clientClosed` where the client or
   * the connection is closed before. Nobody has to await it.
   */
  readonly ready: Promise<void>;
  /** Takes no more requests. Streams that run go on. */
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
