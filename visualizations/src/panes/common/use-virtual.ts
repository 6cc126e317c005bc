import { elementScroll, observeElementOffset, observeElementRect, Virtualizer } from '@tanstack/virtual-core';
import type { RefObject } from 'preact';
import { useLayoutEffect, useReducer, useRef } from 'preact/hooks';

export interface VirtualRows {
  /** The rows to draw: index and offset from the top in pixels. */
  readonly items: readonly { readonly index: number; readonly start: number }[];
  readonly totalHeight: number;
  readonly scrollTo: (index: number) => void;
}

/** Which of many rows of one height are in sight of a scrolling element. Only those are drawn. */
export function useVirtual(scroller: RefObject<HTMLElement | null>, count: number, rowHeight: number): VirtualRows {
  const [, redraw] = useReducer<number, undefined>((n) => n + 1, 0);
  const virtualizer = useRef<Virtualizer<HTMLElement, Element> | undefined>(undefined);
  const options = {
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: 6,
    scrollToFn: elementScroll,
    observeElementRect,
    observeElementOffset,
    onChange: () => redraw(undefined),
  };
  const current = (virtualizer.current ??= new Virtualizer<HTMLElement, Element>(options));
  current.setOptions(options);
  useLayoutEffect(() => current._didMount(), [current]);
  useLayoutEffect(() => current._willUpdate());
  return {
    items: current.getVirtualItems(),
    totalHeight: current.getTotalSize(),
    scrollTo: (index) => current.scrollToIndex(index, { align: 'auto' }),
  };
}
