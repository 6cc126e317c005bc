import { useRef } from 'preact/hooks';
import { delayText } from '../../model/event-text.js';
import { formatDuration } from '../../model/format.js';
import type { Cursor, TimerEntry } from '../../model/types.js';
import { useFrames } from '../drawing/use-frames.js';

interface TimersProps {
  readonly timers: readonly TimerEntry[];
  readonly cursor: Cursor;
  readonly unit: 'ms' | 'tick';
  readonly reducedMotion: boolean;
}

/** Timers that run, as bars that get shorter. The bars are moved without drawing the pane anew. */
export function Timers({ timers, cursor, unit, reducedMotion }: TimersProps) {
  const list = useRef<HTMLUListElement>(null);
  const moves = timers.length > 0 && (cursor.live.value || cursor.playing.value);
  useFrames(
    moves,
    () => {
      const now = cursor.now();
      timers.forEach((timer, index) => {
        const item = list.current?.children[index];
        const bar = item?.querySelector<HTMLElement>('.timer-left');
        const text = item?.querySelector('.timer-time');
        if (bar !== null && bar !== undefined) bar.style.scale = `${shareLeft(timer, now)} 1`;
        if (text !== null && text !== undefined) text.textContent = timeLeft(timer, now, unit);
      });
    },
    reducedMotion ? 1_000 : 0,
  );
  if (timers.length === 0) return null;
  const now = cursor.now();
  return (
    <ul ref={list} class="timers" aria-label="Running timers">
      {timers.map((timer) => (
        <li key={timer.timer}>
          <span class="mono">◷ {delayText(timer.delay)}</span>
          <span class="timer-bar" aria-hidden="true">
            <span class="timer-left" style={{ scale: `${shareLeft(timer, now)} 1` }} />
          </span>
          <span class="timer-time mono">{timeLeft(timer, now, unit)}</span>
        </li>
      ))}
    </ul>
  );
}

function shareLeft({ duration, deadline }: TimerEntry, now: number): number {
  if (duration === undefined || deadline === undefined || duration === 0) return 0;
  return Math.min(1, Math.max(0, (deadline - now) / duration));
}

function timeLeft({ deadline }: TimerEntry, now: number, unit: 'ms' | 'tick'): string {
  return deadline === undefined ? '' : formatDuration(Math.max(0, deadline - now), unit);
}
