/**
 * A moment as text in RFC 3339, such as `2026-03-01T02:13:07.123+01:00`: the clock on the wall of this place, and how far
 * that is from UTC.
 *
 * @param epochMs Milliseconds since 1970.
 */
export function localTime(epochMs: number): string {
  const moment = new Date(epochMs);
  // Positive to the west of Greenwich, where RFC 3339 has a minus.
  const offset = -moment.getTimezoneOffset();
  const shifted = new Date(epochMs + offset * 60_000).toISOString().slice(0, -1);
  const [hours, minutes] = [Math.floor(Math.abs(offset) / 60), Math.abs(offset) % 60];
  return `${shifted}${offset < 0 ? '-' : '+'}${twoDigits(hours)}:${twoDigits(minutes)}`;
}

function twoDigits(number: number): string {
  return `${number}`.padStart(2, '0');
}
