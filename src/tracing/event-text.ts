import type { TimedDraft } from '../trace-events/draft.js';
import type { TraceEvent } from '../trace-events/trace-event.js';

/** What a trace event was made of: one draft is told to every listener, each with a number of its own. */
const drafts = new WeakMap<TraceEvent, TimedDraft>();

/** The JSON of a draft, once it was asked for. */
const texts = new WeakMap<TimedDraft, string>();

/** A draft as one listener is told it. */
export function numbered(draft: TimedDraft, seq: number): TraceEvent {
  const event: TraceEvent = { ...draft, seq };
  drafts.set(event, draft);
  return event;
}

/** The JSON of a trace event. What several listeners were told is encoded once for all of them. */
export function jsonOf(event: TraceEvent): string {
  const draft = drafts.get(event);
  if (draft === undefined || event.type === 'run') return JSON.stringify(event);
  let text = texts.get(draft);
  if (text === undefined) {
    text = JSON.stringify(draft);
    texts.set(draft, text);
  }
  return `{"seq":${event.seq},${text.slice(1)}`;
}
