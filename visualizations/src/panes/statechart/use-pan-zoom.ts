import { select } from 'd3-selection';
import { zoom, zoomIdentity, zoomTransform, type ZoomBehavior } from 'd3-zoom';
import type { RefObject } from 'preact';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import type { Box } from './chart.js';
import { followingSight, wholeSight, type Sight, type Size } from './sight.js';

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
  const behaviour = useRef<ZoomBehavior<SVGSVGElement, unknown>>(undefined);
  const isMoved = useRef(false);
  const latest = useRef(active);
  latest.current = active;

  const panZoom = useMemo(() => {
    const withSvg = (use: (svg: SVGSVGElement, zooming: ZoomBehavior<SVGSVGElement, unknown>) => void): void => {
      if (outer.current !== null && behaviour.current !== undefined) use(outer.current, behaviour.current);
    };
    const show = (sightOf: (pane: Size, now: Sight) => Sight): void =>
      withSvg((svg, zooming) => {
        const pane = { width: svg.clientWidth, height: svg.clientHeight };
        if (pane.width === 0 || pane.height === 0 || width === 0) return;
        const { x, y, k } = zoomTransform(svg);
        const sight = sightOf(pane, { x, y, scale: k });
        const next = zoomIdentity.translate(sight.x, sight.y).scale(sight.scale);
        select(svg).call((selected) => zooming.transform(selected, next));
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
      scaleBy: (factor: number) =>
        withSvg((svg, zooming) => {
          isMoved.current = true;
          select(svg).call((selected) => zooming.scaleBy(selected, factor));
        }),
      panBy: (x: number, y: number) =>
        withSvg((svg, zooming) => {
          isMoved.current = true;
          select(svg).call((selected) => zooming.translateBy(selected, x, y));
        }),
    };
  }, [width, height]);

  useEffect(() => {
    const svg = outer.current;
    if (svg === null) return undefined;
    const zooming = zoom<SVGSVGElement, unknown>()
      .scaleExtent([0.05, 4])
      .on('zoom', (event: { transform: { toString(): string }; sourceEvent: unknown }) => {
        if (event.sourceEvent !== null) isMoved.current = true;
        inner.current?.setAttribute('transform', event.transform.toString());
      });
    behaviour.current = zooming;
    // A double click is for the states.
    select(svg).call(zooming).on('dblclick.zoom', null);
    const resized = new ResizeObserver(panZoom.settle);
    resized.observe(svg);
    panZoom.settle();
    return () => {
      resized.disconnect();
      select(svg).on('.zoom', null);
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
