import type { TraceMessage } from '../../../../src/trace-events/trace-event.js';
import { actorKey } from '../../model/keys.js';
import type { SequencedEvent } from '../../model/types.js';

/** How many bins are kept. They become wider as the run becomes longer, so that a run of days fits. */
const bins = 1_024;
/** How many round trips are kept; the oldest go first. */
const roundTripsMax = 4_000;
/** How many heartbeats may wait for their answers. */
const beatsMax = 1_000;

export interface RoundTrip {
  /** When the heartbeat was sent. */
  readonly at: number;
  /** Undefined where it was lost. */
  readonly duration: number | undefined;
}

/** Sums for each stretch of time, at both ends of streams. */
export interface Bins {
  /** Handled by readers, and written by producers. */
  readonly received: Float64Array;
  readonly sent: Float64Array;
  readonly receivedBytes: Float64Array;
}

/** What the charts show, summed record by record. */
export class Series {
  readonly bins: Bins = {
    received: new Float64Array(bins),
    sent: new Float64Array(bins),
    receivedBytes: new Float64Array(bins),
  };
  readonly roundTrips: RoundTrip[] = [];
  binWidth: number;
  /** The last bin into which anything fell. */
  lastBin = 0;
  readonly #roles = new Map<string, string>();
  readonly #counts = new Map<string, { readonly records: number; readonly bytes: number }>();
  readonly #beats = new Map<
    string,
    { readonly at: number; readonly from: string | undefined; readonly subject: string }
  >();

  constructor(unit: 'ms' | 'tick') {
    this.binWidth = unit === 'ms' ? 1_000 : 1;
  }

  add(event: SequencedEvent): void {
    const bin = this.#binOf(event.at);
    switch (event.type) {
      case 'system':
        this.#roles.set(event.system, event.role);
        return;
      case 'counts': {
        const key = actorKey(event.system, event.actor);
        const before = this.#counts.get(key) ?? { records: 0, bytes: 0 };
        this.#counts.set(key, event);
        const records = Math.max(0, event.records - before.records);
        const isReader = this.#roles.get(event.system) !== 'producer';
        const into = isReader ? this.bins.received : this.bins.sent;
        into[bin] = (into[bin] ?? 0) + records;
        if (isReader)
          this.bins.receivedBytes[bin] = (this.bins.receivedBytes[bin] ?? 0) + Math.max(0, event.bytes - before.bytes);
        return;
      }
      case 'step':
        // An actor that is over counts no more.
        if (event.status !== 'active') this.#counts.delete(actorKey(event.system, event.actor));
        return;
      case 'message':
        this.#message(event);
        return;
      default:
    }
  }

  #message(event: TraceMessage): void {
    if (event.kind === 'heartbeat' && event.op === 'send') {
      if (this.#beats.size >= beatsMax) this.#beats.delete(this.#beats.keys().next().value ?? '');
      this.#beats.set(event.message, { at: event.at, from: event.from, subject: event.subject });
    } else if (event.kind === 'heartbeat' && (event.op === 'drop' || event.op === 'dead')) {
      this.#tell(event.message, undefined);
    } else if (event.kind === 'answer' && event.op === 'deliver') {
      this.#tell(this.#beatOf(event), event.at);
    } else if (event.kind === 'answer' && (event.op === 'drop' || event.op === 'dead')) {
      this.#tell(this.#beatOf(event), undefined);
    }
  }

  /** An answer goes to the subject by which its heartbeat is named; else it is the newest one of its receiver. */
  #beatOf(answer: TraceMessage): string | undefined {
    if (this.#beats.has(answer.subject)) return answer.subject;
    let newest: string | undefined;
    for (const [message, { from }] of this.#beats) if (from !== undefined && from === answer.to) newest = message;
    return newest;
  }

  #tell(message: string | undefined, answeredAt: number | undefined): void {
    const beat = message === undefined ? undefined : this.#beats.get(message);
    if (message === undefined || beat === undefined) return;
    this.#beats.delete(message);
    if (answeredAt !== undefined) this.#giveUpBefore(beat);
    this.roundTrips.push({ at: beat.at, duration: answeredAt === undefined ? undefined : answeredAt - beat.at });
    if (this.roundTrips.length > roundTripsMax) this.roundTrips.splice(0, roundTripsMax / 4);
  }

  /** A heartbeat is lost where a later one on its subject was answered before it. */
  #giveUpBefore(answered: { readonly at: number; readonly subject: string }): void {
    for (const [message, { at, subject }] of this.#beats) {
      if (at >= answered.at) return;
      if (subject !== answered.subject) continue;
      this.#beats.delete(message);
      this.roundTrips.push({ at, duration: undefined });
    }
  }

  #binOf(at: number): number {
    while (at >= bins * this.binWidth) {
      for (const sums of Object.values(this.bins) as Float64Array[]) {
        for (let bin = 0; bin < bins / 2; bin += 1) sums[bin] = (sums[2 * bin] ?? 0) + (sums[2 * bin + 1] ?? 0);
        sums.fill(0, bins / 2);
      }
      this.binWidth *= 2;
      this.lastBin = Math.floor(this.lastBin / 2);
    }
    const bin = Math.max(0, Math.floor(at / this.binWidth));
    this.lastBin = Math.max(this.lastBin, bin);
    return bin;
  }
}
