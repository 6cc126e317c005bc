import type { RefObject } from 'preact';
import { useLayoutEffect, useReducer } from 'preact/hooks';

export interface VirtualRows {
  /** The rows to draw: index and offset from the top in pixels. */
  readonly items: readonly { readonly index: number; readonly start: number }[];
  readonly totalHeight: number;
  /** Brings a row into sight where it is not. */
  readonly scrollTo: (index: number) => void;
}

/** How many rows are drawn above and below what is in sight. */
const overscan = 6;

/**
 * Which of many rows of one height are in sight of a scrolling element. Only those are drawn. What stands above them within
 * the element, as a head that stays in sight, takes the place of at most one row.
 */
export function useVirtual(scroller: RefObject<HTMLElement | null>, count: number, rowHeight: number): VirtualRows {
  const [, redraw] = useReducer<number, undefined>((n) => n + 1, 0);
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return undefined;
    const look = (): void => redraw(undefined);
    const resized = new ResizeObserver(look);
    resized.observe(element);
    element.addEventListener('scroll', look, { passive: true });
    return () => {
      resized.disconnect();
      element.removeEventListener('scroll', look);
    };
  }, [scroller.current]);
  // An element that is not there yet, or is as high as what is in it, is looked at again when it has its size.
  const { scrollTop = 0, clientHeight = 0 } = scroller.current ?? {};
  const first = Math.max(0, Math.min(count, Math.floor(scrollTop / rowHeight)) - overscan);
  const last = Math.min(count, Math.ceil((scrollTop + clientHeight) / rowHeight) + overscan);
  return {
    items: Array.from({ length: Math.max(0, last - first) }, (_, place) => ({
      index: first + place,
      start: (first + place) * rowHeight,
    })),
    totalHeight: count * rowHeight,
    scrollTo: (index) => {
      const element = scroller.current;
      if (element === null) return;
      const [top, room] = [index * rowHeight, element.clientHeight - rowHeight];
      if (top < element.scrollTop) element.scrollTop = top;
      else if (top + rowHeight > element.scrollTop + room) element.scrollTop = top + rowHeight - room;
    },
  };
}
