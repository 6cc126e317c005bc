import type { TimerEntry } from '../../model/types.js';

export interface Countdown {
  /** From 1 where the timer has just started to 0 where it is due; undefined where its length is not known. */
  readonly left: number | undefined;
  /** The time left, for people. */
  readonly text: string;
}

function inSeconds(ms: number): string {
  if (ms >= 60_000) return `${Math.floor(ms / 60_000)}m${Math.floor((ms % 60_000) / 1_000)}s`;
  return ms >= 10_000 ? `${Math.round(ms / 1_000)}s` : `${(ms / 1_000).toFixed(1)}s`;
}

/** How far a timer has run down at a moment. A timer that is overdue, in a recording with a hole, stays at 0. */
export function countdown(timer: TimerEntry, now: number, unit: 'ms' | 'tick'): Countdown {
  if (timer.duration === undefined || timer.deadline === undefined) return { left: undefined, text: '…' };
  const remaining = Math.max(0, timer.deadline - now);
  const left = timer.duration === 0 ? 0 : Math.min(1, remaining / timer.duration);
  return { left, text: unit === 'ms' ? inSeconds(remaining) : `${Math.ceil(remaining)}t` };
}
