import type { Picture } from '../drawing/use-canvas.js';
import { timeWidth } from './geometry.js';

/** A text in a rounded box; with a bar of its colour where that colour means a state. */
export function pill(
  { context, palette, width }: Picture,
  text: string,
  x: number,
  y: number,
  fill: string,
  stroke: string,
  color: string,
  size: number,
  align: 'left' | 'center' = 'left',
  hasBar = false,
): void {
  context.font = `${size}px ${palette.sans}`;
  const most = Math.max(60, Math.floor(width - timeWidth - 40));
  const shown = fitted(context, text, most);
  const wide = context.measureText(shown).width + 14 + (hasBar ? 4 : 0);
  const left = align === 'left' ? x : Math.max(timeWidth, x - wide / 2);
  const high = size + 7;
  context.fillStyle = fill;
  context.strokeStyle = stroke;
  context.lineWidth = 1;
  context.beginPath();
  context.roundRect(left, y - high / 2, wide, high, 5);
  context.fill();
  context.stroke();
  if (hasBar) {
    context.fillStyle = stroke;
    context.fillRect(left, y - high / 2, 4, high);
  }
  context.textAlign = 'left';
  context.fillStyle = color;
  context.fillText(shown, left + 7 + (hasBar ? 4 : 0), y + 0.5);
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
