import type { TimeWindow } from './time-window.js';
import type { Track } from './tracks.js';

export const minimapHeight = 28;
export const rulerHeight = 24;
export const topHeight = minimapHeight + rulerHeight;
export const trackHeight = 20;
export const labelWidth = 210;
/** At most so many pinned tracks stay in sight. */
export const pinnedMax = 8;

/** The tracks as they are listed: those that are pinned first, at the top, then the others below them. */
export interface TrackList {
  readonly pinned: readonly Track[];
  readonly others: readonly Track[];
}

export interface Listing {
  readonly pinned: ReadonlySet<string>;
  /** The query of the table, and the streams that answer it; undefined where all do. */
  readonly query: string;
  readonly streams: ReadonlySet<string> | undefined;
  readonly window: TimeWindow;
  /** Whether a track ended badly. */
  readonly isBad: (track: Track) => boolean;
}

/**
 * The tracks of what there is within the window and answers the query: first the groups of which one has ended badly
 * within it, then the others, either in the order in which they came.
 */
export function listTracks(tracks: readonly Track[], { pinned, query, streams, window, isBad }: Listing): TrackList {
  const words = query
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  const answers = (track: Track): boolean => {
    if (track.stream !== undefined) return streams === undefined || streams.has(track.stream);
    // The fields of a query are those of streams; words are looked for in what an actor is called.
    const text =
      `${track.name} ${track.system} ${track.segments.at(-1)?.state ?? ''} ${track.reason ?? ''}`.toLowerCase();
    return words.every((word) => text.includes(word));
  };
  const isWithin = ({ startedAt, endedAt = Infinity }: Track): boolean =>
    startedAt <= window.to && endedAt >= window.from;
  const shown = tracks.filter((track) => !pinned.has(track.key) && isWithin(track) && answers(track));
  const endsBadly = (track: Track): boolean => (track.endedAt ?? Infinity) <= window.to && isBad(track);
  const bad = new Set(shown.filter(endsBadly).map(({ group }) => group));
  return {
    pinned: tracks.filter(({ key }) => pinned.has(key)).slice(0, pinnedMax),
    others: [...shown.filter(({ group }) => bad.has(group)), ...shown.filter(({ group }) => !bad.has(group))],
  };
}

export function pinnedHeight({ pinned }: TrackList): number {
  return pinned.length === 0 ? 0 : pinned.length * trackHeight + 5;
}

/** The track at a height of the canvas, as its place in pinned and others together; undefined above and below them. */
export function trackAt(list: TrackList, y: number, scrollTop: number): Track | undefined {
  const below = y - topHeight;
  if (below < 0) return undefined;
  const pinnedRoom = pinnedHeight(list);
  if (below < pinnedRoom) return list.pinned[Math.floor(below / trackHeight)];
  return list.others[Math.floor((below - pinnedRoom + scrollTop) / trackHeight)];
}

/** Between times and pixels, for a canvas of a width. */
export function timeScale(
  { from, to }: TimeWindow,
  width: number,
): {
  readonly xOf: (at: number) => number;
  readonly timeOf: (x: number) => number;
} {
  const room = Math.max(1, width - labelWidth);
  return {
    xOf: (at) => labelWidth + ((at - from) / (to - from)) * room,
    timeOf: (x) => from + ((x - labelWidth) / room) * (to - from),
  };
}
