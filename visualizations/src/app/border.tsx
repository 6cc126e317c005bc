import { useRef } from 'preact/hooks';
import type { BorderId, Layout } from './layout.js';

const names: Readonly<Record<BorderId, string>> = {
  left: 'Border between streams and statechart',
  right: 'Border before the right column',
  bottom: 'Border above the lower panes',
  corner: 'Border between sequence and details',
};

/** How far an arrow key moves a border. */
const keyShare = 0.02;

/** A border between areas that can be dragged, or moved with the arrow keys. */
export function Border({ border, layout }: { readonly border: BorderId; readonly layout: Layout }) {
  const element = useRef<HTMLDivElement>(null);
  const share = layout.sizes.value[border];
  const isUpright = border === 'left' || border === 'right';

  const onPointerMove = (event: PointerEvent): void => {
    const box = element.current?.parentElement?.getBoundingClientRect();
    if (box === undefined || !element.current?.hasPointerCapture(event.pointerId)) return;
    if (border === 'left') layout.resize(border, (event.clientX - box.left) / box.width);
    else if (border === 'right') layout.resize(border, (box.right - event.clientX) / box.width);
    else layout.resize(border, (box.bottom - event.clientY) / box.height);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const grows = { left: 'ArrowRight', right: 'ArrowLeft', bottom: 'ArrowUp', corner: 'ArrowUp' }[border];
    const shrinks = { left: 'ArrowLeft', right: 'ArrowRight', bottom: 'ArrowDown', corner: 'ArrowDown' }[border];
    if (event.key !== grows && event.key !== shrinks) return;
    event.preventDefault();
    event.stopPropagation();
    layout.resize(border, share + (event.key === grows ? keyShare : -keyShare));
  };

  return (
    <div
      ref={element}
      class={`border border-${border}`}
      role="separator"
      tabIndex={0}
      aria-label={names[border]}
      aria-orientation={isUpright ? 'vertical' : 'horizontal'}
      aria-valuenow={Math.round(share * 100)}
      aria-valuemin={0}
      aria-valuemax={100}
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove={onPointerMove}
      onKeyDown={onKeyDown}
    />
  );
}
