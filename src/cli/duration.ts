const factors: Readonly<Record<string, number>> = { '': 1, ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** The longest delay that timers of the platform keep. */
const timerMsMax = 2_147_483_647;

/**
 * Milliseconds of a duration as it is typed: `1500`, `1500ms`, `1.5s`, `2m` or `1h`, from 1 ms to 2^31 - 1 ms.
 * Undefined where the text is none.
 */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text);
  if (match === null) return undefined;
  const ms = Math.round(Number(match[1]) * (factors[match[2] ?? ''] ?? NaN));
  return ms >= 1 && ms <= timerMsMax ? ms : undefined;
}
