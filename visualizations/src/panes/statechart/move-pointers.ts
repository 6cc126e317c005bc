/** A press that moves less is a click. */
const clickPixels = 3;

/** How much a turn of the wheel by a pixel, a line or a page makes larger, as a power of 2. */
const wheelPowers = [0.002, 0.05, 1];

/**
 * Listens to what moves a drawing: a pointer drags it, two draw it apart, the wheel makes it larger about where the pointer
 * is. A press that has moved it is no click of what is in it.
 *
 * @returns What ends it.
 */
export function movePointers(
  element: Element,
  move: (x: number, y: number) => void,
  scaleAt: (factor: number, x: number, y: number) => void,
): () => void {
  const ending = new AbortController();
  const { signal } = ending;
  const pressed = new Map<number, { readonly x: number; readonly y: number }>();
  let moved = 0;

  const placeOf = ({ clientX, clientY }: MouseEvent) => {
    const box = element.getBoundingClientRect();
    return { x: clientX - box.left, y: clientY - box.top };
  };
  const on = <K extends keyof HTMLElementEventMap>(
    type: K,
    listener: (event: HTMLElementEventMap[K]) => void,
    options: AddEventListenerOptions = {},
  ): void => element.addEventListener(type, listener as (event: Event) => void, { ...options, signal });

  on('pointerdown', (event) => {
    if (event.button !== 0) return;
    if (pressed.size === 0) moved = 0;
    pressed.set(event.pointerId, placeOf(event));
  });
  on('pointermove', (event) => {
    const before = pressed.get(event.pointerId);
    if (before === undefined) return;
    const now = placeOf(event);
    const other = Array.from(pressed).find(([id]) => id !== event.pointerId)?.[1];
    pressed.set(event.pointerId, now);
    moved += Math.hypot(now.x - before.x, now.y - before.y);
    if (moved <= clickPixels) return;
    // From here on it is no click, and goes on outside of the drawing too.
    if (!element.hasPointerCapture(event.pointerId)) element.setPointerCapture(event.pointerId);
    if (other === undefined) {
      move(now.x - before.x, now.y - before.y);
      return;
    }
    const [wide, wideBefore] = [now, before].map(({ x, y }) => Math.hypot(x - other.x, y - other.y)) as [
      number,
      number,
    ];
    move((now.x - before.x) / 2, (now.y - before.y) / 2);
    if (wideBefore > 0) scaleAt(wide / wideBefore, (now.x + other.x) / 2, (now.y + other.y) / 2);
  });
  for (const type of ['pointerup', 'pointercancel'] as const)
    on(type, ({ pointerId }) => void pressed.delete(pointerId));
  on(
    'click',
    (event) => {
      if (moved > clickPixels) event.stopPropagation();
      moved = 0;
    },
    { capture: true },
  );
  on(
    'wheel',
    (event) => {
      event.preventDefault();
      const { x, y } = placeOf(event);
      // Fingers that are drawn apart come as a wheel with Ctrl.
      const power = -event.deltaY * (wheelPowers[event.deltaMode] ?? 0) * (event.ctrlKey ? 10 : 1);
      scaleAt(2 ** power, x, y);
    },
    { passive: false },
  );
  return () => ending.abort();
}
