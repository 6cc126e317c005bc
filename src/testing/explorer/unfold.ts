import type { Quotient } from './quotient.js';
import type { StepBuffer } from './step-buffer.js';

/**
 * Turns a way through representatives into a way that the system can really go: from each row on, the step whose
 * representative comes next.
 */
export function unfold(
  quotient: Quotient,
  representatives: readonly Int32Array[],
  expand: (row: Int32Array) => void,
  steps: StepBuffer,
): readonly Int32Array[] {
  const [first, ...rest] = representatives;
  if (first === undefined) return [];
  const way = [first];
  let here = first;
  for (const next of rest) {
    expand(here);
    const found = Array.from({ length: steps.count }, (_, step) => step).find((step) => {
      if (steps.faults[step] !== undefined) return false;
      const representative = quotient.representative(quotient.after(here, step));
      return next.every((word, k) => representative[k] === word);
    });
    if (found === undefined) throw new Error('a step of the trace was not found again: a guard is not deterministic');
    here = quotient.after(here, found).slice();
    way.push(here);
  }
  return way;
}
