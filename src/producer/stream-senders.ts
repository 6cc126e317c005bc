import { CloseCode } from '../../machines/index.js';
import { ByteBudget } from '../delivery/byte-budget.js';
import { ConsumerBudget } from '../delivery/consumer-budget.js';
import { FramePool } from '../delivery/frame-pool.js';
import { Sender } from '../delivery/sender.js';
import { messageOf } from '../errors.js';
import type { ClientHost } from '../host/client-host.js';
import type { ResolvedOptions } from '../validation/options.js';
import type { AnnouncedTerms, DeliveryOffer } from '../wire/index.js';

/** Makes the senders of extended streams, which share memory and budgets: each stream has the smaller of both windows. */
export class StreamSenders {
  readonly #host: ClientHost;
  readonly #options: ResolvedOptions;
  readonly #budget: ByteBudget;
  /** By the ids of the consumers that have extended streams here. */
  readonly #consumerBudgets = new Map<string, ConsumerBudget>();
  readonly #pool = new FramePool();

  constructor(host: ClientHost, options: ResolvedOptions) {
    this.#host = host;
    this.#options = options;
    this.#budget = new ByteBudget(options.keptBytesMax);
  }

  /** @param stream Its inbox, and where its frames go. What the sender brings about becomes events of its actor. */
  create(
    { id, framesTo }: { readonly id: string; readonly framesTo: string },
    consumerId: string,
    control: string,
    offer: DeliveryOffer,
    terms: AnnouncedTerms,
  ): Sender {
    const { windowRecords, windowBytes, recordBytesMax } = this.#options;
    const { unreadTimeoutMs, clock } = this.#options;
    return new Sender({
      inbox: framesTo,
      // The server gives up a way back on which nothing comes for long.
      isKeptAlive: framesTo !== id,
      control,
      publisher: this.#host.publisher,
      offered: { records: offer.windowRecords, bytes: offer.windowBytes },
      window: {
        records: Math.min(windowRecords, offer.windowRecords),
        bytes: Math.min(windowBytes, offer.windowBytes),
      },
      recordBytesMax: Math.min(recordBytesMax, offer.recordBytesMax),
      budget: this.#budgetOf(consumerId),
      pool: this.#pool,
      terms,
      awaitGrant:
        unreadTimeoutMs === 0
          ? undefined
          : (onUnread) => {
              const timer = clock.setTimeout(onUnread, unreadTimeoutMs);
              return () => clock.clearTimeout(timer);
            },
      onUnread: () => {
        const text = `the reader has granted nothing for ${unreadTimeoutMs} ms (unreadTimeoutMs)`;
        this.#host.dispatch(id, { type: 'peer.unreachable', code: CloseCode.Unread, text });
      },
      onEdge: (edge) => this.#host.dispatch(id, { type: edge }),
      onUnreachable: (announcements) => {
        const text = `the consumer answers heartbeats, but not ${announcements} frames in a row`;
        this.#host.dispatch(id, { type: 'peer.unreachable', code: CloseCode.GoingAway, text });
      },
      onFailure: (error) => {
        this.#host.warnOfPublish(framesTo, 'a frame could not be published', error);
        const text = `a frame could not be published: ${messageOf(error)}`;
        this.#host.dispatch(id, { type: 'peer.cancelled', text });
      },
    });
  }

  /** A stream of the consumer is over; its sender was released. */
  forget(consumerId: string): void {
    if (this.#consumerBudgets.get(consumerId)?.isUnused === true) this.#consumerBudgets.delete(consumerId);
  }

  #budgetOf(consumerId: string): ConsumerBudget {
    const known = this.#consumerBudgets.get(consumerId);
    if (known !== undefined) return known;
    const budget = new ConsumerBudget(this.#options.clientWindowBytes, this.#budget);
    this.#consumerBudgets.set(consumerId, budget);
    return budget;
  }
}
