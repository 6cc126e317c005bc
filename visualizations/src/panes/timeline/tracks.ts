import { actorName } from '../../model/actor-name.js';
import { isGoodEnd } from '../../model/good-ends.js';
import { happenedAt } from '../../../../src/trace-events/happened.js';
import { actorKey } from '../../model/keys.js';
import { isDoubtfulEnd, isEndUnheard, isSameLife } from '../../model/same-life.js';
import { outermostState, stateText } from '../../model/state-text.js';
import type { SequencedEvent } from '../../model/types.js';

/** From this time on the actor is in this state; an empty one where it was over before another came by its name. */
export interface Segment {
  readonly at: number;
  readonly state: string;
  readonly phase: string;
}

/** A timer from its start to where it was cancelled or fired; `to` is undefined while it runs. */
export interface TimerBar {
  readonly timer: string;
  readonly delay: string;
  readonly from: number;
  readonly duration: number | undefined;
  to: number | undefined;
  hasFired: boolean;
}

/** One end of a stream over time, or another actor of an application. */
export interface Track {
  readonly key: string;
  readonly system: string;
  readonly actor: string;
  /** What people call the actor. */
  readonly name: string;
  /** How many actors are above it, as far as they have tracks. */
  readonly depth: number;
  /** The stream; absent for an actor that is no end of one. */
  readonly stream: string | undefined;
  /** What the track stands together with: its stream, or the actor at the top of its tree. */
  readonly group: string;
  readonly subject: string;
  readonly startedAt: number;
  readonly segments: Segment[];
  readonly timers: TimerBar[];
  endedAt: number | undefined;
  /** How the stream ended here, where that was told. */
  reason: string | undefined;
  code: number | undefined;
  /** What became of it where it did not end by itself. */
  how: 'crashed' | 'stopped' | 'unheard' | undefined;
  /** Whether it was told to have ended by a version that told so too early. */
  isDoubtful: boolean;
}

export interface Interval {
  readonly from: number;
  to: number | undefined;
}

export interface Flag {
  readonly at: number;
  readonly seq: number;
  readonly kind: 'note' | 'warning' | 'violation' | 'loop' | 'fault' | 'gap';
  readonly text: string;
}

/** How much of each track is kept: a stream that lives for days must not fill the page. */
const segmentsMax = 4_000;
const timersMax = 1_000;
const flagsMax = 2_000;
/** Tracks beyond are forgotten, those that ended first. */
const tracksMax = 24_000;

/** The bins in which the density of a run is counted. They become wider as the run becomes longer. */
const bins = 512;

/** The tracks of a run, built record by record. */
export class Tracks {
  readonly byKey = new Map<string, Track>();
  /** In the order in which streams came, both ends of a stream side by side; actors below those that started them. */
  readonly #groups = new Map<string, Track[]>();
  /** Systems that are a client. What other actors these have are part of the client, and have no tracks. */
  readonly #clients = new Set<string>();
  /** When the links of systems were down, as they told themselves. */
  readonly downtimes = new Map<string, Interval[]>();
  /** When nothing was heard of systems. */
  readonly unheard = new Map<string, Interval[]>();
  readonly #ownLink = new Map<string, Interval[]>();
  readonly flags: Flag[] = [];
  /** How many records came in each bin, from time 0 on. */
  readonly density = new Uint32Array(bins);
  binWidth: number;
  /** Grows when the list of tracks changes. */
  listVersion = 0;
  readonly #unit: 'ms' | 'tick';
  #listed: { version: number; tracks: readonly Track[] } = { version: -1, tracks: [] };

  constructor(unit: 'ms' | 'tick') {
    this.#unit = unit;
    this.binWidth = unit === 'ms' ? 10 : 0.1;
  }

  /** All tracks, both ends of each stream one after the other. */
  get tracks(): readonly Track[] {
    if (this.#listed.version !== this.listVersion) {
      this.#listed = { version: this.listVersion, tracks: [...this.#groups.values()].flat() };
    }
    return this.#listed.tracks;
  }

  /** When the connection of whoever has collected was down, so that nothing was heard of anybody. */
  get outages(): readonly Interval[] {
    return this.#ownLink.get('') ?? [];
  }

  /** The tracks of one stream. */
  endsOf(stream: string): readonly Track[] {
    return this.#groups.get(stream) ?? [];
  }

  add(event: SequencedEvent): void {
    const at = happenedAt(event);
    this.#count(at);
    switch (event.type) {
      case 'actor': {
        const { system, actor, stream, subject = '', since } = event;
        if (stream === undefined && this.#clients.has(system)) return;
        const key = actorKey(system, actor);
        const state = stateText(event.value);
        const known = this.byKey.get(key);
        if (known !== undefined && (isSameLife(known, since) || (since === undefined && known.isDoubtful))) {
          // It is told anew, and goes on where it was.
          known.endedAt = undefined;
          known.how = undefined;
          known.isDoubtful = false;
          enter(known, at, state);
          for (const bar of known.timers) bar.to ??= at;
          return;
        }
        const parent = event.parent === undefined ? undefined : this.byKey.get(actorKey(system, event.parent));
        const above = stream === undefined && parent?.stream === undefined ? parent : undefined;
        if (stream === undefined && known !== undefined) {
          resume(known, at, state);
          return;
        }
        const group = stream ?? above?.group ?? `actor ${key}`;
        const track: Track = {
          ...{ key, system, actor, name: actorName(event), depth: above === undefined ? 0 : above.depth + 1 },
          ...{ stream, group, subject, startedAt: since ?? at, timers: [] },
          ...{ endedAt: undefined, reason: undefined, code: undefined, how: undefined, isDoubtful: false },
          segments: [{ at, state, phase: phaseOf(state) }],
        };
        this.byKey.set(key, track);
        const ends = this.#groups.get(group) ?? [];
        if (ends.length === 0) this.#groups.set(group, ends);
        place(track, ends, known, above);
        this.listVersion += 1;
        if (this.byKey.size > tracksMax) this.#forget();
        return;
      }
      case 'step': {
        const track = this.byKey.get(actorKey(event.system, event.actor));
        if (track === undefined) return;
        if (event.status === 'active') track.endedAt = track.how = undefined;
        // Nobody knows in which state one was that has ended unheard.
        if (isEndUnheard(event, this.#unit)) {
          track.how = 'unheard';
          track.isDoubtful = isDoubtfulEnd(event, this.#unit);
        } else enter(track, at, event.status === 'error' ? 'error' : stateText(event.value));
        if (event.status !== 'active') {
          track.endedAt ??= at;
          if (track.stream === undefined) track.reason = event.status;
          for (const bar of track.timers) bar.to ??= at;
        }
        return;
      }
      case 'timer':
        this.#timer(event);
        return;
      case 'end': {
        const track = this.byKey.get(actorKey(event.system, event.actor));
        if (track === undefined) return;
        track.reason = event.reason;
        track.code = event.code;
        return;
      }
      case 'link':
        // One that concerns none is the connection of whoever has collected.
        if (event.systems.length === 0) put(this.#ownLink, '', at, event.op !== 'restored');
        for (const system of event.systems) put(this.downtimes, system, at, event.op !== 'restored');
        return;
      case 'contact': {
        const from = event.since ?? event.at;
        for (const system of event.systems) {
          put(this.unheard, system, event.op === 'lost' ? from : event.at, event.op === 'lost');
        }
        return;
      }
      case 'system':
        if (event.role !== 'other') this.#clients.add(event.system);
        if (event.op === 'start') return;
        for (const track of this.byKey.values()) {
          if (track.system !== event.system || track.endedAt !== undefined) continue;
          track.endedAt = at;
          track.how = event.op === 'crash' ? 'crashed' : 'stopped';
        }
        return;
      case 'gap':
        this.#flag({
          at: event.at,
          seq: event.seq,
          kind: 'gap',
          text: `${event.dropped} trace events were left out`,
        });
        return;
      case 'mark':
        this.#flag({ at: event.at, seq: event.seq, kind: event.kind, text: event.text });
        return;
      default:
    }
  }

  #timer(record: SequencedEvent & { type: 'timer' }): void {
    const track = this.byKey.get(actorKey(record.system, record.actor));
    if (track === undefined) return;
    const running = track.timers.findLast(({ timer, to }) => timer === record.timer && to === undefined);
    const at = happenedAt(record);
    if (running !== undefined) {
      running.to = at;
      running.hasFired = record.op === 'fire';
    }
    if (record.op !== 'start') return;
    const { timer, delay, duration } = record;
    track.timers.push({ timer, delay, duration, from: at, to: undefined, hasFired: false });
    if (track.timers.length > timersMax) track.timers.splice(0, timersMax / 4);
  }

  #flag(flag: Flag): void {
    this.flags.push(flag);
    if (this.flags.length > flagsMax) this.flags.splice(0, flagsMax / 4);
  }

  #count(at: number): void {
    while (at >= bins * this.binWidth) {
      for (let bin = 0; bin < bins / 2; bin += 1) {
        this.density[bin] = (this.density[2 * bin] ?? 0) + (this.density[2 * bin + 1] ?? 0);
      }
      this.density.fill(0, bins / 2);
      this.binWidth *= 2;
    }
    const bin = Math.max(0, Math.floor(at / this.binWidth));
    this.density[bin] = (this.density[bin] ?? 0) + 1;
  }

  /** Forgets a tenth: streams of which all ends are over, and actors that are, oldest first. */
  #forget(): void {
    let surplus = tracksMax / 10;
    for (const [group, ends] of this.#groups) {
      if (surplus <= 0) break;
      const isOfStream = ends.some(({ stream }) => stream !== undefined);
      if (isOfStream && ends.some(({ endedAt }) => endedAt === undefined)) continue;
      const over = ends.filter(({ endedAt }) => endedAt !== undefined).slice(0, Math.ceil(surplus));
      for (const { key } of over) this.byKey.delete(key);
      const left = ends.filter((track) => !over.includes(track));
      if (left.length === 0) this.#groups.delete(group);
      else this.#groups.set(group, left);
      surplus -= over.length;
    }
    this.listVersion += 1;
  }
}

function enter(track: Track, at: number, state: string): void {
  const last = track.segments.at(-1);
  if (last?.state === state) return;
  // What lived is told with the time at which it came.
  track.segments.push({ at: Math.max(at, last?.at ?? at), state, phase: phaseOf(state) });
  if (track.segments.length > segmentsMax) track.segments.splice(0, segmentsMax / 4);
}

/** Begins an interval of a system, or ends the one that is open. */
function put(of: Map<string, Interval[]>, system: string, at: number, begins: boolean): void {
  const intervals = of.get(system) ?? [];
  if (intervals.length === 0) of.set(system, intervals);
  const last = intervals.at(-1);
  if (begins && (last === undefined || last.to !== undefined)) intervals.push({ from: at, to: undefined });
  if (!begins && last !== undefined) last.to ??= at;
}

/** Puts a track into its group: behind the others, or below what is above it. One of the same actor gives way. */
function place(track: Track, group: Track[], known: Track | undefined, above: Track | undefined): void {
  const before = known === undefined ? -1 : group.indexOf(known);
  if (before >= 0) group.splice(before, 1);
  const parent = above === undefined ? -1 : group.indexOf(above);
  const next =
    above === undefined || parent < 0 ? -1 : group.findIndex(({ depth }, at) => at > parent && depth <= above.depth);
  group.splice(next < 0 ? group.length : next, 0, track);
}

/** Another actor has come by the name of one that was before: its states stand in the same row. */
function resume(track: Track, at: number, state: string): void {
  const { segments, endedAt } = track;
  if (endedAt !== undefined) segments.push({ at: endedAt, state: '', phase: '' });
  track.endedAt = undefined;
  track.reason = undefined;
  if (segments.at(-1)?.state !== state) segments.push({ at, state, phase: phaseOf(state) });
}

/** What a band is coloured by: the outermost state, and of parallel regions at the top all of them. */
function phaseOf(state: string): string {
  const outermost = outermostState(state);
  return /^[^(]* \| /.test(state) ? state : outermost;
}

/** Whether a track ended in a way that needs a look. */
export function isBadEnd(tracks: Tracks, track: Track): boolean {
  if (track.reason === undefined) return track.how === 'crashed';
  if (track.stream === undefined) return track.reason === 'error';
  const others = tracks.endsOf(track.stream).filter((other) => other !== track);
  return !isGoodEnd(
    track.reason,
    others.map((other) => other.reason),
  );
}

/** The index of the last segment that began at or before a time; -1 where all are later. */
export function segmentAt(segments: readonly { readonly at: number }[], at: number): number {
  let low = 0;
  let high = segments.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((segments[middle]?.at ?? Infinity) <= at) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
