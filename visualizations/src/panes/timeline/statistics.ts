import { actorKey } from '../../model/keys.js';
import type { RunReader } from '../../model/types.js';
import { segmentAt, type Track } from './tracks.js';

/** What happened on some tracks in a stretch of time. */
export interface AreaStatistics {
  readonly tracks: number;
  readonly duration: number;
  /** The time spent in each phase, summed over the tracks, longest first, and on how many tracks. */
  readonly phases: readonly { readonly phase: string; readonly time: number; readonly tracks: number }[];
  readonly timers: readonly { readonly delay: string; readonly started: number; readonly fired: number }[];
  readonly steps: number;
  readonly refused: number;
  readonly records: number;
  readonly bytes: number;
  readonly messages: number;
  readonly lost: number;
  /** How streams ended, most often first. */
  readonly ends: readonly { readonly reason: string; readonly count: number }[];
}

export function areaStatistics(run: RunReader, tracks: readonly Track[], from: number, to: number): AreaStatistics {
  const keys = new Set(tracks.map(({ key }) => key));
  const streams = new Set(tracks.flatMap(({ stream }) => stream ?? []));
  const sums = { steps: 0, refused: 0, records: 0, bytes: 0, messages: 0, lost: 0 };
  const ends = new Map<string, number>();
  const counted = new Map<string, { records: number; bytes: number }>();
  run.forEach(run.firstSeq, run.lastSeq, (event) => {
    if (event.at > to) return false;
    const isWithin = event.at >= from;
    switch (event.type) {
      case 'step':
        if (!isWithin || !keys.has(actorKey(event.system, event.actor))) return undefined;
        sums.steps += 1;
        if (event.taken.length === 0) sums.refused += 1;
        return undefined;
      case 'counts': {
        // Counts are sums since the stream began, so what came before the area is taken off.
        const key = actorKey(event.system, event.actor);
        if (!keys.has(key)) return undefined;
        const before = counted.get(key) ?? { records: 0, bytes: 0 };
        if (isWithin) {
          sums.records += Math.max(0, event.records - before.records);
          sums.bytes += Math.max(0, event.bytes - before.bytes);
        }
        counted.set(key, event);
        return undefined;
      }
      case 'message':
        if (!isWithin || event.stream === undefined || !streams.has(event.stream)) return undefined;
        if (event.op === 'send') sums.messages += 1;
        if (event.op === 'drop' || event.op === 'dead') sums.lost += 1;
        return undefined;
      case 'end':
        if (isWithin && keys.has(actorKey(event.system, event.actor)))
          ends.set(event.reason, (ends.get(event.reason) ?? 0) + 1);
        return undefined;
      default:
        return undefined;
    }
  });
  return {
    ...sums,
    tracks: tracks.length,
    duration: to - from,
    phases: phasesOf(tracks, from, to),
    timers: timersOf(tracks, from, to),
    ends: [...ends].map(([reason, count]) => ({ reason, count })).sort((a, b) => b.count - a.count),
  };
}

function phasesOf(tracks: readonly Track[], from: number, to: number): AreaStatistics['phases'] {
  const phases = new Map<string, { time: number; tracks: number }>();
  for (const { segments, endedAt = Infinity } of tracks) {
    const own = new Map<string, number>();
    for (let at = Math.max(0, segmentAt(segments, from)); at < segments.length; at += 1) {
      const segment = segments[at];
      if (segment === undefined || segment.at >= to) break;
      const time = Math.min(to, endedAt, segments[at + 1]?.at ?? Infinity) - Math.max(from, segment.at);
      if (time > 0) own.set(segment.phase, (own.get(segment.phase) ?? 0) + time);
    }
    for (const [phase, time] of own) {
      const sum = phases.get(phase) ?? { time: 0, tracks: 0 };
      phases.set(phase, { time: sum.time + time, tracks: sum.tracks + 1 });
    }
  }
  return [...phases].map(([phase, sum]) => ({ phase, ...sum })).sort((a, b) => b.time - a.time);
}

function timersOf(tracks: readonly Track[], from: number, to: number): AreaStatistics['timers'] {
  const timers = new Map<string, { started: number; fired: number }>();
  for (const bar of tracks.flatMap((track) => track.timers)) {
    const sum = timers.get(bar.delay) ?? { started: 0, fired: 0 };
    const started = sum.started + (bar.from >= from && bar.from <= to ? 1 : 0);
    const fired = sum.fired + (bar.hasFired && bar.to !== undefined && bar.to >= from && bar.to <= to ? 1 : 0);
    if (started + fired > 0) timers.set(bar.delay, { started, fired });
  }
  return [...timers].map(([delay, sum]) => ({ delay, ...sum })).sort((a, b) => b.started - a.started);
}
