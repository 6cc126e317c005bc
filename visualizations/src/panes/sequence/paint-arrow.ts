import type { Palette } from '../drawing/palette.js';
import type { Picture } from '../drawing/use-canvas.js';
import { rowMiddle, wire, type LanePlace } from './geometry.js';
import type { SequenceScene } from './paint.js';
import { fitted } from './paint-text.js';
import type { Arrow } from './rows.js';
import { arrowLabel, outcomeText } from './words.js';

/** How far a message that does not reach the other side is drawn, as a part of the way. */
const lostAt = 0.4;

function colorOf(arrow: Arrow, palette: Palette): string {
  if (arrow.outcome === 'dropped') return palette.bad;
  if (arrow.isLate || arrow.outcome === 'dead' || arrow.outcome === 'duplicate') return palette.warm;
  if (arrow.kind === 'open' || arrow.kind === 'request') return palette.accent;
  return arrow.kind === 'close' || arrow.kind === 'cancel' ? palette.text : palette.edge;
}

/**
 * A message as an arrow from lifeline to lifeline, falling where time passed. What befell it is told by its end and by a
 * word: a cross where it was lost, an open circle where nobody was there, strokes where it came again or too late.
 */
export function paintArrow(picture: Picture, scene: SequenceScene, arrow: Arrow): void {
  const { context, palette } = picture;
  const ends = arrowEnds(arrow, scene.places.lanes);
  if (ends === undefined) return;
  const { from, to } = ends;
  const isSelected = arrow.message === scene.selectedMessage;
  const y1 = rowMiddle(arrow.startRow);
  const yEnd = rowMiddle(arrow.endRow);
  const isLost = arrow.outcome === 'dropped';
  const part = isLost ? lostAt : 1;
  const x2 = from + (to - from) * part;
  const y2 = y1 + (yEnd - y1) * part;
  const color = isSelected ? palette.accent : colorOf(arrow, palette);
  context.strokeStyle = color;
  context.fillStyle = color;
  context.lineWidth = isSelected ? 2.5 : arrow.count > 1 ? 2.5 : 1.3;
  context.setLineDash(
    arrow.outcome === 'underWay' ? [2, 4] : arrow.outcome === 'duplicate' || arrow.isLate ? [6, 3] : [],
  );
  context.beginPath();
  context.moveTo(from, y1);
  context.lineTo(x2, y2);
  context.stroke();
  context.setLineDash([]);
  if (isLost) cross(context, x2, y2);
  else if (arrow.outcome === 'dead') ring(context, x2, y2, palette.surface);
  else head(context, from, y1, x2, y2);
  label(picture, arrow, scene.model.options.streams?.size === 1, { from, to: x2, y1, y2 });
}

/** The pixels between which an arrow runs; undefined where its lifelines are hidden. */
function arrowEnds(arrow: Arrow, lanes: readonly LanePlace[]): { from: number; to: number } | undefined {
  const xOf = (system: string | undefined) => lanes.find(({ key }) => key === (system ?? wire))?.x;
  const from = xOf(arrow.from);
  const to = xOf(arrow.to);
  return from === undefined || to === undefined || from === to ? undefined : { from, to };
}

function head(context: CanvasRenderingContext2D, x1: number, y1: number, x2: number, y2: number): void {
  const angle = Math.atan2(y2 - y1, x2 - x1);
  context.beginPath();
  context.moveTo(x2, y2);
  for (const turn of [0.4, -0.4]) context.lineTo(x2 - 9 * Math.cos(angle + turn), y2 - 9 * Math.sin(angle + turn));
  context.closePath();
  context.fill();
}

function cross(context: CanvasRenderingContext2D, x: number, y: number): void {
  context.lineWidth = 2.2;
  context.beginPath();
  context.moveTo(x - 5, y - 5);
  context.lineTo(x + 5, y + 5);
  context.moveTo(x - 5, y + 5);
  context.lineTo(x + 5, y - 5);
  context.stroke();
}

function ring(context: CanvasRenderingContext2D, x: number, y: number, surface: string): void {
  context.lineWidth = 1.8;
  context.beginPath();
  context.arc(x, y, 5, 0, 2 * Math.PI);
  context.fillStyle = surface;
  context.fill();
  context.stroke();
}

/** The words of an arrow stand near where it starts, so that arrows that cross keep theirs apart. */
function label(
  { context, palette }: Picture,
  arrow: Arrow,
  isOneStream: boolean,
  { from, to, y1, y2 }: { from: number; to: number; y1: number; y2: number },
): void {
  const outcome = outcomeText(arrow);
  const words = `${arrowLabel(arrow, isOneStream)}${outcome === '' ? '' : ` · ${outcome}`}`;
  context.font = `${arrow.count > 1 || outcome !== '' ? '600 ' : ''}11px ${palette.sans}`;
  // The head of the arrow stays in sight. A message that was lost has only a part of the way, and says why.
  const text = outcome === '' ? fitted(context, words, Math.max(60, Math.abs(to - from) - 40)) : words;
  const wide = context.measureText(text).width;
  // It stays clear of the lifelines where there is room for it between them.
  const [left, right] = [Math.min(from, to) + 10 + wide / 2, Math.max(from, to) - 10 - wide / 2];
  const wished = from + (to - from) * 0.27;
  const x = left > right ? (from + to) / 2 : Math.min(right, Math.max(left, wished));
  const y = y1 + ((y2 - y1) * (x - from)) / (to - from);

  context.fillStyle = palette.surface;
  context.fillRect(x - wide / 2 - 3, y - 8, wide + 6, 15);

  context.fillStyle = outcome === '' ? palette.text : colorOf(arrow, palette);
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.fillText(text, x, y);
}
