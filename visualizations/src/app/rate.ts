import { signal, type ReadonlySignal } from '@preact/signals';

/** How fast a counter grows, in units a second over the last second or so; measured again each second. */
export function measureRate(count: () => number): {
  readonly perSecond: ReadonlySignal<number>;
  readonly stop: () => void;
} {
  const perSecond = signal(0);
  let last = { count: count(), at: performance.now() };
  const timer = setInterval(() => {
    const now = { count: count(), at: performance.now() };
    const grown = now.count - last.count;
    // A new source begins to count at 0 again.
    perSecond.value = grown < 0 ? 0 : (grown / (now.at - last.at)) * 1_000;
    last = now;
  }, 1_000);
  return { perSecond, stop: () => clearInterval(timer) };
}
