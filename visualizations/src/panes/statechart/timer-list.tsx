import type { Cursor, TimerEntry } from '../../model/types.js';
import { delayText } from '../../model/event-text.js';
import { fontSizes, monospaceWidth } from './measure.js';
import { Ring } from './ring.js';

/** More timers than these are on the chart only. */
const shownMax = 6;
const timeWidth = 54;

/** The running timers in a corner of the pane, since their edges may be out of sight. */
export function TimerList({
  timers,
  cursor,
  unit,
  reducedMotion,
}: {
  timers: readonly TimerEntry[];
  cursor: Cursor;
  unit: 'ms' | 'tick';
  reducedMotion: boolean;
}) {
  if (timers.length === 0) return null;
  return (
    <ul class="sc-timers" aria-label="Running timers">
      {timers.slice(-shownMax).map((timer) => {
        const width = 24 + monospaceWidth(delayText(timer.delay), fontSizes.event) + timeWidth;
        return (
          <li key={`${timer.timer} ${timer.startedAt}`}>
            <svg class="sc-timer" width={width} height={20}>
              <text x={20} y={14} font-size={fontSizes.event}>
                {delayText(timer.delay)}
              </text>
              <Ring
                timer={timer}
                cursor={cursor}
                unit={unit}
                reducedMotion={reducedMotion}
                x={9}
                y={10}
                textEnd={width - 4}
              />
            </svg>
          </li>
        );
      })}
    </ul>
  );
}
