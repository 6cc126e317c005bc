import { itemAt } from '../structures/checked-reads.js';
import { stepLabelled, type StepLabel, type Walk, type Walker } from './walker.js';

/** Shrinking ends after so many steps in all, some seconds: what is found by then is shorter, if not the shortest. */
const stepsMax = 2_000_000;

/** The walk along these steps, in their order; one that cannot be taken where its turn comes is left out. */
function walkAlong(walker: Walker, labels: readonly StepLabel[]): Walk {
  let at = 0;
  // One more look than there are steps: a state may be wrong for what cannot happen in it.
  return walker.walk(labels.length + 1, (steps) => {
    while (at < labels.length) {
      const step = stepLabelled(steps, itemAt(labels, at));
      at += 1;
      if (step !== -1) return step;
    }
    return -1;
  });
}

/**
 * A walk that violates the same property with fewer steps, of which none can be left out alone. Parts of the walk are
 * left out, half of it first and single steps at last, for as long as what remains still fails.
 */
export function shrinkWalk(walker: Walker, failed: Walk): Walk {
  const property = failed.finding?.property;
  if (property === undefined) return failed;
  let best = failed;
  let spent = 0;
  for (let size = Math.ceil(best.labels.length / 2); size >= 1;) {
    let isShorter = false;
    // From the end on: what comes last depends on what was before, and is left out more easily.
    for (let at = best.labels.length - size; at > -size; at -= size) {
      const from = Math.max(0, at);
      const rest = [...best.labels.slice(0, from), ...best.labels.slice(from + size)];
      const walk = walkAlong(walker, rest);
      spent += walk.labels.length;
      if (spent > stepsMax) return best;
      if (walk.finding?.property !== property || walk.labels.length >= best.labels.length) continue;
      best = walk;
      isShorter = true;
      at = Math.min(at, best.labels.length);
    }
    if (size === 1 && !isShorter) return best;
    size = size === 1 ? 1 : Math.ceil(size / 2);
  }
  return best;
}
