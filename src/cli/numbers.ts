/** A number as people read it. */
export function count(number: number): string {
  return number.toLocaleString('en-US');
}

export function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MiB`;
}
