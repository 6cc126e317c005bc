import { ofNobody } from './event-log.js';
import type { Moment, RunReader, SequencedEvent } from './types.js';

/** A part of a run: events of some streams, and what is of no stream, around a moment. */
export interface EventsAround {
  readonly events: readonly SequencedEvent[];
  /** Whether nothing of them comes before, or after. */
  readonly isFromStart: boolean;
  readonly isToEnd: boolean;
}

/**
 * The events of these streams, of all where undefined, at most so many on either side of a moment. What concerns no stream
 * comes with them: links, marks and heartbeats.
 */
export function eventsAround(
  run: RunReader,
  streams: ReadonlySet<string> | undefined,
  moment: Moment,
  eachSide: number,
): EventsAround {
  const events: SequencedEvent[] = [];
  if (streams === undefined) {
    // Of all events those that follow each other are read at once.
    const before: SequencedEvent[] = [];
    run.forEachBack(moment, (event) => {
      before.push(event);
      return before.length <= eachSide;
    });
    let after = 0;
    events.push(...before.slice(0, eachSide).reverse());
    run.forEach(moment + 1, Infinity, (event) => {
      after += 1;
      if (after <= eachSide) events.push(event);
      return after <= eachSide;
    });
    return { events, isFromStart: before.length <= eachSide, isToEnd: after <= eachSide };
  }
  const seqs = run.seqsOf([...streams, ofNobody]);
  const found = seqs.findIndex((seq) => seq > moment);
  const place = found < 0 ? seqs.length : found;
  for (const seq of seqs.slice(Math.max(0, place - eachSide), place + eachSide)) {
    const event = run.record(seq);
    if (event !== undefined) events.push(event);
  }
  return { events, isFromStart: place <= eachSide, isToEnd: place + eachSide >= seqs.length };
}
