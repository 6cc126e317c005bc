import type { Quotient } from './quotient.js';
import type { StepBuffer } from '../state-space/step-buffer.js';

/**
 * Turns a way through representatives into a way that the system can really go: from each state on, the step whose
 * representative comes next.
 */
export function unfold(
  quotient: Quotient,
  representatives: readonly Int32Array[],
  expand: (state: Int32Array) => void,
  steps: StepBuffer,
): readonly Int32Array[] {
  const [first, ...rest] = representatives;
  if (first === undefined) return [];
  const way = [first];
  const width = first.length;
  for (const next of rest) {
    expand(way[way.length - 1] ?? first);
    const after = Array.from({ length: steps.count }, (_, step) => step)
      .filter((step) => steps.faults[step] === undefined)
      .map((step) => steps.words.slice(step * width, (step + 1) * width));
    const found = after.find((state) => {
      const representative = state.slice();
      quotient.representative(representative, 0);
      return next.every((word, k) => representative[k] === word);
    });
    if (found === undefined) throw new Error('a step of the trace was not found again: a guard is not deterministic');
    way.push(found);
  }
  return way;
}
