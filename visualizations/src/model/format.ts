/** Numbers and times as the page writes them: short, and of the same width where they stand below each other. */

/** A duration in the unit of the run: `340 ms`, `12.5 s`, `3:05`, `2:01:10`; `7 ticks`. */
export function formatDuration(duration: number, unit: 'ms' | 'tick'): string {
  if (unit === 'tick') return `${duration} ${duration === 1 ? 'tick' : 'ticks'}`;
  const ms = Math.max(0, duration);
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1_000).toFixed(1)} s`;
  const seconds = Math.floor(ms / 1_000);
  const parts = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60, seconds % 60];
  const shown = parts[0] === 0 ? parts.slice(1) : parts;
  return shown.map((part, index) => (index === 0 ? `${part}` : `${part}`.padStart(2, '0'))).join(':');
}

/** A moment of the run: `0:12.340`, `1:02:03.004`, or `tick 7`. */
export function formatTime(at: number, unit: 'ms' | 'tick'): string {
  if (unit === 'tick') return `tick ${Math.floor(at)}`;
  const ms = Math.max(0, Math.floor(at));
  const [hours, minutes, seconds] = [
    Math.floor(ms / 3_600_000),
    Math.floor(ms / 60_000) % 60,
    Math.floor(ms / 1_000) % 60,
  ];
  const rest = `${seconds}`.padStart(2, '0') + '.' + `${ms % 1_000}`.padStart(3, '0');
  return hours === 0 ? `${minutes}:${rest}` : `${hours}:${`${minutes}`.padStart(2, '0')}:${rest}`;
}

/** `0`, `999`, `1.2 k`, `34 M`. */
export function formatCount(count: number): string {
  return inUnits(count, 1_000, ['', ' k', ' M', ' G', ' T']);
}

/** `12 B`, `1.2 kB`, `34 MB`. */
export function formatBytes(bytes: number): string {
  return inUnits(bytes, 1_000, [' B', ' kB', ' MB', ' GB', ' TB']);
}

/** `0`, `0.3`, `12`, `1.2 k`. */
export function formatRate(rate: number): string {
  return rate > 0 && rate < 10 ? rate.toFixed(1) : formatCount(Math.round(rate));
}

function inUnits(value: number, step: number, units: readonly string[]): string {
  let index = 0;
  let scaled = value;
  // What would be written as 1000 belongs to the next unit.
  while (Math.abs(scaled) >= step - 0.5 && index < units.length - 1) {
    scaled /= step;
    index += 1;
  }
  const text = index === 0 || Math.abs(scaled) >= 9.95 ? `${Math.round(scaled)}` : scaled.toFixed(1);
  return text + (units[index] ?? '');
}
