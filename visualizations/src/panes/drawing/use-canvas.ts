import type { ReadonlySignal } from '@preact/signals';
import type { RefObject } from 'preact';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { Theme } from '../../model/types.js';
import { readPalette, type Palette } from './palette.js';

/** A picture that is to be drawn: a context in pixels of the page, and how large it is. */
export interface Picture {
  readonly context: CanvasRenderingContext2D;
  readonly width: number;
  readonly height: number;
  readonly palette: Palette;
}

/**
 * Draws on a canvas, at most once per animation frame and only when asked: `redraw` is called when something has changed.
 * The size of the canvas follows its box, in the pixels of the screen. A canvas that is not shown is not drawn.
 */
export function useCanvas(
  canvas: RefObject<HTMLCanvasElement | null>,
  theme: ReadonlySignal<Theme>,
  draw: (picture: Picture) => void,
): { readonly redraw: () => void } {
  const latest = useRef(draw);
  latest.current = draw;
  const control = useMemo(() => {
    let frame = 0;
    let palette: Palette | undefined;
    const paint = (): void => {
      frame = 0;
      const element = canvas.current;
      const context = element?.getContext('2d');
      if (element === null || context === null || context === undefined) return;
      const { clientWidth: width, clientHeight: height } = element;
      if (width === 0 || height === 0) return;
      const ratio = window.devicePixelRatio;
      const [columns, rows] = [Math.round(width * ratio), Math.round(height * ratio)];
      if (element.width !== columns || element.height !== rows) {
        element.width = columns;
        element.height = rows;
      }
      palette ??= readPalette(element);
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      context.clearRect(0, 0, width, height);
      latest.current({ context, width, height, palette });
    };
    return {
      redraw: (): void => {
        if (frame === 0) frame = requestAnimationFrame(paint);
      },
      restyle: (): void => {
        palette = undefined;
      },
      stop: (): void => cancelAnimationFrame(frame),
    };
  }, []);

  useEffect(() => {
    const resized = new ResizeObserver(control.redraw);
    if (canvas.current !== null) resized.observe(canvas.current);
    const stop = theme.subscribe(() => {
      control.restyle();
      control.redraw();
    });
    return () => {
      resized.disconnect();
      stop();
      control.stop();
    };
  }, [control, theme]);
  return control;
}
