/** Times and durations as the drawn panes write them. */

/** How long something took: 0.4 ms, 23 ms, 1.2 s, 3 min 20 s; ticks as they are. */
export function durationText(duration: number, unit: 'ms' | 'tick'): string {
  if (unit === 'tick') return `${Math.round(duration * 10) / 10} t`;
  if (duration < 10) return `${Math.round(duration * 10) / 10} ms`;
  if (duration < 1_000) return `${Math.round(duration)} ms`;
  if (duration < 60_000) return `${(duration / 1_000).toFixed(duration < 10_000 ? 2 : 1)} s`;
  if (duration < 3_600_000) return `${Math.floor(duration / 60_000)} min ${Math.round((duration % 60_000) / 1_000)} s`;
  return `${Math.floor(duration / 3_600_000)} h ${Math.round((duration % 3_600_000) / 60_000)} min`;
}

/** A moment since the start of the run, such as 1:02.345; a tick is its number. */
export function momentText(at: number, unit: 'ms' | 'tick', decimals = 3): string {
  if (unit === 'tick') return String(Math.round(at * 10) / 10);
  const factor = 10 ** decimals;
  const seconds = Math.floor((at / 1_000) * factor + 1e-6) / factor;
  const minutes = Math.floor(seconds / 60);
  const rest = (seconds - minutes * 60).toFixed(decimals).padStart(decimals === 0 ? 2 : decimals + 3, '0');
  return minutes >= 60
    ? `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, '0')}:${rest}`
    : `${minutes}:${rest}`;
}

export function bytesText(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${(bytes / 1_000).toFixed(1)} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
