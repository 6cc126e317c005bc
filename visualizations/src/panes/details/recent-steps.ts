import type { RunReader, SequencedEvent } from '../../model/types.js';

/** What an actor did and what happened to it, as the list of the details shows it. */
export type ActorHappening = Extract<SequencedEvent, { readonly type: 'step' | 'timer' | 'end' | 'actor' | 'mark' }>;

/** How far back an actor's events are looked for, and how many of them are shown. */
const searchedEvents = 40_000;
const shownMax = 60;

/** The last happenings of an actor up to a moment, the newest first. Timers that a step cancels or starts are left out. */
export function recentHappenings(
  run: RunReader,
  system: string,
  actor: string,
  seq: number,
): readonly ActorHappening[] {
  const found: ActorHappening[] = [];
  run.forEach(Math.max(run.firstSeq, seq - searchedEvents), seq, (event) => {
    if (!isHappening(event) || event.system !== system || event.actor !== actor) return undefined;
    if (event.type === 'timer' && event.op !== 'fire') return undefined;
    found.push(event);
    if (found.length > 2 * shownMax) found.splice(0, shownMax);
    return undefined;
  });
  return found.slice(-shownMax).reverse();
}

function isHappening(event: SequencedEvent): event is ActorHappening {
  return ['step', 'timer', 'end', 'actor', 'mark'].includes(event.type);
}
