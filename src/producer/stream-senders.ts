import { CloseCode, type ActorEvent, type Window } from '../../machines/index.js';
import { ByteBudget } from '../delivery/byte-budget.js';
import { ConsumerBudget } from '../delivery/consumer-budget.js';
import { FramePool } from '../delivery/frame-pool.js';
import { Sender, type SenderParameters } from '../delivery/sender.js';
import { messageOf } from '../errors.js';
import type { ClientHost } from '../host/client-host.js';
import type { Publisher } from '../transport/publisher.js';
import type { ResolvedOptions } from '../validation/options.js';
import type { AnnouncedTerms, DeliveryOffer } from '../wire/index.js';

/** Makes the senders of extended streams, which share memory and budgets: each stream has the smaller of both windows. */
export class StreamSenders {
  readonly host: ClientHost;
  readonly options: ResolvedOptions;
  /** What the frames of the client are made of. */
  readonly pool = new FramePool();
  readonly #budget: ByteBudget;
  /** By the ids of the consumers that have extended streams here. */
  readonly #consumerBudgets = new Map<string, ConsumerBudget>();

  constructor(host: ClientHost, options: ResolvedOptions) {
    this.host = host;
    this.options = options;
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
    return new Sender(new SenderSide(this, { id, framesTo, control }, offer, terms, this.#budgetOf(consumerId)));
  }

  /** A stream of the consumer is over; its sender was released. */
  forget(consumerId: string): void {
    if (this.#consumerBudgets.get(consumerId)?.isUnused === true) this.#consumerBudgets.delete(consumerId);
  }

  #budgetOf(consumerId: string): ConsumerBudget {
    const known = this.#consumerBudgets.get(consumerId);
    if (known !== undefined) return known;
    const budget = new ConsumerBudget(this.options.clientWindowBytes, this.#budget);
    this.#consumerBudgets.set(consumerId, budget);
    return budget;
  }
}

/** What the sender of one stream needs, and where what it brings about goes: to the actor of the stream. */
class SenderSide implements SenderParameters {
  readonly #senders: StreamSenders;
  readonly #id: string;
  readonly inbox: string;
  readonly control: string;
  readonly joins: boolean;
  readonly offered: Window;
  readonly window: Window;
  readonly recordBytesMax: number;
  readonly budget: ConsumerBudget;
  readonly terms: AnnouncedTerms;

  constructor(
    senders: StreamSenders,
    { id, framesTo, control }: { readonly id: string; readonly framesTo: string; readonly control: string },
    offer: DeliveryOffer,
    terms: AnnouncedTerms,
    budget: ConsumerBudget,
  ) {
    const { windowRecords, windowBytes, recordBytesMax } = senders.options;
    this.#senders = senders;
    this.#id = id;
    this.inbox = framesTo;
    this.control = control;
    this.joins = offer.joined === true;
    this.offered = { records: offer.windowRecords, bytes: offer.windowBytes };
    const isSmaller = windowRecords < offer.windowRecords || windowBytes < offer.windowBytes;
    this.window = isSmaller
      ? { records: Math.min(windowRecords, offer.windowRecords), bytes: Math.min(windowBytes, offer.windowBytes) }
      : this.offered;
    this.recordBytesMax = Math.min(recordBytesMax, offer.recordBytesMax);
    this.terms = terms;
    this.budget = budget;
  }

  get publisher(): Publisher {
    return this.#senders.host.publisher;
  }

  get pool(): FramePool {
    return this.#senders.pool;
  }

  /** The server gives up a way back on which nothing comes for long. */
  get isKeptAlive(): boolean {
    return this.inbox !== this.#id;
  }

  awaitGrant(onUnread: () => void): (() => void) | undefined {
    const { unreadTimeoutMs, clock } = this.#senders.options;
    if (unreadTimeoutMs === 0) return undefined;
    const timer = clock.setTimeout(onUnread, unreadTimeoutMs);
    return () => clock.clearTimeout(timer);
  }

  onUnread(): void {
    const text = `the reader has granted nothing for ${this.#senders.options.unreadTimeoutMs} ms (unreadTimeoutMs)`;
    this.#tell({ type: 'peer.unreachable', code: CloseCode.Unread, text });
  }

  onEdge(edge: Parameters<SenderParameters['onEdge']>[0]): void {
    this.#tell({ type: edge });
  }

  onUnreachable(announcements: number): void {
    const text = `the consumer answers heartbeats, but not ${announcements} frames in a row`;
    this.#tell({ type: 'peer.unreachable', code: CloseCode.GoingAway, text });
  }

  onFailure(error: unknown): void {
    this.#senders.host.warnOfPublish(this.inbox, 'a frame could not be published', error);
    this.#tell({ type: 'peer.cancelled', text: `a frame could not be published: ${messageOf(error)}` });
  }

  #tell(event: ActorEvent): void {
    this.#senders.host.dispatch(this.#id, event);
  }
}
