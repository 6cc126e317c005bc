import type { RefObject } from 'preact';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { Box } from './chart.js';
import { movePointers } from './move-pointers.js';
import { followingSight, wholeSight, type Sight, type Size } from './sight.js';

const scaleMin = 0.05;
const scaleMax = 4;

export interface PanZoom {
  /** Shows the whole chart. */
  readonly fit: () => void;
  /** Shows what is active from now on, as before anybody moved the chart. */
  readonly follow: () => void;
  /** Makes it larger by a factor, about the middle. */
  readonly scaleBy: (factor: number) => void;
  readonly panBy: (x: number, y: number) => void;
}

/**
 * Lets an SVG be panned and zoomed by mouse, touch and wheel: what is inside `inner` moves. Until the user has moved it,
 * the whole chart is shown or, where that would be too small to read, the part around what is active. `foot` lies over
 * the bottom of the pane.
 */
export function usePanZoom(
  outer: RefObject<SVGSVGElement | null>,
  inner: RefObject<SVGGElement | null>,
  chart: Size,
  active: readonly Box[],
  foot: RefObject<HTMLElement | null>,
): PanZoom {
  const { width, height } = chart;
  const sight = useRef<Sight>({ x: 0, y: 0, scale: 1 });
  const isMoved = useRef(false);
  const latest = useRef(active);
  latest.current = active;

  const panZoom = useMemo(() => {
    const set = (next: Sight): void => {
      sight.current = next;
      inner.current?.setAttribute('transform', `translate(${next.x},${next.y}) scale(${next.scale})`);
    };
    const show = (sightOf: (pane: Size, now: Sight) => Sight): void => {
      const svg = outer.current;
      const pane = { width: svg?.clientWidth ?? 0, height: svg?.clientHeight ?? 0 };
      if (pane.width > 0 && pane.height > 0 && width > 0) set(sightOf(pane, sight.current));
    };
    /** Makes it larger by a factor; a point of the pane, else its middle, stays where it is. */
    const scaleAt = (factor: number, x?: number, y?: number): void =>
      show((pane, now) => {
        isMoved.current = true;
        const scale = Math.min(scaleMax, Math.max(scaleMin, now.scale * factor));
        const [px, py] = [x ?? pane.width / 2, y ?? pane.height / 2];
        return { scale, x: px - ((px - now.x) / now.scale) * scale, y: py - ((py - now.y) / now.scale) * scale };
      });
    const move = (x: number, y: number): void =>
      show((_, now) => {
        isMoved.current = true;
        return { ...now, x: now.x + x, y: now.y + y };
      });
    const settle = (): void => {
      if (!isMoved.current) show((pane, now) => followingSight({ width, height }, pane, latest.current, now));
    };
    return {
      settle,
      fit: () => {
        isMoved.current = true;
        show((pane) => wholeSight({ width, height }, aboveFoot(pane, foot.current)));
      },
      follow: () => {
        isMoved.current = false;
        settle();
      },
      move,
      scaleAt,
      scaleBy: (factor: number) => scaleAt(factor),
      panBy: (x: number, y: number) => move(x * sight.current.scale, y * sight.current.scale),
    };
  }, [width, height]);

  useEffect(() => {
    const svg = outer.current;
    if (svg === null) return undefined;
    const release = movePointers(svg, panZoom.move, panZoom.scaleAt);
    const resized = new ResizeObserver(panZoom.settle);
    resized.observe(svg);
    panZoom.settle();
    return () => {
      resized.disconnect();
      release();
    };
  }, [panZoom, outer.current]);

  useEffect(panZoom.settle, [panZoom, active.map((box) => `${box.x} ${box.y} ${box.width} ${box.height}`).join()]);
  return panZoom;
}

/** The part of a pane that nothing lies over: what stands in its foot would hide a part of the chart. */
export function aboveFoot({ width, height }: Size, foot: HTMLElement | null): Size {
  const hidden = foot?.offsetHeight ?? 0;
  return { width, height: Math.max(height / 2, height - (hidden === 0 ? 0 : hidden + 8)) };
}
