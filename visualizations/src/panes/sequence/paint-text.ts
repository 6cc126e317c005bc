import type { Picture } from '../drawing/use-canvas.js';
import { timeWidth } from './geometry.js';

/** What stands on a row: a text in a rounded box; with a bar of the colour of its edge where that means a state. */
export interface Sign {
  readonly text: string;
  readonly fill: string;
  readonly stroke: string;
  readonly color: string;
  readonly hasBar?: boolean;
}

/** The middle of a sign, and how far to the right it may reach, in pixels of the diagram. */
export interface SignPlace {
  readonly x: number;
  readonly y: number;
  readonly right: number;
}

const size = 11;
const height = size + 7;

/** Draws a sign. One that is wider than its lifeline has room for is moved, and cut, so that it stays in the diagram. */
export function pill(picture: Picture, { x, y, right }: SignPlace, sign: Sign): void {
  const { context, palette, width } = picture;
  const { text, fill, stroke, color, hasBar = false } = sign;
  const bar = hasBar ? 4 : 0;
  context.font = `${size}px ${palette.sans}`;
  const shown = fitted(context, text, Math.max(60, Math.floor(width - timeWidth - 28)));
  const wide = context.measureText(shown).width + 14 + bar;
  const left = Math.max(timeWidth, Math.min(x - wide / 2, right - wide - 4));
  context.fillStyle = fill;
  context.strokeStyle = stroke;
  context.lineWidth = 1;
  context.beginPath();
  context.roundRect(left, y - height / 2, wide, height, 5);
  context.fill();
  context.stroke();
  if (hasBar) {
    context.fillStyle = stroke;
    context.fillRect(left, y - height / 2, bar, height);
  }
  context.textAlign = 'left';
  context.fillStyle = color;
  context.fillText(shown, left + 7 + bar, y + 0.5);
}

/** As much of a text as there is room for. */
export function fitted(context: CanvasRenderingContext2D, text: string, width: number): string {
  if (context.measureText(text).width <= width) return text;
  let low = 0;
  let high = text.length;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (context.measureText(`${text.slice(0, middle)}…`).width <= width) low = middle;
    else high = middle - 1;
  }
  return `${text.slice(0, low)}…`;
}

/** The same with the middle left out: names often differ at their ends. */
export function fittedName(context: CanvasRenderingContext2D, name: string, width: number): string {
  if (context.measureText(name).width <= width) return name;
  for (let kept = name.length - 1; kept > 2; kept -= 1) {
    const shown = `${name.slice(0, Math.ceil(kept / 2))}…${name.slice(name.length - Math.floor(kept / 2))}`;
    if (context.measureText(shown).width <= width) return shown;
  }
  return fitted(context, name, width);
}
