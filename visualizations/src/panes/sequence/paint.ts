import type { Moment } from '../../model/types.js';
import { stateColor, type Palette } from '../drawing/palette.js';
import { outermostState } from '../../model/state-text.js';
import { durationText, momentText } from '../drawing/time-text.js';
import type { Picture } from '../drawing/use-canvas.js';
import { headerHeight, rowHeight, rowMiddle, timeWidth, type LanePlace, type LanePlaces } from './geometry.js';
import { paintArrow } from './paint-arrow.js';
import { fittedName, pill, type Sign } from './paint-text.js';
import type { Row } from './rows.js';
import type { SequenceModel } from './sequence-model.js';
import { foldText } from './words.js';

export interface SequenceScene {
  readonly model: SequenceModel;
  readonly places: LanePlaces;
  readonly scrollLeft: number;
  readonly scrollTop: number;
  /** What comes after it has not happened yet, and is drawn faintly. */
  readonly moment: Moment;
  readonly selectedRow: number;
  readonly selectedMessage: string | undefined;
  readonly unit: 'ms' | 'tick';
  /** How each phase is filled: by a colour and a pattern. */
  readonly fill: (phase: string, isSuspended: boolean) => string | CanvasPattern;
}

const later = 0.3;
/** From here on the time between two rows is worth a sign. */
const pauseMin = { ms: 1_000, tick: 2 };

/** Draws the rows that can be seen, and nothing else. */
export function paintSequence(picture: Picture, scene: SequenceScene): void {
  const { context, height, width } = picture;
  const { model, scrollTop } = scene;
  const first = Math.max(0, Math.floor(scrollTop / rowHeight) - 1);
  const last = Math.min(model.rows.length - 1, Math.ceil((scrollTop + height - headerHeight) / rowHeight));
  context.save();
  context.beginPath();
  context.rect(0, headerHeight, width, height - headerHeight);
  context.clip();
  context.translate(-scene.scrollLeft, headerHeight - scrollTop);
  paintSelection(picture, scene);
  for (const lane of scene.places.lanes) paintLifeline(picture, scene, lane, first, last);
  for (let at = first; at <= last; at += 1) {
    const row = model.rows[at];
    if (row !== undefined) paintRow(picture, scene, row, at);
  }
  for (const arrow of model.arrowsBetween(first, last)) {
    context.globalAlpha = (model.rows[arrow.startRow]?.seq ?? 0) > scene.moment ? later : 1;
    paintArrow(picture, scene, arrow);
  }
  context.globalAlpha = 1;
  paintMoment(picture, scene);
  context.restore();
  paintHeader(picture, scene);
}

function paintSelection({ context, palette }: Picture, { selectedRow, places, scrollLeft }: SequenceScene): void {
  if (selectedRow < 0) return;
  context.fillStyle = palette.selected;
  context.fillRect(scrollLeft, selectedRow * rowHeight, Math.max(places.width, 4_000), rowHeight);
}

/** The line itself, dashed while the connection is down, and a band in the state of the stream's end beside it. */
function paintLifeline(
  { context, palette }: Picture,
  scene: SequenceScene,
  lane: LanePlace,
  first: number,
  last: number,
): void {
  const { model, fill } = scene;
  const changes = lane.role === 'wire' ? [] : model.changesOf(lane.key);
  let at = changes.findLastIndex(({ row }) => row <= first);
  let row = first;
  while (row <= last + 1) {
    const change = changes[at];
    const next = changes[at + 1];
    const end = Math.min(last + 1, next?.row ?? Infinity);
    const [top, bottom] = [row === 0 ? 0 : rowMiddle(row), rowMiddle(end)];
    if (change?.state !== undefined && !change.isOver) {
      context.fillStyle = fill(change.state, change.isDown);
      context.fillRect(lane.x - 4, top, 8, bottom - top);
    }
    context.strokeStyle = lane.role === 'wire' ? palette.edge : palette.lineStrong;
    context.lineWidth = lane.role === 'wire' ? 2 : 1;
    context.setLineDash(change?.isDown === true ? [3, 5] : []);
    if (change?.isOver !== true) line(context, lane.x, top, lane.x, bottom);
    context.setLineDash([]);
    if (next === undefined || next.row > last) break;
    row = Math.max(first, next.row);
    at += 1;
  }
}

function paintRow(picture: Picture, scene: SequenceScene, row: Row, at: number): void {
  const { context, palette } = picture;
  const { model, unit, places, scrollLeft } = scene;
  const y = rowMiddle(at);
  context.globalAlpha = row.seq > scene.moment ? later : 1;
  context.textBaseline = 'middle';
  context.textAlign = 'right';
  context.font = `11px ${palette.mono}`;
  context.fillStyle = palette.muted;
  context.fillText(momentText(row.at, unit), scrollLeft + timeWidth - 14, y);
  const before = model.rows[at - 1];
  const pause = before === undefined ? 0 : row.at - before.lastAt;
  if (pause >= pauseMin[unit]) {
    context.strokeStyle = palette.line;
    line(context, scrollLeft + 8, at * rowHeight, scrollLeft + picture.width, at * rowHeight);
    // It stands between the times of the two rows, where no message is drawn.
    context.font = `9px ${palette.sans}`;
    context.fillText(`+${durationText(pause, unit)}`, scrollLeft + timeWidth - 14, at * rowHeight);
  }
  const sign = signOf(row, unit, palette);
  if (sign === undefined) return;
  const lane = places.lanes.find(({ key }) => key === (row.lane ?? row.system));
  if (row.system !== undefined && lane === undefined) return;
  const right = Math.max(places.width, picture.width + scrollLeft);
  if (row.kind === 'gap') zigzag(picture, scrollLeft + timeWidth, scrollLeft + picture.width, y);
  pill(
    picture,
    { x: lane?.x ?? (timeWidth + scrollLeft + Math.min(right, scrollLeft + picture.width)) / 2, y, right },
    sign,
  );
}

/** What stands on a row that is no message; undefined for messages, which are drawn as arrows. */
function signOf(row: Row, unit: 'ms' | 'tick', palette: Palette): Sign | undefined {
  const { surface, surface2, line, lineStrong, text, muted, accent, warm, bad } = palette;
  switch (row.kind) {
    case 'message':
      return undefined;
    case 'heartbeats': {
      const isMissing = (row.rounds ?? 0) > (row.answered ?? 0);
      return { text: `♥ ${foldText(row, unit)}`, fill: surface, stroke: line, color: isMissing ? warm : muted };
    }
    case 'state': {
      const stroke = stateColor(palette, outermostState(row.state ?? ''));
      return { text: row.text, fill: surface, stroke, color: text, hasBar: true };
    }
    case 'gap':
      return { text: row.text, fill: surface, stroke: bad, color: text };
    case 'mark': {
      const tone = row.tone ?? 'note';
      const sign = { note: 'ℹ', warning: '⚠', violation: '✖', loop: '↻', fault: '⚡' }[tone];
      const stroke = { note: accent, warning: bad, violation: bad, loop: warm, fault: warm }[tone];
      return { text: `${sign} ${row.text}`, fill: surface, stroke, color: text };
    }
    case 'life':
      return { text: `✖ ${row.text}`, fill: bad, stroke: bad, color: surface };
    case 'link':
      return { text: row.text, fill: surface, stroke: warm, color: text };
    case 'end':
      return { text: `■ ${row.text}`, fill: surface2, stroke: lineStrong, color: text };
  }
}

function zigzag({ context, palette }: Picture, from: number, to: number, y: number): void {
  context.strokeStyle = palette.bad;
  context.lineWidth = 1;
  context.beginPath();
  for (let x = from, up = true; x <= to; x += 6, up = !up) context.lineTo(x, y + (up ? -3 : 3));
  context.stroke();
}

function paintMoment({ context, palette, width }: Picture, { model, moment, scrollLeft }: SequenceScene): void {
  const at = model.rowAt(moment);
  if (at < 0 || at >= model.rows.length - 1) return;
  context.strokeStyle = palette.accent;
  context.lineWidth = 1.5;
  context.setLineDash([6, 4]);
  line(context, scrollLeft, (at + 1) * rowHeight, scrollLeft + width, (at + 1) * rowHeight);
  context.setLineDash([]);
}

function paintHeader({ context, palette, width }: Picture, { places, scrollLeft, unit }: SequenceScene): void {
  context.fillStyle = palette.surface2;
  context.fillRect(0, 0, width, headerHeight);
  context.strokeStyle = palette.line;
  context.lineWidth = 1;
  line(context, 0, headerHeight - 0.5, width, headerHeight - 0.5);
  context.textBaseline = 'middle';
  for (const { name, about, role, x } of places.lanes) {
    context.textAlign = 'center';
    context.font = `600 12px ${palette.sans}`;
    context.fillStyle = palette.text;
    context.fillText(
      fittedName(context, name, places.room - 6),
      x - scrollLeft,
      role === 'wire' ? headerHeight / 2 : 11,
    );
    if (role === 'wire') continue;
    context.font = `9.5px ${palette.sans}`;
    context.fillStyle = palette.muted;
    context.fillText(fittedName(context, about, places.room - 6), x - scrollLeft, 24);
  }
  context.fillStyle = palette.surface2;
  context.fillRect(0, 0, timeWidth - 4, headerHeight - 1);
  context.fillStyle = palette.muted;
  context.textAlign = 'right';
  context.font = `11px ${palette.sans}`;
  context.fillText(unit === 'ms' ? 'time' : 'tick', timeWidth - 14, headerHeight / 2);
}

function line(context: CanvasRenderingContext2D, x1: number, y1: number, x2: number, y2: number): void {
  context.beginPath();
  context.moveTo(x1, y1);
  context.lineTo(x2, y2);
  context.stroke();
}
