import type { Point } from './chart.js';

/** A line through the points with rounded corners, as the `d` of an SVG path. */
export function roundedPath(points: readonly Point[], radius = 6): string {
  const [first, ...rest] = points;
  if (first === undefined) return '';
  let d = `M${first.x},${first.y}`;
  rest.forEach((corner, at) => {
    const before = points[at] ?? corner;
    const after = rest[at + 1];
    if (after === undefined) {
      d += `L${corner.x},${corner.y}`;
      return;
    }
    const from = towards(corner, before, radius);
    const to = towards(corner, after, radius);
    d += `L${from.x},${from.y}Q${corner.x},${corner.y} ${to.x},${to.y}`;
  });
  return d;
}

/** The point on the way from one point to another, at most half of it. */
function towards(from: Point, to: Point, distance: number): Point {
  const length = Math.hypot(to.x - from.x, to.y - from.y);
  if (length === 0) return from;
  const part = Math.min(distance, length / 2) / length;
  return { x: round(from.x + (to.x - from.x) * part), y: round(from.y + (to.y - from.y) * part) };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** The head of an arrow at the end of a line, as the `points` of an SVG polygon. */
export function arrowHead(points: readonly Point[], size = 7): string {
  const tip = points.at(-1);
  const before = points.at(-2);
  if (tip === undefined || before === undefined) return '';
  const angle = Math.atan2(tip.y - before.y, tip.x - before.x);
  const corner = (turn: number) =>
    `${round(tip.x - size * Math.cos(angle + turn))},${round(tip.y - size * Math.sin(angle + turn))}`;
  return `${tip.x},${tip.y} ${corner(0.45)} ${corner(-0.45)}`;
}
