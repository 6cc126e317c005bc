/** The stretch of time that is shown, in the unit of the run. */
export interface TimeWindow {
  readonly from: number;
  readonly to: number;
}

const narrowest = { ms: 5, tick: 0.5 };
/** A run that has just begun is shown as if it had lasted so long already. */
export const leastSpan = { ms: 1_000, tick: 4 };

/** Makes the window narrower, or wider, by a factor; the time at `pivot` (0 left, 1 right) stays where it is. */
export function zoomed(window: TimeWindow, factor: number, pivot: number, unit: 'ms' | 'tick'): TimeWindow {
  const width = window.to - window.from;
  const next = Math.max(narrowest[unit], width * factor);
  const from = window.from + (width - next) * pivot;
  return { from, to: from + next };
}

export function panned(window: TimeWindow, part: number): TimeWindow {
  const by = (window.to - window.from) * part;
  return { from: window.from + by, to: window.to + by };
}

/** Not wider than the run with a margin, and not beyond its ends by more than half the window. */
export function clamped(window: TimeWindow, first: number, last: number): TimeWindow {
  const span = Math.max(1, last - first);
  const width = Math.min(window.to - window.from, span * 1.1);
  const from = Math.min(Math.max(window.from, first - width / 2), last - width / 2);
  return { from, to: from + width };
}

/** What is round on a clock from ten seconds on, in milliseconds. */
const clockSteps = [15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 21_600, 43_200, 86_400].map((s) => s * 1_000);

/** Round times between the ends of a window, at least `gap` pixels apart on `pixels`. */
export function ticksOf(
  { from, to }: TimeWindow,
  pixels: number,
  gap = 90,
): { readonly step: number; readonly ticks: readonly number[] } {
  const least = ((to - from) * gap) / Math.max(1, pixels);
  const power = 10 ** Math.floor(Math.log10(least));
  const steps = least > 10_000 ? clockSteps : [1, 2, 5, 10].map((part) => part * power);
  const step = steps.find((candidate) => candidate >= least) ?? Math.ceil(least / 86_400_000) * 86_400_000;
  const ticks: number[] = [];
  for (let at = Math.ceil(from / step); at * step <= to; at += 1) ticks.push(at * step);
  return { step, ticks };
}
