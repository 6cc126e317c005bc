import { useEffect, useRef } from 'preact/hooks';

/**
 * Calls back once per animation frame while `active`. What moves by time alone needs it: rings that run down, and the
 * edge of a timeline that follows the clock. `everyMs` makes it rarer, for people who want less motion.
 */
export function useFrames(active: boolean, draw: () => void, everyMs = 0): void {
  const latest = useRef(draw);
  latest.current = draw;
  useEffect(() => {
    if (!active) return undefined;
    let drawnAt = -Infinity;
    let frame = requestAnimationFrame(function next(time) {
      frame = requestAnimationFrame(next);
      if (time - drawnAt < everyMs) return;
      drawnAt = time;
      latest.current();
    });
    return () => cancelAnimationFrame(frame);
  }, [active, everyMs]);
}
