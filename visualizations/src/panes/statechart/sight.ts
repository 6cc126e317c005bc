import type { Box, Chart } from './chart.js';

/** How a chart is put into a pane: a point of the chart is seen at itself times `scale`, plus `x` and `y`. */
export interface Sight {
  readonly x: number;
  readonly y: number;
  readonly scale: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

const margin = 12;
/** Charts are not made larger than this to fill a pane. */
const scaleMax = 1.25;
/** A chart that would have to be smaller is not read any more. */
const readable = 0.62;
/** How large it is shown then, a part of it only. */
const closeUp = 0.85;

/** The whole chart in the middle of the pane. */
export function wholeSight(chart: Size, pane: Size): Sight {
  const scale = Math.max(
    0.05,
    Math.min(scaleMax, (pane.width - 2 * margin) / chart.width, (pane.height - 2 * margin) / chart.height),
  );
  return {
    scale,
    x: (pane.width - chart.width * scale) / 2,
    y: Math.max(margin, (pane.height - chart.height * scale) / 2),
  };
}

/**
 * What is shown while nobody has moved the chart: all of it where that can be read, else the part around `focus`. The
 * part that is shown moves only where the focus would be out of sight.
 */
export function followingSight(chart: Size, pane: Size, focus: Box | undefined, now: Sight | undefined): Sight {
  const whole = wholeSight(chart, pane);
  if (whole.scale >= readable || focus === undefined) return whole;
  if (now?.scale === closeUp && isInSight(focus, now, pane)) return now;
  const along = (room: number, size: number, middle: number): number => {
    const scaled = size * closeUp;
    if (scaled + 2 * margin <= room) return (room - scaled) / 2;
    return Math.min(margin, Math.max(room - scaled - margin, room / 2 - middle * closeUp));
  };
  return {
    scale: closeUp,
    x: along(pane.width, chart.width, focus.x + focus.width / 2),
    y: along(pane.height, chart.height, focus.y + focus.height / 2),
  };
}

function isInSight(box: Box, { x, y, scale }: Sight, pane: Size): boolean {
  const [left, top] = [box.x * scale + x, box.y * scale + y];
  return left >= 0 && top >= 0 && left + box.width * scale <= pane.width && top + box.height * scale <= pane.height;
}

/** The box around the innermost active states that are shown. */
export function activeBox({ nodes }: Chart, active: ReadonlySet<string>): Box | undefined {
  const shown = nodes.filter(({ id }) => active.has(id));
  const outer = new Set(shown.map(({ parent }) => parent));
  const inner = shown.filter(({ id, parent }) => parent !== undefined && !outer.has(id));
  if (inner.length === 0) return undefined;
  const left = Math.min(...inner.map(({ x }) => x));
  const top = Math.min(...inner.map(({ y }) => y));
  return {
    x: left,
    y: top,
    width: Math.max(...inner.map(({ x, width }) => x + width)) - left,
    height: Math.max(...inner.map(({ y, height }) => y + height)) - top,
  };
}
