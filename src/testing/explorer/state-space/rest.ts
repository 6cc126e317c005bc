import { wordAt } from '../structures/checked-reads.js';
import { StepKind, type StepBuffer } from './step-buffer.js';

/** What must happen sooner or later. All else but time may happen or not, for ever: who waits for it waits for nothing. */
function mustHappen(kind: number): boolean {
  return kind === StepKind.timer || kind === StepKind.deliver || kind === StepKind.stimulus || kind === StepKind.settle;
}

/**
 * Whether a state is at rest: nothing but faults can happen in it and time goes by without a change. No timer runs, no
 * message is under way, and the world does nothing more.
 *
 * @param first the number of the first step out of this state; the others follow to the end of the buffer.
 */
export function isAtRest(state: Int32Array, steps: StepBuffer, first: number): boolean {
  for (let step = first; step < steps.count; step += 1) {
    const kind = steps.kinds[step] ?? StepKind.tick;
    if (mustHappen(kind)) return false;
    if (kind !== StepKind.tick) continue;
    const at = step * state.length;
    for (let word = 0; word < state.length; word += 1) {
      if (wordAt(steps.words, at + word) !== wordAt(state, word)) return false;
    }
  }
  return true;
}
