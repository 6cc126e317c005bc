import { durationText, momentText } from '../drawing/time-text.js';
import type { Picture } from '../drawing/use-canvas.js';
import {
  labelWidth,
  minimapHeight,
  pinnedHeight,
  rulerHeight,
  topHeight,
  trackHeight,
  type TrackList,
} from './geometry.js';
import { paintTrack } from './paint-track.js';
import { ticksOf, type TimeWindow } from './time-window.js';
import type { Track, Tracks } from './tracks.js';

/** A part of the picture that was chosen: a stretch of time on some tracks. */
export interface Area {
  readonly from: number;
  readonly to: number;
  readonly tracks: readonly Track[];
}

export interface TimelineScene {
  readonly tracks: Tracks;
  readonly list: TrackList;
  readonly window: TimeWindow;
  readonly whole: TimeWindow;
  readonly scrollTop: number;
  /** The moment that is shown; what comes after it is faint. */
  readonly now: number;
  readonly isLive: boolean;
  readonly selectedKey: string | undefined;
  readonly hoveredKey: string | undefined;
  readonly hoveredAt: number | undefined;
  readonly pinned: ReadonlySet<string>;
  readonly area: Area | undefined;
  readonly unit: 'ms' | 'tick';
  readonly fill: (phase: string, isSuspended: boolean) => string | CanvasPattern;
  readonly xOf: (at: number) => number;
  readonly timeOf: (x: number) => number;
}

export function paintTimeline(picture: Picture, scene: TimelineScene): void {
  const { context, palette, width, height } = picture;
  const { list, scrollTop } = scene;
  const pinnedRoom = pinnedHeight(list);
  const { step, ticks } = ticksOf(scene.window, width - labelWidth);
  context.strokeStyle = palette.line;
  context.lineWidth = 1;
  for (const at of ticks) vertical(context, Math.round(scene.xOf(at)) + 0.5, topHeight, height);
  paintOutages(picture, scene);

  context.save();
  context.beginPath();
  context.rect(0, topHeight + pinnedRoom, width, height);
  context.clip();
  const first = Math.floor(scrollTop / trackHeight);
  const last = Math.min(list.others.length - 1, Math.ceil((scrollTop + height - topHeight - pinnedRoom) / trackHeight));
  for (let at = Math.max(0, first); at <= last; at += 1) {
    const track = list.others[at];
    if (track === undefined) continue;
    const y = topHeight + pinnedRoom + at * trackHeight - scrollTop;
    paintTrack(picture, scene, track, y, isFirstOfGroup(list.others[at - 1], track));
  }
  context.restore();
  list.pinned.forEach((track, at) => {
    paintTrack(picture, scene, track, topHeight + at * trackHeight, isFirstOfGroup(list.pinned[at - 1], track));
  });
  if (pinnedRoom > 0) {
    context.fillStyle = palette.lineStrong;
    context.fillRect(0, topHeight + pinnedRoom - 3, width, 1);
  }
  paintOverlays(picture, scene);
  paintRuler(picture, scene, ticks, step);
  paintMinimap(picture, scene);
}

/** When nothing was heard of anybody: a band over all tracks. */
function paintOutages({ context, palette, width, height }: Picture, { tracks, xOf, now }: TimelineScene): void {
  context.fillStyle = palette.warm;
  for (const { from, to } of tracks.outages) {
    const left = Math.max(labelWidth, xOf(from));
    const right = Math.min(width, xOf(Math.min(to ?? now, now)));
    if (right < left) continue;
    context.globalAlpha = 0.14;
    context.fillRect(left, topHeight, Math.max(2, right - left), height - topHeight);
    context.globalAlpha = 1;
  }
}

/** Whether a track begins a group: it is not the other end of the same stream. */
function isFirstOfGroup(before: Track | undefined, track: Track): boolean {
  return track.stream === undefined || before?.stream !== track.stream;
}

/** Flags, the moment, the pointer and the chosen area: what goes over all tracks. */
function paintOverlays({ context, palette, width, height }: Picture, scene: TimelineScene): void {
  const { xOf, now, tracks, area } = scene;
  context.save();
  context.beginPath();
  context.rect(labelWidth, topHeight, width - labelWidth, height);
  context.clip();
  for (const flag of tracks.flags) {
    const x = xOf(flag.at);
    if (x < labelWidth || x > width) continue;
    context.strokeStyle = flag.kind === 'note' ? palette.accent : flag.kind === 'fault' ? palette.warm : palette.bad;
    context.setLineDash(flag.kind === 'gap' ? [2, 2] : [4, 4]);
    vertical(context, x, topHeight, height);
  }
  context.setLineDash([]);
  if (!scene.isLive) {
    context.fillStyle = palette.surface;
    context.globalAlpha = 0.6;
    context.fillRect(xOf(now), topHeight, width, height);
    context.globalAlpha = 1;
  }
  context.strokeStyle = palette.accent;
  context.lineWidth = 1.5;
  vertical(context, xOf(now), topHeight, height);
  context.lineWidth = 1;
  if (area !== undefined) {
    const [left, right] = [xOf(area.from), xOf(area.to)];
    const { top, bottom } = areaRows(scene, area);
    context.fillStyle = palette.accent;
    context.globalAlpha = 0.16;
    context.fillRect(left, top, right - left, bottom - top);
    context.globalAlpha = 1;
    context.strokeStyle = palette.accent;
    context.strokeRect(left, top, right - left, bottom - top);
  }
  if (scene.hoveredAt !== undefined) {
    context.strokeStyle = palette.edge;
    context.setLineDash([1, 3]);
    vertical(context, xOf(scene.hoveredAt), topHeight, height);
    context.setLineDash([]);
  }
  context.restore();
}

/** From which height to which the tracks of an area are. */
function areaRows({ list, scrollTop }: TimelineScene, area: Area): { top: number; bottom: number } {
  const pinnedRoom = pinnedHeight(list);
  const [first, last] = [area.tracks[0], area.tracks.at(-1)];
  const yOf = (track: Track | undefined): number => {
    if (track === undefined) return topHeight;
    const pinned = list.pinned.indexOf(track);
    if (pinned >= 0) return topHeight + pinned * trackHeight;
    return topHeight + pinnedRoom + list.others.indexOf(track) * trackHeight - scrollTop;
  };
  return { top: yOf(first), bottom: yOf(last) + trackHeight };
}

function paintRuler(
  { context, palette, width }: Picture,
  scene: TimelineScene,
  ticks: readonly number[],
  step: number,
): void {
  const { xOf, unit, tracks, area } = scene;
  const top = minimapHeight;
  context.fillStyle = palette.surface2;
  context.fillRect(0, top, width, rulerHeight);
  context.fillStyle = palette.line;
  context.fillRect(0, topHeight - 1, width, 1);
  context.font = `10.5px ${palette.mono}`;
  context.textBaseline = 'middle';
  context.textAlign = 'center';
  context.fillStyle = palette.muted;
  const decimals = unit === 'tick' || step >= 1_000 ? 0 : step >= 100 ? 1 : step >= 10 ? 2 : 3;
  for (const at of ticks) {
    const x = xOf(at);
    if (x > labelWidth + 20 && x < width - 10 && at >= 0)
      context.fillText(momentText(at, unit, decimals), x, top + rulerHeight / 2 + 2);
  }
  for (const flag of tracks.flags) {
    const x = xOf(flag.at);
    if (x < labelWidth || x > width) continue;
    context.fillStyle = flag.kind === 'note' ? palette.accent : flag.kind === 'fault' ? palette.warm : palette.bad;
    context.beginPath();
    context.moveTo(x - 5, top + 1);
    context.lineTo(x + 5, top + 1);
    context.lineTo(x, top + 8);
    context.fill();
  }
  context.textAlign = 'left';
  context.fillStyle = palette.text;
  context.font = `11px ${palette.sans}`;
  const count = scene.list.pinned.length + scene.list.others.length;
  const all = [...scene.list.pinned, ...scene.list.others];
  const areEnds = all.every(({ stream }) => stream !== undefined);
  const areActors = !areEnds && all.every(({ stream }) => stream === undefined);
  const what = areEnds ? 'ends of streams' : areActors ? 'actors' : 'ends of streams, actors';
  const words =
    area === undefined
      ? `${count} ${what}`
      : `${durationText(area.to - area.from, unit)} on ${area.tracks.length} ${areEnds ? 'ends' : 'rows'}`;
  context.fillText(words, 8, top + rulerHeight / 2 + 1);
}

/** The density of the whole run, and where the window is in it. */
function paintMinimap({ context, palette, width }: Picture, scene: TimelineScene): void {
  const { tracks, whole, window } = scene;
  context.fillStyle = palette.surface;
  context.fillRect(0, 0, width, minimapHeight);
  const room = width - labelWidth;
  const span = Math.max(1e-9, whole.to - whole.from);
  const x = (at: number): number => labelWidth + ((at - whole.from) / span) * room;
  const most = Math.max(1, ...tracks.density);
  context.fillStyle = palette.edge;
  tracks.density.forEach((count, bin) => {
    if (count === 0) return;
    const high = Math.max(1, (Math.log1p(count) / Math.log1p(most)) * (minimapHeight - 6));
    const left = Math.max(labelWidth, x(bin * tracks.binWidth));
    context.fillRect(left, minimapHeight - 2 - high, Math.max(1, x((bin + 1) * tracks.binWidth) - left - 0.5), high);
  });
  const [left, right] = [Math.max(labelWidth, x(window.from)), Math.min(width, x(window.to))];
  context.fillStyle = palette.accent;
  context.globalAlpha = 0.14;
  context.fillRect(left, 0, Math.max(3, right - left), minimapHeight - 1);
  context.globalAlpha = 1;
  context.strokeStyle = palette.accent;
  context.strokeRect(left + 0.5, 0.5, Math.max(3, right - left) - 1, minimapHeight - 2);
  context.fillStyle = palette.accent;
  context.fillRect(Math.min(width - 1, x(scene.now)) - 0.5, 0, 1, minimapHeight);
  context.fillStyle = palette.muted;
  context.font = `10px ${palette.sans}`;
  context.textAlign = 'left';
  context.textBaseline = 'middle';
  context.fillText('whole run', 8, minimapHeight / 2);
}

function vertical(context: CanvasRenderingContext2D, x: number, top: number, bottom: number): void {
  context.beginPath();
  context.moveTo(x, top);
  context.lineTo(x, bottom);
  context.stroke();
}
