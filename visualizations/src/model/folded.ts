import type { TraceMachine, TraceMark, TraceMessage } from '../../../src/trace-events/trace-event.js';
import type { ActorEntry, LinkEntry, StreamEntry, SystemEntry, Totals, View } from './types.js';

/** How many messages and marks a view remembers. Older ones are still in the records of the run. */
export const recentMax = 256;

/** How many streams, and how many actors, a view remembers; the oldest that have ended are forgotten first. */
export const rememberedMax = 20_000;

/** A view that is being folded. Maps and arrays belong to it alone; the entries in them are shared and never change. */
export interface Folded extends View {
  seq: number;
  at: number;
  readonly systems: Map<string, SystemEntry>;
  readonly machines: Map<string, TraceMachine>;
  readonly actors: Map<string, ActorEntry>;
  readonly streams: Map<string, StreamEntry>;
  readonly links: Map<string, LinkEntry>;
  readonly messages: TraceMessage[];
  readonly marks: TraceMark[];
  readonly coverage: Map<string, number>;
  totals: Totals;
  /** The event with which it was begun to tell what lives, until that is told whole. */
  tellingSince: number | undefined;
  /** The unit decides how wide the buckets of rates are. */
  readonly unit: 'ms' | 'tick';
}

export function emptyView(unit: 'ms' | 'tick'): Folded {
  return {
    seq: 0,
    at: 0,
    systems: new Map(),
    machines: new Map(),
    actors: new Map(),
    streams: new Map(),
    links: new Map(),
    messages: [],
    marks: [],
    coverage: new Map(),
    totals: { records: 0, bytes: 0, steps: 0, messages: 0, messagesDropped: 0, recordsLost: 0 },
    tellingSince: undefined,
    unit,
  };
}

/** A copy that can be folded on without changing the original. Costs a few milliseconds for ten thousand streams. */
export function copyView(view: Folded): Folded {
  return {
    ...view,
    systems: new Map(view.systems),
    machines: new Map(view.machines),
    actors: new Map(view.actors),
    streams: new Map(view.streams),
    links: new Map(view.links),
    messages: [...view.messages],
    marks: [...view.marks],
    coverage: new Map(view.coverage),
  };
}

/** Appends to a list that remembers the last `recentMax` to twice as many: shortening it each time would cost more. */
export function remember<T>(list: T[], item: T): void {
  list.push(item);
  if (list.length > 2 * recentMax) list.splice(0, recentMax);
}

/** Forgets the oldest entries that are over, where there are too many. */
export function forgetEnded<T extends { readonly endedAt?: number }>(entries: Map<string, T>): void {
  if (entries.size <= rememberedMax) return;
  let surplus = entries.size - rememberedMax + rememberedMax / 10;
  for (const [key, entry] of entries) {
    if (surplus <= 0) return;
    if (entry.endedAt === undefined) continue;
    entries.delete(key);
    surplus -= 1;
  }
}
