/** A number as people read it. */
export function count(number: number): string {
  return number.toLocaleString('en-US');
}

/** A number in at most four characters, rounded: `999`, `1.2k`, `35M`. */
export function shortCount(number: number): string {
  let rest = number;
  for (const unit of ['', 'k', 'M', 'G', 'T', 'P']) {
    const text = unit !== '' && rest < 9.95 ? rest.toFixed(1) : String(Math.round(rest));
    if (text.length < 4) return `${text}${unit}`;
    rest /= 1000;
  }
  return number.toExponential(0);
}

export function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
