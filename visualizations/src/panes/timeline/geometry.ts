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

export function listTracks(tracks: readonly Track[], pinned: ReadonlySet<string>, filter: string): TrackList {
  const words = filter
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  const matches = (track: Track): boolean => {
    if (words.length === 0) return true;
    const text =
      `${track.subject} ${track.stream ?? track.name} ${track.system} ${track.segments.at(-1)?.state ?? ''} ${track.reason ?? ''}`.toLowerCase();
    return words.every((word) => text.includes(word));
  };
  if (pinned.size === 0 && words.length === 0) return { pinned: [], others: tracks };
  return {
    pinned: tracks.filter(({ key }) => pinned.has(key)).slice(0, pinnedMax),
    others: tracks.filter((track) => !pinned.has(track.key) && matches(track)),
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
