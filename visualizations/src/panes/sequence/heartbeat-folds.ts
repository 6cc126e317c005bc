import type { TraceMessage } from '../../../../src/trace-events/trace-event.js';
import { isBeat, type Row } from './rows.js';

/** Heartbeats and their answers, folded into a row for each run of them. */
export class HeartbeatFolds {
  /** The fold that began last: what follows of its heartbeats is told there, whatever has come between. */
  #fold: Row | undefined;
  /** When each heartbeat that is not answered yet was sent. */
  readonly #sentAt = new Map<string, number>();

  /** Takes a message that was sent or delivered. `begin` makes a new row where `last` is no fold that could grow. */
  add(event: TraceMessage, last: Row | undefined, begin: () => Row): void {
    const isSent = isBeat(event) && event.op === 'send';
    const isAnswered = event.kind === 'answer' && event.op === 'deliver';
    let isLast = this.#fold === last;
    if (isSent && last?.kind !== 'heartbeats') {
      this.#fold = begin();
      this.#fold.rounds = this.#fold.answered = 0;
      isLast = true;
    }
    const fold = this.#fold;
    // An answer whose heartbeat came before all that is kept has no row.
    if (fold === undefined) return;
    if (isSent) {
      fold.rounds = (fold.rounds ?? 0) + 1;
      this.#sentAt.set(event.message, event.at);
    }
    if (isAnswered) {
      fold.answered = (fold.answered ?? 0) + 1;
      // The answer goes to the subject by which its heartbeat is named.
      const sentAt = this.#sentAt.get(event.subject);
      if (sentAt !== undefined) fold.roundTrip = event.at - sentAt;
      this.#sentAt.delete(event.subject);
    }
    if (isLast) fold.lastSeq = event.seq;
    fold.lastAt = event.at;
  }
}
