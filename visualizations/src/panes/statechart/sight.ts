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
/** A chart at this scale has names of ten pixels, and events of eight. */
const legible = 0.75;
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

/** Whether what stands in a chart that is shown at this scale can be read without effort. */
export function isLegible(scale: number): boolean {
  return scale >= legible;
}

/**
 * What is shown while nobody has moved the chart: all of it where that can be read, else the part around what is active.
 * The part that is shown moves only where that would be out of sight.
 *
 * @param active The boxes of active states, the most important first. Where a pane cannot show them all, as in a machine
 *   with parallel regions far apart, the first is shown with as many others as there is room for.
 */
export function followingSight(chart: Size, pane: Size, active: readonly Box[], now: Sight | undefined): Sight {
  const whole = wholeSight(chart, pane);
  const focus = focusOf(active, pane);
  if (whole.scale >= readable || focus === undefined) return whole;
  if (now?.scale === closeUp && isInSight(focus, now, pane)) return now;
  const along = (room: number, size: number, from: number, extent: number): number => {
    const scaled = size * closeUp;
    if (scaled + 2 * margin <= room) return (room - scaled) / 2;
    // What is larger than the pane is shown from its beginning, where its name stands.
    const middle = Math.min(from + extent / 2, from + (room / 2 - margin) / closeUp);
    return Math.min(margin, Math.max(room - scaled - margin, room / 2 - middle * closeUp));
  };
  return {
    scale: closeUp,
    x: along(pane.width, chart.width, focus.x, focus.width),
    y: along(pane.height, chart.height, focus.y, focus.height),
  };
}

/** The first box, and as many of the others as can be seen beside it, the nearest first. */
function focusOf([first, ...others]: readonly Box[], pane: Size): Box | undefined {
  if (first === undefined) return undefined;
  const near = others.toSorted((a, b) => distance(first, a) - distance(first, b));
  return near.reduce((focus, box) => {
    const both = around(focus, box);
    const fits = both.width * closeUp + 2 * margin <= pane.width && both.height * closeUp + 2 * margin <= pane.height;
    return fits ? both : focus;
  }, first);
}

function distance(a: Box, b: Box): number {
  return Math.hypot(a.x + a.width / 2 - b.x - b.width / 2, a.y + a.height / 2 - b.y - b.height / 2);
}

function around(a: Box, b: Box): Box {
  const [x, y] = [Math.min(a.x, b.x), Math.min(a.y, b.y)];
  return {
    x,
    y,
    width: Math.max(a.x + a.width, b.x + b.width) - x,
    height: Math.max(a.y + a.height, b.y + b.height) - y,
  };
}

function isInSight(box: Box, { x, y, scale }: Sight, pane: Size): boolean {
  const [left, top] = [box.x * scale + x, box.y * scale + y];
  return left >= 0 && top >= 0 && left + box.width * scale <= pane.width && top + box.height * scale <= pane.height;
}

/** The boxes of the innermost active states that are shown, those that were just entered first. */
export function activeBoxes(
  { nodes }: Chart,
  active: ReadonlySet<string>,
  entered: readonly string[] = [],
): readonly Box[] {
  const shown = nodes.filter(({ id }) => active.has(id));
  const outer = new Set(shown.map(({ parent }) => parent));
  const inner = shown.filter(({ id, parent }) => parent !== undefined && !outer.has(id));
  const isEntered = ({ id }: { readonly id: string }): boolean =>
    entered.some((state) => id === state || id.startsWith(`${state}.`) || state.startsWith(`${id}.`));
  return [...inner.filter(isEntered), ...inner.filter((node) => !isEntered(node))];
}
