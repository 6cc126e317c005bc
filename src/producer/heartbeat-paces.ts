import type { Clock } from '../host/clock.js';
import type { ProducerClientOptions, ResolvedOptions } from '../validation/options.js';
import type { AnnouncedTerms } from '../wire/index.js';
import { PacedClock } from './paced-clock.js';

/** I, T and K in the protocol: how often a producer is heard, and what it announces of that. */
export type HeartbeatTerms = Omit<AnnouncedTerms, 'version'>;

/** The terms towards consumers that read announcements. Source: PROTOCOL.md, Timing. */
const announced: HeartbeatTerms = {
  heartbeatIntervalMs: 1_500,
  heartbeatRequestTimeoutMs: 1_500,
  missedHeartbeatsMax: 2,
};

/**
 * How many of those heartbeats such a consumer may miss itself: as long as a plain one may be away. One whose event loop
 * stands still for some seconds is alive, and nobody waits for the producer to find out that it is not.
 */
const announcedMissesMax = 15;

/** The heartbeats of one consumer. */
interface Pace {
  /** The terms of the client towards it. */
  readonly terms: HeartbeatTerms;
  readonly clock: PacedClock;
  streams: number;
  /** The terms of handlers that have streams of it, each with how many. */
  readonly own: Map<HeartbeatTerms, number>;
}

/**
 * How often each consumer is asked: as the client does by itself, and more often while it has a stream of a handler that
 * announces so. A handler that announces less changes only for how long its readers wait.
 */
export class HeartbeatPaces {
  readonly #plain: HeartbeatTerms;
  readonly #announced: HeartbeatTerms;
  /** The same object for all streams that have no terms of their own. */
  readonly #announcedByAll: AnnouncedTerms;
  readonly #clock: Clock;
  readonly #paces = new Map<string, Pace>();
  /** How many heartbeats in a row a consumer may miss that reads announcements. */
  readonly announcedMissesMax: number;

  constructor(options: ResolvedOptions, given: ProducerClientOptions) {
    const { heartbeatIntervalMs, heartbeatRequestTimeoutMs, missedHeartbeatsMax } = options;
    this.#plain = { heartbeatIntervalMs, heartbeatRequestTimeoutMs, missedHeartbeatsMax };
    const isGiven =
      given.heartbeatIntervalMs !== undefined ||
      given.heartbeatRequestTimeoutMs !== undefined ||
      given.missedHeartbeatsMax !== undefined;
    this.#announced = isGiven ? this.#plain : announced;
    this.#announcedByAll = { version: 1, ...this.#announced };
    this.announcedMissesMax = isGiven ? missedHeartbeatsMax : announcedMissesMax;
    this.#clock = options.clock;
  }

  /** What a stream announces: what its handler says, or what holds for all. */
  announcedBy(own: HeartbeatTerms | undefined): AnnouncedTerms {
    return own === undefined ? this.#announcedByAll : { version: 1, ...own };
  }

  /** A consumer has a stream more. */
  join(consumerId: string, isAnnounced: boolean, own: HeartbeatTerms | undefined): void {
    const pace = this.#paces.get(consumerId) ?? this.#begin(consumerId, isAnnounced);
    pace.streams += 1;
    if (own === undefined) return;
    pace.own.set(own, (pace.own.get(own) ?? 0) + 1);
    // What waits for the slower pace would come too late for the new stream.
    pace.clock.hasten(own.heartbeatIntervalMs);
  }

  /** A consumer has a stream less. */
  leave(consumerId: string, own: HeartbeatTerms | undefined): void {
    const pace = this.#paces.get(consumerId);
    if (pace === undefined) return;
    pace.streams -= 1;
    if (pace.streams === 0) this.#paces.delete(consumerId);
    if (own === undefined) return;
    const left = (pace.own.get(own) ?? 1) - 1;
    if (left === 0) pace.own.delete(own);
    else pace.own.set(own, left);
  }

  /** The clock of the heartbeats to a consumer; undefined where there is no such consumer. */
  clockOf(consumerId: string): Clock | undefined {
    return this.#paces.get(consumerId)?.clock;
  }

  intervalOf(consumerId: string): number {
    return this.#leastOf(consumerId, 'heartbeatIntervalMs');
  }

  requestTimeoutOf(consumerId: string): number {
    return this.#leastOf(consumerId, 'heartbeatRequestTimeoutMs');
  }

  #leastOf(consumerId: string, name: keyof HeartbeatTerms): number {
    const pace = this.#paces.get(consumerId);
    if (pace === undefined) return this.#plain[name];
    return Math.min(pace.terms[name], ...Array.from(pace.own.keys(), (own) => own[name]));
  }

  #begin(consumerId: string, isAnnounced: boolean): Pace {
    const pace: Pace = {
      terms: isAnnounced ? this.#announced : this.#plain,
      clock: new PacedClock(this.#clock),
      streams: 0,
      own: new Map(),
    };
    this.#paces.set(consumerId, pace);
    return pace;
  }
}
