import { stateColor } from '../drawing/palette.js';
import type { Picture } from '../drawing/use-canvas.js';
import { labelWidth, trackHeight } from './geometry.js';
import type { TimelineScene } from './paint.js';
import { isBadEnd, segmentAt, type Segment, type TimerBar, type Track } from './tracks.js';

const bandTop = 3;
const bandHeight = 10;
const timerTop = 15;
const timerHeight = 2.5;

/** An end of a stream, or another actor: its label, the band of its states, its timers, and how it ended. */
export function paintTrack(picture: Picture, scene: TimelineScene, track: Track, y: number, isFirstEnd: boolean): void {
  const { context, palette, width } = picture;
  if (track.key === scene.selectedKey) {
    context.fillStyle = palette.selected;
    context.fillRect(0, y, width, trackHeight);
  }
  context.save();
  context.beginPath();
  context.rect(labelWidth, y, width - labelWidth, trackHeight);
  context.clip();
  paintBand(picture, scene, track, y);
  paintTimers(picture, scene, track, y);
  paintUnheard(picture, scene, track, y);
  paintDowntime(picture, scene, track, y);
  paintEnding(picture, scene, track, y);
  context.restore();
  paintLabel(picture, scene, track, y, isFirstEnd);
}

function paintBand(
  { context, palette, width }: Picture,
  { xOf, timeOf, now, fill }: TimelineScene,
  track: Track,
  y: number,
): void {
  const { segments } = track;
  const over = Math.min(track.endedAt ?? now, now);
  let at = Math.max(0, segmentAt(segments, timeOf(labelWidth)));
  context.textBaseline = 'middle';
  context.textAlign = 'left';
  context.font = `9px ${palette.sans}`;
  while (at < segments.length) {
    const segment = segments[at];
    if (segment === undefined) return;
    const left = xOf(segment.at);
    if (left > width || segment.at > now) return;
    const next = segments[at + 1];
    const right = xOf(Math.min(over, next?.at ?? Infinity));
    if (segment.state === '') {
      at += 1;
      continue;
    }
    const isSuspended = segment.state.includes('suspended');
    context.fillStyle = fill(segment.phase, isSuspended);
    context.fillRect(
      Math.max(labelWidth, left),
      y + bandTop,
      Math.max(1, Math.min(width, right) - Math.max(labelWidth, left)),
      bandHeight,
    );
    if (track.stream === undefined && left > labelWidth && right - left > 2) {
      // States of one colour that follow each other are told apart by where they meet.
      context.fillStyle = palette.surface;
      context.fillRect(left, y + bandTop, 1, bandHeight);
    }
    const visible = Math.min(width, right) - Math.max(labelWidth, left);
    if (visible > 44) {
      const inner = bandText(track, segment);
      const wide = context.measureText(inner).width + 6;
      if (wide < visible - 4) {
        const x = Math.max(labelWidth, left) + 3;
        context.fillStyle = palette.surface;
        context.globalAlpha *= 0.85;
        context.fillRect(x, y + bandTop + 0.5, wide, bandHeight - 1);
        context.globalAlpha /= 0.85;
        context.fillStyle = palette.text;
        context.fillText(inner, x + 3, y + bandTop + bandHeight / 2 + 0.5);
      }
    }
    // What is narrower than a pixel is drawn once for that pixel: the next segment is the first one beyond it.
    at =
      right - left >= 1 || next === undefined
        ? at + 1
        : Math.max(at + 1, segmentAt(segments, timeOf(Math.ceil(left + 1))));
  }
  if (track.endedAt !== undefined) {
    context.fillStyle = stateColor(palette, 'closed');
    context.fillRect(xOf(track.endedAt) - 1, y + bandTop - 1, 2, bandHeight + 2);
  }
}

/** Of the states of a stream only what is within the phase is written, whose colour is known; of others all is. */
function bandText({ stream }: Track, { state, phase }: Segment): string {
  return stream === undefined ? state : state.slice(phase.length + 1) || phase;
}

/** Timers as thin bars that become a dotted line where they still have to run; a dot where one fired. */
function paintTimers(
  { context, palette, width }: Picture,
  { xOf, timeOf, now }: TimelineScene,
  track: Track,
  y: number,
): void {
  const from = timeOf(labelWidth);
  let drawnTo = -Infinity;
  for (const bar of track.timers) {
    const end = Math.min(bar.to ?? now, now);
    if (end < from || bar.from > now) continue;
    const [left, right] = [xOf(bar.from), xOf(end)];
    if (left > width) return;
    if (right <= drawnTo) continue;
    drawnTo = Math.max(right, left + 1);
    context.fillStyle = palette.muted;
    context.fillRect(left + 0.5, y + timerTop, Math.max(0.5, right - left - 1), timerHeight);
    if (bar.hasFired && bar.to !== undefined && bar.to <= now) dot(context, xOf(bar.to), y + timerTop + 1, palette.bad);
    else if (end === now && bar.duration !== undefined)
      dotted(context, right, xOf(deadlineOf(bar)), y + timerTop + 1, palette.muted);
  }
}

function deadlineOf({ from, duration = 0 }: TimerBar): number {
  return from + duration;
}

function dot(context: CanvasRenderingContext2D, x: number, y: number, color: string): void {
  context.fillStyle = color;
  context.beginPath();
  context.arc(x, y, 3, 0, 2 * Math.PI);
  context.fill();
}

function dotted(context: CanvasRenderingContext2D, from: number, to: number, y: number, color: string): void {
  context.strokeStyle = color;
  context.lineWidth = 1;
  context.setLineDash([1.5, 3]);
  context.beginPath();
  context.moveTo(from, y);
  context.lineTo(to, y);
  context.lineTo(to, y - 3);
  context.stroke();
  context.setLineDash([]);
}

/** Where the connection of the end was down: a frame around the band, struck through. */
function paintDowntime(
  { context, palette }: Picture,
  { xOf, tracks, now }: TimelineScene,
  track: Track,
  y: number,
): void {
  for (const { from, to } of tracks.downtimes.get(track.system) ?? []) {
    const start = Math.max(from, track.startedAt);
    const end = Math.min(to ?? now, track.endedAt ?? now, now);
    if (end <= start) continue;
    const [left, right] = [xOf(start), xOf(end)];
    context.strokeStyle = palette.bad;
    context.lineWidth = 1;
    context.strokeRect(left, y + bandTop - 1.5, right - left, bandHeight + 3);
    context.beginPath();
    context.moveTo(left, y + bandTop + bandHeight / 2);
    context.lineTo(right, y + bandTop + bandHeight / 2);
    context.stroke();
  }
}

/** Where nothing was heard of the end: its last state fades under a dotted line, in no colour of alarm. */
function paintUnheard(
  { context, palette }: Picture,
  { xOf, tracks, now }: TimelineScene,
  track: Track,
  y: number,
): void {
  for (const { from, to } of tracks.unheard.get(track.system) ?? []) {
    const start = Math.max(from, track.startedAt);
    const end = Math.min(to ?? now, track.endedAt ?? now, now);
    if (end <= start) continue;
    const [left, right] = [xOf(start), xOf(end)];
    context.fillStyle = palette.surface;
    context.globalAlpha *= 0.7;
    context.fillRect(left, y + bandTop - 1, right - left, bandHeight + 2);
    context.globalAlpha /= 0.7;
    context.strokeStyle = palette.muted;
    context.lineWidth = 1.5;
    context.setLineDash([2, 4]);
    context.beginPath();
    context.moveTo(left, y + bandTop + bandHeight / 2);
    context.lineTo(right, y + bandTop + bandHeight / 2);
    context.stroke();
    context.setLineDash([]);
    context.lineWidth = 1;
  }
}

/** What became of an end that did not say it itself. */
const endWords = { crashed: '✖ crashed', stopped: '■ stopped', unheard: '? ended unheard' } as const;

function paintEnding({ context, palette }: Picture, scene: TimelineScene, track: Track, y: number): void {
  const { xOf, now } = scene;
  if (track.endedAt === undefined || track.endedAt > now) return;
  if (track.reason === undefined) {
    if (track.how === undefined) return;
    context.font = `10px ${palette.sans}`;
    context.textAlign = 'left';
    context.textBaseline = 'middle';
    context.fillStyle = track.how === 'crashed' ? palette.bad : palette.muted;
    context.fillText(endWords[track.how], xOf(track.endedAt) + 5, y + bandTop + bandHeight / 2);
    return;
  }
  const isGood = !isBadEnd(scene.tracks, track);
  context.font = `${isGood ? '' : '600 '}10px ${palette.sans}`;
  context.textAlign = 'left';
  context.textBaseline = 'middle';
  context.fillStyle = isGood ? palette.muted : palette.bad;
  context.fillText(
    `${isGood ? '■' : '✖'} ${track.reason}${isGood ? '' : ` ${track.code ?? ''}`}`,
    xOf(track.endedAt) + 5,
    y + bandTop + bandHeight / 2,
  );
}

function paintLabel(
  { context, palette }: Picture,
  scene: TimelineScene,
  track: Track,
  y: number,
  isFirstEnd: boolean,
): void {
  context.textBaseline = 'middle';
  context.textAlign = 'left';
  const isPinned = scene.pinned.has(track.key);
  context.fillStyle = track.key === scene.hoveredKey || isPinned ? palette.accent : palette.lineStrong;
  context.font = `11px ${palette.sans}`;
  if (isPinned || track.key === scene.hoveredKey) context.fillText(isPinned ? '◆' : '◇', 4, y + trackHeight / 2);
  context.save();
  context.beginPath();
  context.rect(18, y, labelWidth - 26, trackHeight);
  context.clip();
  context.fillStyle = isFirstEnd ? palette.text : palette.muted;
  context.fillText(labelOf(track, isFirstEnd), 18 + Math.min(track.depth, 6) * 10, y + trackHeight / 2);
  context.textAlign = 'right';
  context.font = `10px ${palette.sans}`;
  const wide = context.measureText(track.system).width;
  context.fillStyle = track.key === scene.selectedKey ? palette.selected : palette.surface;
  context.fillRect(labelWidth - 14 - wide, y + 1, wide + 6, trackHeight - 2);
  context.fillStyle = palette.muted;
  context.fillText(track.system, labelWidth - 10, y + trackHeight / 2);
  context.restore();
}

/** What a track is called: its subject and its stream, or its actor. */
function labelOf({ stream, subject, name, depth }: Track, isFirstEnd: boolean): string {
  if (stream === undefined) return depth === 0 ? name : `└ ${name}`;
  return isFirstEnd ? `${subject} ${stream.slice(stream.lastIndexOf('.') + 1).slice(0, 10)}` : '└';
}
