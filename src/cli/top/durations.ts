/** A duration as people read it: `1.5 s`, `4 m 12 s`, `3 h 20 m`, `2 d 3 h`. */
export function duration(ms: number): string {
  const [first, second] = partsOf(ms);
  return second === undefined ? `${(Math.max(0, ms) / 1000).toFixed(1)} s` : `${first} ${second}`;
}

/** The same in at most five characters: `1s`, `4m`, `3h20m`, `27d`. */
export function shortDuration(ms: number): string {
  const [first, second] = partsOf(ms);
  const both = `${first}${second ?? ''}`.replaceAll(' ', '');
  return first.endsWith('h') && both.length < 6 ? both : first.replace(' ', '');
}

function partsOf(ms: number): readonly [string, string?] {
  const seconds = Math.floor(Math.max(0, ms) / 1000);
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  if (minutes === 0) return [`${seconds} s`];
  if (hours === 0) return [`${minutes} m`, `${seconds % 60} s`];
  if (hours < 24) return [`${hours} h`, `${minutes % 60} m`];
  return [`${Math.floor(hours / 24)} d`, `${hours % 24} h`];
}
