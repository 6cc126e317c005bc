import type { Palette } from './palette.js';
import { stateColor } from './palette.js';

/**
 * How a state is drawn where a colour alone would have to tell it: opening in rising strokes, active plain, cancelling in
 * falling strokes, closed in dots, what is suspended with gaps, all others in a grid.
 */
export type Hatch = 'plain' | 'rising' | 'falling' | 'dots' | 'grid' | 'gaps';

/** How large the tile of a pattern is, in pixels of the canvas's own. */
const tile = 8;

export function hatchOf(phase: string, isSuspended: boolean): Hatch {
  if (isSuspended) return 'gaps';
  switch (phase) {
    case 'opening':
      return 'rising';
    case 'active':
      return 'plain';
    case 'cancelling':
      return 'falling';
    case 'closed':
      return 'dots';
    default:
      return 'grid';
  }
}

/** Fill styles of bands, each made once for a palette. */
export function createHatching(palette: Palette): (phase: string, isSuspended: boolean) => string | CanvasPattern {
  const made = new Map<string, string | CanvasPattern>();
  return (phase, isSuspended) => {
    const key = `${phase} ${isSuspended}`;
    let style = made.get(key);
    if (style === undefined) {
      style = makeHatch(hatchOf(phase, isSuspended), stateColor(palette, phase), palette.surface);
      made.set(key, style);
    }
    return style;
  };
}

function makeHatch(hatch: Hatch, color: string, surface: string): string | CanvasPattern {
  if (hatch === 'plain') return color;
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = tile;
  const context = canvas.getContext('2d');
  if (context === null) return color;
  context.fillStyle = surface;
  context.fillRect(0, 0, tile, tile);
  context.fillStyle = color;
  context.globalAlpha = 0.45;
  context.fillRect(0, 0, tile, tile);
  context.globalAlpha = 1;
  context.strokeStyle = color;
  context.lineWidth = 2;
  context.beginPath();
  const stroke = (x1: number, y1: number, x2: number, y2: number): void => {
    context.moveTo(x1, y1);
    context.lineTo(x2, y2);
  };
  if (hatch === 'rising') [-tile, 0, tile].forEach((x) => stroke(x, tile, x + tile, 0));
  if (hatch === 'falling') [-tile, 0, tile].forEach((x) => stroke(x, 0, x + tile, tile));
  if (hatch === 'grid') {
    stroke(tile / 2, 0, tile / 2, tile);
    stroke(0, tile / 2, tile, tile / 2);
  }
  if (hatch === 'gaps') {
    context.fillStyle = surface;
    context.fillRect(tile / 2, 0, tile / 2, tile);
  }
  if (hatch === 'dots') context.fillRect(1, 1, 2, 2);
  context.stroke();
  return context.createPattern(canvas, 'repeat') ?? color;
}
