import type { ActorEntry, RunReader, SequencedEvent } from '../../model/types.js';

/** What an actor did and what happened to it, as the list of the details shows it. */
export type ActorHappening = Extract<SequencedEvent, { readonly type: 'step' | 'timer' | 'end' | 'actor' | 'mark' }>;

/** How many events of its stream are looked at for those of an actor, and how many of these are shown. */
const searchedEvents = 4_000;
const shownMax = 60;

/** The last happenings of an actor up to a moment, the newest first. Timers that a step cancels or starts are left out. */
export function recentHappenings(
  run: RunReader,
  { key, system, actor, stream }: ActorEntry,
  seq: number,
): readonly ActorHappening[] {
  const found: ActorHappening[] = [];
  const seqs = run.seqsOf([stream ?? key]);
  const last = seqs.findLastIndex((candidate) => candidate <= seq);
  for (let at = last; at >= 0 && last - at < searchedEvents && found.length < shownMax; at -= 1) {
    const event = run.record(seqs[at] ?? 0);
    if (event === undefined || !isHappening(event) || event.system !== system || event.actor !== actor) continue;
    if (event.type !== 'timer' || event.op === 'fire') found.push(event);
  }
  return found;
}

function isHappening(event: SequencedEvent): event is ActorHappening {
  return ['step', 'timer', 'end', 'actor', 'mark'].includes(event.type);
}
