import type { TraceActor, TraceCounts, TraceEnd } from '../../../src/trace-events/trace-event.js';
import { forgetEnded, type Folded } from './folded.js';
import { happenedAt } from '../../../src/trace-events/happened.js';
import { actorKey } from './keys.js';
import { addToRates, noRates } from './rates.js';
import type { StreamEndEntry, StreamEntry } from './types.js';

/** Adds an actor as one end of a stream. One that goes on has been one already, and has handled what it has. */
export function joinStream(view: Folded, event: TraceActor, stream: string, goesOn: boolean): void {
  const { system, actor, subject = '', since, seq } = event;
  const at = since ?? happenedAt(event);
  const key = actorKey(system, actor);
  const entry = view.streams.get(stream);
  const known = goesOn ? entry?.ends.find((end) => end.key === key) : undefined;
  const end = known ?? newEnd(view, key, system, actor, happenedAt(event));
  const ends = [...(entry?.ends.filter((other) => other.key !== key) ?? []), end];
  // A stream that an actor joins goes on, so it has no `endedAt`.
  view.streams.set(stream, {
    stream,
    openedAt: Math.min(entry?.openedAt ?? at, at),
    openedSeq: entry?.openedSeq ?? seq,
    // The end that was seen first may not have known the subject.
    subject: (entry?.subject ?? '') === '' ? subject : (entry?.subject ?? ''),
    ends: ends.sort((a, b) => rank(a) - rank(b)),
  });
  forgetEnded(view.streams);
}

function newEnd(view: Folded, key: string, system: string, actor: string, at: number): StreamEndEntry {
  const role = view.systems.get(system)?.role ?? 'other';
  return { key, system, actor, role, records: 0, bytes: 0, rates: noRates, lastSignAt: at };
}

function rank({ role }: StreamEndEntry): number {
  return role === 'consumer' ? 0 : role === 'producer' ? 1 : 2;
}

export function foldCounts(view: Folded, event: TraceCounts): void {
  const { system, actor, stream, records, bytes, waiting, credit } = event;
  const at = happenedAt(event);
  const key = actorKey(system, actor);
  const { entry, end } = endOf(view, stream, key, system, actor, at, event.seq);
  const more = Math.max(0, records - end.records);
  const moved = more > 0;
  replaceEnd(view, entry, {
    ...end,
    records,
    bytes,
    ...(waiting === undefined ? {} : { waiting }),
    ...(credit === undefined ? {} : { credit }),
    rates: addToRates(end.rates, view.unit, at, more),
    // What a producer writes is no sign of its consumer.
    lastSignAt: moved && end.role !== 'producer' ? at : end.lastSignAt,
  });
  // A record is counted once where it is read; where no reader is watched, where it is written.
  const reader = entry.ends[0];
  if (reader !== undefined && reader.key !== key) return;
  const { totals } = view;
  view.totals = {
    ...totals,
    records: totals.records + more,
    bytes: totals.bytes + Math.max(0, bytes - end.bytes),
  };
}

export function foldEnd(view: Folded, event: TraceEnd): void {
  const { system, actor, stream, reason, code, text, seq } = event;
  const at = happenedAt(event);
  const key = actorKey(system, actor);
  const { entry, end } = endOf(view, stream, key, system, actor, at, seq);
  replaceEnd(view, entry, { ...end, ending: { reason, code, text, at, seq } });
  endStreamEnd(view, stream, key, at);
}

/** Something came from the other side. */
export function signOfLife(view: Folded, stream: string, system: string, at: number): void {
  const entry = view.streams.get(stream);
  const end = entry?.ends.find((candidate) => candidate.system === system);
  if (entry !== undefined && end !== undefined && end.lastSignAt !== at) {
    replaceEnd(view, entry, { ...end, lastSignAt: at });
  }
}

/** The stream is over once no end of it goes on. */
export function endStreamEnd(view: Folded, stream: string, key: string, at: number): void {
  const entry = view.streams.get(stream);
  if (entry === undefined || entry.endedAt !== undefined) return;
  const goesOn = (end: StreamEndEntry) =>
    end.key !== key && end.ending === undefined && view.actors.get(end.key)?.endedAt === undefined;
  if (!entry.ends.some(goesOn)) view.streams.set(stream, { ...entry, endedAt: at });
}

/** An end of it goes on that was thought to be over. */
export function reviveStream(view: Folded, stream: string, key: string): void {
  const entry = view.streams.get(stream);
  const end = entry?.ends.find((candidate) => candidate.key === key);
  if (entry?.endedAt === undefined || end === undefined || end.ending !== undefined) return;
  const { endedAt, ...rest } = entry;
  view.streams.set(stream, rest);
}

function replaceEnd(view: Folded, entry: StreamEntry, end: StreamEndEntry): void {
  view.streams.set(entry.stream, { ...entry, ends: entry.ends.map((other) => (other.key === end.key ? end : other)) });
}

/** The end of a stream, made where the record that would have introduced it was lost. */
function endOf(view: Folded, stream: string, key: string, system: string, actor: string, at: number, seq: number) {
  const entry = view.streams.get(stream);
  const end = entry?.ends.find((candidate) => candidate.key === key);
  if (entry !== undefined && end !== undefined) return { entry, end };
  const made = newEnd(view, key, system, actor, at);
  const ends = [...(entry?.ends ?? []), made].sort((a, b) => rank(a) - rank(b));
  const joined = { ...(entry ?? { stream, subject: '', openedAt: at, openedSeq: seq }), ends };
  view.streams.set(stream, joined);
  return { entry: joined, end: made };
}
