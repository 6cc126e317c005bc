import { happenedAt } from '../../model/happened.js';
import { actorKey } from '../../model/keys.js';
import { isDoubtfulEnd, isEndUnheard, isSameLife } from '../../model/same-life.js';
import { outermostState, stateText } from '../../model/state-text.js';
import type { RunReader, SequencedEvent } from '../../model/types.js';

/** From this time on the end of the stream is in this state. */
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

/** One end of a stream over time. */
export interface Track {
  readonly key: string;
  readonly system: string;
  readonly actor: string;
  readonly stream: string;
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
  /** In the order in which streams came, both ends of a stream side by side. */
  readonly #streams = new Map<string, Track[]>();
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
  #seen = 0;
  #listed: { version: number; tracks: readonly Track[] } = { version: -1, tracks: [] };

  constructor(unit: 'ms' | 'tick') {
    this.#unit = unit;
    this.binWidth = unit === 'ms' ? 10 : 0.1;
  }

  read(run: RunReader): void {
    run.forEach(Math.max(this.#seen + 1, run.firstSeq), run.lastSeq, (event) => {
      this.add(event);
      return undefined;
    });
  }

  /** All tracks, both ends of each stream one after the other. */
  get tracks(): readonly Track[] {
    if (this.#listed.version !== this.listVersion) {
      this.#listed = { version: this.listVersion, tracks: [...this.#streams.values()].flat() };
    }
    return this.#listed.tracks;
  }

  /** When the connection of whoever has collected was down, so that nothing was heard of anybody. */
  get outages(): readonly Interval[] {
    return this.#ownLink.get('') ?? [];
  }

  /** The tracks of one stream. */
  endsOf(stream: string): readonly Track[] {
    return this.#streams.get(stream) ?? [];
  }

  add(event: SequencedEvent): void {
    this.#seen = event.seq;
    const at = happenedAt(event);
    this.#count(at);
    switch (event.type) {
      case 'actor': {
        if (event.stream === undefined) return;
        const { system, actor, stream, subject = '', since } = event;
        const key = actorKey(system, actor);
        const state = stateText(event.value);
        const going = this.byKey.get(key);
        if (going !== undefined && (isSameLife(going, since) || (since === undefined && going.isDoubtful))) {
          // It is told anew, and goes on where it was.
          going.endedAt = undefined;
          going.how = undefined;
          going.isDoubtful = false;
          enter(going, at, state);
          for (const bar of going.timers) bar.to ??= at;
          return;
        }
        const track: Track = {
          ...{ key, system, actor, stream, subject, startedAt: since ?? at, timers: [] },
          ...{ endedAt: undefined, reason: undefined, code: undefined, how: undefined, isDoubtful: false },
          segments: [{ at, state, phase: outermostState(state) }],
        };
        const known = this.byKey.has(key);
        this.byKey.set(key, track);
        const ends = this.#streams.get(stream) ?? [];
        this.#streams.set(stream, known ? [...ends.filter((end) => end.key !== key), track] : [...ends, track]);
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

  /** Forgets a tenth: streams of which all ends are over, oldest first. */
  #forget(): void {
    let surplus = tracksMax / 10;
    for (const [stream, ends] of this.#streams) {
      if (surplus <= 0) return;
      if (ends.some(({ endedAt }) => endedAt === undefined)) continue;
      this.#streams.delete(stream);
      for (const { key } of ends) this.byKey.delete(key);
      surplus -= ends.length;
    }
    this.listVersion += 1;
  }
}

function enter(track: Track, at: number, state: string): void {
  const last = track.segments.at(-1);
  if (last?.state === state) return;
  // What lived is told with the time at which it came.
  track.segments.push({ at: Math.max(at, last?.at ?? at), state, phase: outermostState(state) });
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
