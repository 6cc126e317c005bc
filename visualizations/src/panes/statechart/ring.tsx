import { useRef } from 'preact/hooks';
import type { Cursor, TimerEntry } from '../../model/types.js';
import { useFrames } from '../drawing/use-frames.js';
import { countdown } from './countdown.js';
import { fontSizes } from './measure.js';

const radius = 6;
const round = 2 * Math.PI * radius;

export interface RingProps {
  readonly timer: TimerEntry;
  readonly cursor: Cursor;
  readonly unit: 'ms' | 'tick';
  readonly reducedMotion: boolean;
  /** The middle of the ring. */
  readonly x: number;
  readonly y: number;
  /** Where the time left ends. */
  readonly textEnd: number;
}

/**
 * A ring that runs down with a timer, and the time left. It is drawn from the records alone: a timer that is cancelled
 * has no ring any more, one that starts again is full again.
 */
export function Ring({ timer, cursor, unit, reducedMotion, x, y, textEnd }: RingProps) {
  const arc = useRef<SVGCircleElement>(null);
  const text = useRef<SVGTextElement>(null);
  const draw = (): void => {
    const { left, text: words } = countdown(timer, cursor.now(), unit);
    arc.current?.setAttribute('stroke-dashoffset', String(Math.round(round * (1 - (left ?? 1)) * 10) / 10));
    if (text.current !== null && text.current.textContent !== words) text.current.textContent = words;
  };
  useFrames(true, draw, reducedMotion ? 500 : 0);
  const now = countdown(timer, cursor.now(), unit);
  return (
    <g class="sc-ring">
      <circle class="sc-ring-track" cx={x} cy={y} r={radius} />
      <circle
        ref={arc}
        class="sc-ring-arc"
        cx={x}
        cy={y}
        r={radius}
        stroke-dasharray={round.toFixed(2)}
        stroke-dashoffset={round * (1 - (now.left ?? 1))}
        transform={`rotate(-90 ${x} ${y})`}
      />
      <text ref={text} x={textEnd} y={y + 4} text-anchor="end" font-size={fontSizes.event}>
        {now.text}
      </text>
      <title>{`${timer.delay} runs in ${timer.state}${timer.duration === undefined ? '' : `, of ${timer.duration} ${unit}`}`}</title>
    </g>
  );
}
