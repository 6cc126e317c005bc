import type { TimedDraft } from '../trace-events/draft.js';

/**
 * Gives trace events that come from several processes times that never go back. One that comes after a later one is told
 * at the time of that one, and says how late it is.
 */
export function createOrder(): (draft: TimedDraft) => TimedDraft {
  let lastAt = 0;
  return (draft) => {
    const happened = toMicroseconds(draft.at);
    lastAt = Math.max(lastAt, happened);
    const late = toMicroseconds(lastAt - happened);
    return { ...draft, at: lastAt, ...(late === 0 ? {} : { late }) };
  };
}

/** Milliseconds with three decimals: more say nothing, and make files longer. */
export function toMicroseconds(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
