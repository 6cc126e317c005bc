import type { Progress } from '../../testing/index.js';
import { count, mebibytes } from '../numbers.js';

/** Shows how an exploration stands. */
export interface ProgressLine {
  readonly show: (progress: Progress) => void;
  /** Leaves nothing behind on a terminal. */
  clear(): void;
}

/** One line that is written over on a terminal, and one after the other elsewhere. */
export function createProgressLine(write: (text: string) => void, isTerminal: boolean): ProgressLine {
  const eraseLine = '\r\u001b[K';
  let isShown = false;
  return {
    show(progress) {
      write(isTerminal ? `${eraseLine}${describeProgress(progress)}` : `${describeProgress(progress)}\n`);
      isShown = true;
    },
    clear() {
      if (isTerminal && isShown) write(eraseLine);
      isShown = false;
    },
  };
}

function describeProgress({ phase, states, statesPerSecond, ...others }: Progress): string {
  const { frontier, depth, memoryBytes, elapsedMs } = others;
  return [
    `${count(states)} states`,
    phase === 'analysing' ? 'analysing how long answers take' : `${count(Math.round(statesPerSecond))} a second`,
    `frontier ${count(frontier)}`,
    `depth ${count(depth)}`,
    mebibytes(memoryBytes),
    `${Math.round(elapsedMs / 1000)} s`,
  ].join(', ');
}
